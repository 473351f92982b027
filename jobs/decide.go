package jobs

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"egissogw/adapter/egisso"
	"egissogw/adapter/store"
)

// decideRows is how many rows are decided in one transaction.
const decideRows = 500

// Decide compares what the source says with what ЕГИССО accepted, runs the
// local checks and writes what is to be sent: a new record, an event, or why it
// waits or is blocked (spec egisso.md e, g.5).
type Decide struct {
	Store    *store.Store
	Provider string // participant code of rows that name none
	Policy   egisso.RulePolicy
	// Classifier returns the classifier in use, nil as long as none is known:
	// the rules that need it are skipped then. It is asked once a batch, after the
	// rows were locked, so that who changes it afterwards finds them decided. Nil
	// is a gateway without a classifier.
	Classifier func(ctx context.Context) (*egisso.Classifier, error)
	Now        func() time.Time
	Location   *time.Location
	Log        *slog.Logger
}

// Name implements Job.
func (Decide) Name() string { return "decide" }

// decideBatches is how many transactions one run makes for a register.
const decideBatches = 40

// Run implements Job: measures first, since facts depend on them.
func (d Decide) Run(ctx context.Context) (Report, error) {
	var report Report
	for _, register := range []egisso.Register{egisso.RegisterMeasure, egisso.RegisterFact} {
		for batch := range decideBatches {
			report.More = report.More || batch == decideBatches-1
			n, err := d.batch(ctx, register)
			report.Done += n
			if err != nil {
				return report, err
			}
			if n == 0 {
				break
			}
			d.Log.Debug("rows decided", "register", register, "rows", n)
		}
	}
	woken, err := d.Store.WakeWaiting(ctx)
	report.More = report.More || woken > 0
	return report, err
}

// batch decides on some rows with one checker.
func (d Decide) batch(ctx context.Context, register egisso.Register) (int, error) {
	var c *egisso.Checker
	return d.Store.Decide(ctx, register, decideRows, func(p store.Pending) (store.Decision, error) {
		if c == nil {
			c = &egisso.Checker{Today: d.today()}
			if d.Classifier != nil {
				var err error
				if c.Classifier, err = d.Classifier(ctx); err != nil {
					return store.Decision{}, err
				}
			}
		}
		return d.decide(*c, register, p)
	})
}

func (d Decide) decide(c egisso.Checker, register egisso.Register, p store.Pending) (store.Decision, error) {
	if egisso.Blocks(p.Findings) {
		// Unreadable: what was to be sent of the row is no longer known.
		return store.Decision{Drop: "Запись источника не читается"}, nil
	}
	// A row that says nothing now is treated as deleted.
	deleted := p.Deleted || p.Content == nil
	move := egisso.Decide(register, hash32(p.ContentHash), deleted, history(p))
	switch move.Move {
	case egisso.MoveWait:
		return store.Decision{}, nil
	case egisso.MoveNothing:
		if p.AcceptedID == uuid.Nil || !bytes.Equal(p.AcceptedHash, p.ContentHash) {
			return store.Decision{}, nil // what ЕГИССО rejected: it stays so until the source changes
		}
		return store.Decision{Drop: "Отправка больше не нужна"}, nil
	case egisso.MoveDrop:
		return store.Decision{Drop: "Отправка больше не нужна"}, nil
	case egisso.MoveInvalidate:
		return d.invalidate(move.Kind, p)
	}
	if register == egisso.RegisterMeasure {
		return d.measure(c, p)
	}
	return d.fact(c, move, p)
}

// history says what is known of the row's life in ЕГИССО.
func history(p store.Pending) egisso.History {
	h := egisso.History{Invalidated: p.Generation > 0}
	if p.AcceptedID != uuid.Nil {
		accepted := hash32(p.AcceptedHash)
		h.Accepted = &accepted
	}
	if p.Last != nil && p.Last.State == store.Rejected {
		rejected := hash32(p.Last.ContentHash)
		h.Rejected = &rejected
	}
	return h
}

func (d Decide) measure(c egisso.Checker, p store.Pending) (store.Decision, error) {
	var m egisso.LocalMeasure
	if err := json.Unmarshal(p.Content, &m); err != nil {
		return store.Decision{}, fmt.Errorf("decode measure: %w", err)
	}
	// An id is never used again: after a removal it derives from the removal.
	before := p.AcceptedID
	if before == uuid.Nil {
		before = p.AcceptedEvent
	}
	m.ID = egisso.MeasureID(d.provider(p), p.Key, before, hash32(p.ContentHash))
	m.PreviousID = p.AcceptedID
	for i := range m.Categories {
		m.Categories[i].ID = egisso.CategoryID(d.provider(p), p.Key, m.Categories[i].Key)
	}
	m.LastChanging = m.LastChanging.In(d.Location)
	return d.checked(p, &store.NewRecord{ID: m.ID, Kind: egisso.KindMeasure, Content: m}, c.Measure(m)), nil
}

