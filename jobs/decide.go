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
// waits or is blocked (adapter/egisso/SPEC.md#checks, #changed-records).
type Decide struct {
	Store    *store.Store
	Provider string // participant code of rows that name none
	Versions egisso.VersionSet
	Policy   egisso.RulePolicy
	Events   egisso.EventPolicy
	// SendPeople lets changes of nothing but people go without asking anybody.
	SendPeople bool
	// ActualOn is the date the first export is actual on: facts that ended earlier
	// and that ЕГИССО does not have are not sent. Zero: all are.
	ActualOn egisso.Date
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

// Run implements Job: registers in the order they are sent, since the later ones
// depend on the earlier.
func (d Decide) Run(ctx context.Context) (Report, error) {
	var report Report
	for _, register := range egisso.Registers() {
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

// batch decides on some rows with one checker, made after the rows were locked.
func (d Decide) batch(ctx context.Context, register egisso.Register) (int, error) {
	var of *deciding
	return d.Store.Decide(ctx, register, decideRows, func(p store.Pending) (store.Decision, error) {
		if of == nil {
			c, err := d.checker(ctx)
			if err != nil {
				return store.Decision{}, err
			}
			of = &deciding{d, register, c}
		}
		return of.decide(p)
	})
}

// checker knows what the checks need beside the rows.
func (d Decide) checker(ctx context.Context) (egisso.Checker, error) {
	c := egisso.Checker{Versions: d.Versions, Policy: d.Policy, Today: egisso.DateOf(d.Now().In(d.Location))}
	if d.Classifier != nil {
		var err error
		if c.Classifier, err = d.Classifier(ctx); err != nil {
			return c, err
		}
	}
	codes, err := d.Store.ParticipantCodes(ctx)
	if codes != nil {
		c.KnownParticipant = func(code string) bool { return codes[code] || code == d.Provider }
	}
	return c, err
}

// deciding decides rows of one register.
type deciding struct {
	Decide
	register egisso.Register
	checker  egisso.Checker
}

func (d deciding) decide(p store.Pending) (store.Decision, error) {
	if egisso.Blocks(p.Findings) {
		// Unreadable: what was to be sent of the row is no longer known.
		return store.Decision{Drop: "Запись источника не читается"}, nil
	}
	return deciders[d.register](d, p)
}

// deciders decide on the rows of a register.
var deciders = map[egisso.Register]func(deciding, store.Pending) (store.Decision, error){
	egisso.RegisterParticipant:  deciding.participant,
	egisso.RegisterMeasure:      versions(deciding.measure, contentHash),
	egisso.RegisterPoint:        versions(deciding.point, pointHash),
	egisso.RegisterOrganization: versions(deciding.organization, contentHash),
	egisso.RegisterFact:         deciding.fact,
}

// gone: a row that says nothing now is treated as deleted.
func gone(p store.Pending) bool { return p.Deleted || p.Content == nil }

// history says what is known of the row's life in ЕГИССО.
func history(p store.Pending) egisso.History {
	h := egisso.History{Invalidated: p.Generation > 0}
	if p.AcceptedID != uuid.Nil {
		accepted := hash32(p.AcceptedHash)
		h.Accepted = &accepted
	}
	if p.Last != nil && p.Last.State == store.Rejected && p.Last.BecomesHash != nil {
		rejected := hash32(p.Last.BecomesHash)
		h.Rejected = &rejected
	}
	return h
}

// unsent is the answer to moves that send nothing; ok is false for the others.
func (d deciding) unsent(move egisso.Decision, p store.Pending) (decision store.Decision, ok bool) {
	switch move.Move {
	case egisso.MoveWait:
		return store.Decision{}, true
	case egisso.MoveNothing:
		if move.Refused {
			return store.Decision{}, true // it stays so until the source changes
		}
		return store.Decision{Drop: "Отправка больше не нужна"}, true
	case egisso.MoveDrop:
		return store.Decision{Drop: "Отправка больше не нужна"}, true
	case egisso.MoveReview:
		return store.Decision{Review: reviewTexts[d.register]}, true
	case egisso.MoveInvalidate:
		if p.Last != nil && p.Last.State == store.Rejected && p.Last.BecomesHash == nil {
			return store.Decision{}, true // ЕГИССО refused the removal: it needs a person
		}
	}
	return store.Decision{}, false
}

// reviewTexts say what a person has to do where no element can.
var reviewTexts = map[egisso.Register]string{
	egisso.RegisterOrganization: "L-REVIEW Организация удалена в источнике, а вид сведений 10.07.I удаления не знает: исключите её в кабинете поставщика информации",
	egisso.RegisterFact:         "L-REVIEW Источник прекращает назначение по неизвестной причине: исправьте причину прекращения",
}

// checked applies the policy to the findings and decides between ready and
// blocked, or waiting for what wait says.
func (d deciding) checked(p store.Pending, record *store.NewRecord, findings []egisso.Finding, wait string) store.Decision {
	findings = append(append([]egisso.Finding(nil), p.Findings...), findings...)
	record.Findings = d.Policy.Apply(findings)
	if p.Overridden {
		record.Findings = egisso.Override(record.Findings)
	}
	switch {
	case egisso.Blocks(record.Findings):
		record.State = store.Blocked
	case wait != "":
		record.State, record.Reason = store.Waiting, wait
	default:
		record.State = store.Ready
	}
	return store.Decision{Record: record}
}

// Why a record waits for others (L-SEQ, adapter/egisso/SPEC.md#local-checks).
const (
	waitMeasure     = "L-SEQ Ожидает принятия ЛМСЗ в ЕГИССО"
	waitMeasureHelp = "L-SEQ ЛМСЗ ещё не принята в ЕГИССО: исправьте запись ЛМСЗ"
	waitCode        = "L-SEQ Ожидает присвоения организации кода в ЕГИССО"
)

// measureFor returns the accepted version of a measure, or why to wait for one.
func measureFor(state *store.MeasureState) (accepted *egisso.LocalMeasure, wait string) {
	switch {
	case state == nil:
		return nil, "" // no such measure in the source: rule 014 says so
	case state.Pending:
		return nil, waitMeasure
	case state.Accepted == nil:
		return nil, waitMeasureHelp
	}
	return state.Accepted, ""
}

// participantFor returns the code of an organisation the source gives none for,
// or why to wait for it.
func participantFor(p store.Pending, code, key string) (found, wait string) {
	if code != "" || key == "" {
		return code, ""
	}
	given, known := p.Participants[key]
	if known && given == "" {
		return "", waitCode
	}
	return given, "" // unknown to the source: rule L-OSZ says so
}

// provider is the participant code a row is sent under; part of every derived id.
func (d deciding) provider(p store.Pending) string { return d.owner(p.Provider) }

// holder is the provider whose record ЕГИССО holds: a new version of it is the
// same provider's, whatever the source says by now.
func (d deciding) holder(p store.Pending) string {
	if p.AcceptedProvider != "" {
		return p.AcceptedProvider
	}
	return d.provider(p)
}

// owner is the participant code meant by a provider column.
func (d deciding) owner(code string) string {
	if code == "" {
		return d.Provider
	}
	return code
}

// decoded reads a stored content.
func decoded[T any](content []byte, what string) (value T, err error) {
	if err := json.NewDecoder(bytes.NewReader(content)).Decode(&value); err != nil {
		return value, fmt.Errorf("decode %s: %w", what, err)
	}
	return value, nil
}

func hash32(b []byte) (h [32]byte) {
	copy(h[:], b)
	return h
}
