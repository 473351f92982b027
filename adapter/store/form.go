package store

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"egissogw/adapter/egisso"
)

// PackagePlan says how to form a package.
type PackagePlan struct {
	ID         uuid.UUID
	Register   egisso.Register
	Format     string   // kind of information, e.g. "10.06.S"
	Version    string   // its version, e.g. "1.1.0"
	KindOrder  []string // order of the lists inside the package
	MaxRecords int
	MaxBytes   int // of the records' stored content; the XML is of the same order
	// After packages that failed in a row, with none that passed, the next one
	// waits: RetryMin doubled each time, at most RetryMax, or RefusedMax when
	// ЕГИССО itself refused them. So does a record that failed alone.
	RetryMin, RetryMax, RefusedMax time.Duration
	// Channel is the way the package goes, ChannelSMEV if it is empty.
	Channel Channel
	// Held keeps the package from being signed until an operator sends it.
	Held bool
	// Export is the export the package leaves with, 0 where there are none: it has only
	// what was decided when that opened.
	Export int64
	// DecidedBy, unless zero, leaves out facts decided upon later than that day.
	DecidedBy egisso.Date
}

// Channel is the way a package goes to ЕГИССО.
type Channel string

// Channels.
const (
	ChannelSMEV   Channel = "smev"   // signed and sent over the bus
	ChannelManual Channel = "manual" // written to a file that a person uploads
)

// Formable are the registers that FormPackage has anything to do for: something is ready,
// or the register rests.
func (s *Store) Formable(ctx context.Context) (map[egisso.Register]bool, error) {
	formable := map[egisso.Register]bool{}
	rows, err := s.pool.Query(ctx, query("formable"), egisso.Registers())
	if err == nil {
		var register egisso.Register
		_, err = pgx.ForEachRow(rows, []any{&register}, func() error {
			formable[register] = true
			return nil
		})
	}
	if err != nil {
		return nil, fmt.Errorf("look for what is ready: %w", err)
	}
	return formable, nil
}

// FormPackage takes ready records in a stable order and makes them a package,
// in one transaction. It returns how many records the package has; 0 means that
// nothing is ready, or that the register rests after failures.
func (s *Store) FormPackage(ctx context.Context, plan PackagePlan) (records int, err error) {
	err = s.inTx(ctx, "form a package of register "+string(plan.Register), func(tx pgx.Tx) error {
		records, err = formPackage(ctx, tx, plan)
		return err
	})
	return records, err
}

func formPackage(ctx context.Context, tx pgx.Tx, plan PackagePlan) (records int, err error) {
	rests := rests{}
	if plan.Channel == "" {
		plan.Channel = ChannelSMEV
	}
	// Failures of the bus say nothing about an upload by hand.
	if plan.Channel == ChannelSMEV {
		if rests, err = lookAfterFailures(ctx, tx, plan); err != nil {
			return 0, err
		}
	}
	next, err := nextReady(ctx, tx, plan, rests.resting())
	if err != nil || next.provider == "" {
		return 0, err
	}
	rest, tries := rests[next.provider]
	if tries {
		// Somebody else may have formed the package that tries before we could look.
		if rests, err = lookAfterFailures(ctx, tx, plan); err != nil || rests[next.provider].resting {
			return 0, err
		}
		rest = rests[next.provider]
	}
	plan.MaxRecords = rest.size(min(plan.MaxRecords, next.limit))
	ids, kinds, findings, err := lockReady(ctx, tx, plan, next)
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	suspect := !tries && (len(ids) == 1 || next.limit < unsuspected)
	batch := &pgx.Batch{}
	batch.Queue(query("insert_package"), plan.ID, plan.Register, plan.Format, plan.Version, next.provider, len(ids), plan.Channel, plan.Held, suspect, plan.export())
	batch.Queue(query("insert_package_records"), plan.ID, flat(ids), kinds, flat(findings))
	batch.Queue(query("pack_records"), plan.ID, flat(ids))
	if tries {
		batch.Queue(query("note_trial"), plan.Register, next.provider, plan.ID)
	}
	return len(ids), tx.SendBatch(ctx, batch).Close()
}

// ready are records that may go together.
type ready struct {
	provider string
	limit    int // how many of them at most
}

// unsuspected is the limit of records whose package never failed.
const unsuspected = 1000

// nextReady finds what is to be packed next, nothing if nobody's turn has come.
func nextReady(ctx context.Context, tx pgx.Tx, plan PackagePlan, resting []string) (next ready, err error) {
	shortest, longest := plan.alone()
	rows, err := inOrder(ctx, tx, query("next_ready"), plan.Register, nullable(plan.DecidedBy.String()), resting, shortest, longest, plan.export())
	if err != nil {
		return next, err
	}
	_, err = pgx.ForEachRow(rows, []any{&next.provider, &next.limit}, func() error { return nil })
	return next, err
}

func (p PackagePlan) export() *int64 {
	if p.Export == 0 {
		return nil
	}
	return &p.Export
}

// alone says how long records rest that failed alone: shortest, and longest.
func (p PackagePlan) alone() (shortest, longest time.Duration) {
	if p.Channel == ChannelManual {
		return 0, 0
	}
	return p.RetryMin, max(p.RetryMax, p.RefusedMax)
}