func (d Decide) fact(c egisso.Checker, move egisso.Decision, p store.Pending) (store.Decision, error) {
	var f egisso.Fact
	if err := json.Unmarshal(p.Content, &f); err != nil {
		return store.Decision{}, fmt.Errorf("decode fact: %w", err)
	}
	accepted, wait := measureFor(p.Measure)
	if accepted != nil {
		f.MeasureID = accepted.ID
		f.CategoryID = categoryID(accepted, f.CategoryKey)
		if owner := d.owner(p.Measure.Provider); owner != d.provider(p) && f.MeasureProviderCode == "" {
			f.MeasureProviderCode = owner
		}
	}
	var record *store.NewRecord
	if move.Move == egisso.MoveNew {
		f.ID = egisso.FactID(d.provider(p), p.Key, p.Generation)
		record = &store.NewRecord{ID: f.ID, Kind: egisso.KindFact, Content: f}
	} else {
		id := egisso.EventID(move.Kind, p.AcceptedID, p.Events, hash32(p.ContentHash))
		record = &store.NewRecord{ID: id, Kind: move.Kind, Content: egisso.FactAlteration{ID: id, FactID: p.AcceptedID, Fact: f}}
	}
	if wait != "" {
		// Checks that need the measure would only blame its absence.
		findings := withoutMeasure(c.Fact(f, nil))
		decision := d.checked(p, record, findings)
		if record.State == store.Ready {
			record.State, record.Reason = store.Waiting, wait
		}
		return decision, nil
	}
	return d.checked(p, record, c.Fact(f, accepted)), nil
}

// measureFor returns the accepted version of a fact's measure, or why the fact
// has to wait for one (L-SEQ).
func measureFor(state *store.MeasureState) (accepted *egisso.LocalMeasure, wait string) {
	switch {
	case state == nil:
		return nil, "" // no such measure in the source: rule 014 says so
	case state.Pending:
		return nil, "L-SEQ Ожидает принятия ЛМСЗ в ЕГИССО"
	case state.Accepted == nil:
		return nil, "L-SEQ ЛМСЗ ещё не принята в ЕГИССО: исправьте запись ЛМСЗ"
	}
	return state.Accepted, ""
}

// withoutMeasure leaves out findings that only say that no measure was given.
func withoutMeasure(findings []egisso.Finding) []egisso.Finding {
	var rest []egisso.Finding
	for _, f := range findings {
		if f.Code != "014" && f.Code != "L-CAT" {
			rest = append(rest, f)
		}
	}
	return rest
}

func (d Decide) invalidate(kind egisso.Kind, p store.Pending) (store.Decision, error) {
	if p.Last != nil && p.Last.State == store.Rejected && p.Last.Kind == kind {
		return store.Decision{}, nil // ЕГИССО refused the removal: it needs a person
	}
	id := egisso.EventID(kind, p.AcceptedID, p.Events, [32]byte{})
	record := &store.NewRecord{ID: id, Kind: kind, Provider: d.provider(p), State: store.Ready}
	if kind == egisso.KindMeasureInvalidation {
		record.Content = egisso.LocalMeasureInvalidation{ID: id, LocalMeasureID: p.AcceptedID}
	} else {
		record.Content = egisso.FactInvalidation{ID: id, FactID: p.AcceptedID}
	}
	return store.Decision{Record: record}, nil
}

// checked applies the policy to the findings and decides between ready and
// blocked.
func (d Decide) checked(p store.Pending, record *store.NewRecord, findings []egisso.Finding) store.Decision {
	findings = append(append([]egisso.Finding(nil), p.Findings...), findings...)
	record.ContentHash, record.Provider = p.ContentHash, d.provider(p)
	record.Findings = d.Policy.Apply(findings)
	if p.Overridden {
		record.Findings = egisso.Override(record.Findings)
	}
	record.State = store.Ready
	if egisso.Blocks(record.Findings) {
		record.State = store.Blocked
	}
	return store.Decision{Record: record}
}

// provider is the participant code a row is sent under; part of every derived id.
func (d Decide) provider(p store.Pending) string { return d.owner(p.Provider) }

// owner is the participant code meant by a provider column.
func (d Decide) owner(code string) string {
	if code == "" {
		return d.Provider
	}
	return code
}

// categoryID finds a category of the accepted version by the source's key; an
// unknown one is for the check L-CAT to name.
func categoryID(m *egisso.LocalMeasure, key string) uuid.UUID {
	for _, c := range m.Categories {
		if c.Key == key {
			return c.ID
		}
	}
	return uuid.Nil
}

func (d Decide) today() egisso.Date { return egisso.DateOf(d.Now().In(d.Location)) }

func hash32(b []byte) (h [32]byte) {
	copy(h[:], b)
	return h
}