func lockReady(ctx context.Context, tx pgx.Tx, plan PackagePlan, next ready) (ids []uuid.UUID, kinds []string, findings []*string, err error) {
	shortest, longest := plan.alone()
	rows, err := inOrder(ctx, tx, query("lock_ready"), plan.Register, plan.MaxRecords, plan.KindOrder, nullable(plan.DecidedBy.String()),
		next.provider, next.limit, shortest, longest, plan.export())
	if err != nil {
		return nil, nil, nil, err
	}
	var id uuid.UUID
	var kind string
	var found *string // JSON, nil: nothing
	var size, total int
	_, err = pgx.ForEachRow(rows, []any{&id, &kind, &size, &found}, func() error {
		if total += size; total > plan.MaxBytes && len(ids) > 0 {
			return nil // the rest stays ready
		}
		ids, kinds, findings = append(ids, id), append(kinds, kind), append(findings, found)
		return nil
	})
	return ids, kinds, findings, err
}

// FormedPackage is a package claimed for signing.
type FormedPackage struct {
	ID        uuid.UUID
	Register  egisso.Register
	Format    string // kind of information, e.g. "10.06.S"
	Version   string // its version, e.g. "1.1.0"
	Provider  string // participant code it is sent under
	CreatedAt time.Time
	Epoch     int64
	Elements  []Element
	// Classifier is the code a request for the classifier asks for; such a
	// package has no elements.
	Classifier string
}

// Element is one member of a package, as it will be written.
type Element struct {
	ID      uuid.UUID
	Kind    egisso.Kind
	Content json.RawMessage
}

// ClaimFormed claims the oldest formed package to be signed for lease; nil when
// there is none.
func (s *Store) ClaimFormed(ctx context.Context, lease time.Duration) (*FormedPackage, error) {
	if due, err := s.due(ctx, "sign"); err != nil || !due {
		return nil, err
	}
	return s.claimFormed(ctx, ChannelSMEV, lease)
}

func (s *Store) claimFormed(ctx context.Context, channel Channel, lease time.Duration) (*FormedPackage, error) {
	var p FormedPackage
	err := s.inTx(ctx, "claim a package to sign", func(tx pgx.Tx) error {
		err := tx.QueryRow(ctx, query("claim_formed"), lease, channel).
			Scan(&p.ID, &p.Register, &p.Format, &p.Version, &p.Provider, &p.CreatedAt, &p.Epoch, &p.Classifier)
		if err != nil {
			return err
		}
		p.Elements, err = packageElements(ctx, tx, p.ID)
		return err
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &p, nil
}

func packageElements(ctx context.Context, tx pgx.Tx, id uuid.UUID) ([]Element, error) {
	rows, err := tx.Query(ctx, query("package_content"), id)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(r pgx.CollectableRow) (e Element, err error) {
		var said json.RawMessage
		var measure, category *uuid.UUID
		err = r.Scan(&e.ID, &e.Kind, &e.Content, &said, &measure, &category)
		if said != nil {
			e.Content = withIDs(said, e.ID, measure, category)
		}
		return e, err
	})
}

// withIDs is what an element says that says what its row does, and ids: as egisso.element_content.
func withIDs(said json.RawMessage, id uuid.UUID, measure, category *uuid.UUID) json.RawMessage {
	text := bytes.TrimSuffix(bytes.TrimSpace(said), []byte("}"))
	for _, added := range []struct {
		name string
		id   *uuid.UUID
	}{{"uuid", &id}, {"lmszId", measure}, {"categoryId", category}} {
		if added.id == nil {
			continue
		}
		if text[len(text)-1] != '{' {
			text = append(text, ',')
		}
		text = append(text, `"`+added.name+`":"`+added.id.String()+`"`...)
	}
	return append(text, '}')
}

// Message is a signed message with its files: final bytes.
type Message struct {
	ID          uuid.UUID // MessageID
	Envelope    []byte
	Attachments []Attachment
	Certificate []byte // what identifies the certificate it is signed with; nil if that is not known
}

// Attachment is a file for the SMEV file storage.
type Attachment struct {
	UUID      uuid.UUID
	FileName  string
	MimeType  string
	Content   []byte
	Hash      []byte
	Signature []byte // detached CMS
}

// StoreSigned stores the signed bytes of a claimed package. It returns ErrLost
// when the claim is no longer ours; then nothing is stored.
func (s *Store) StoreSigned(ctx context.Context, p *FormedPackage, m Message) error {
	return s.inTx(ctx, "store signed package "+p.ID.String(), func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, query("mark_signed"), p.ID, p.Epoch, "Пакет подписан, ожидает отправки")
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return ErrLost
		}
		if _, err := tx.Exec(ctx, query("insert_message"), m.ID, p.ID, m.Envelope, m.Certificate); err != nil {
			return err
		}
		for _, a := range m.Attachments {
			if _, err := tx.Exec(ctx, query("insert_attachment"), a.UUID, m.ID, a.FileName, a.MimeType, a.Content, a.Hash, a.Signature); err != nil {
				return err
			}
		}
		return nil
	})
}

// ReleaseFormed gives a claimed package back unsigned, to be signed at any time.
func (s *Store) ReleaseFormed(ctx context.Context, p *FormedPackage) error {
	if _, err := s.pool.Exec(ctx, query("release_claim"), p.ID, p.Epoch); err != nil {
		return fmtError("release package", p.ID, err)
	}
	return nil
}

// SignFailed gives a claimed package back that could not be signed; info says
// so in Russian. It rests longer after every failure, so that the others go
// first, and after the third one a person is asked to look.
func (s *Store) SignFailed(ctx context.Context, p *FormedPackage, info string, pause time.Duration) error {
	if _, err := s.pool.Exec(ctx, query("sign_failed"), p.ID, p.Epoch, info, pause); err != nil {
		return fmtError("release package", p.ID, err)
	}
	return nil
}
