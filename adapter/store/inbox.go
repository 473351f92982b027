package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"egissogw/adapter/egisso"
)

// AnsweredPackage is the package an answer belongs to.
type AnsweredPackage struct {
	ID          uuid.UUID
	MessageID   uuid.UUID
	Register    egisso.Register
	State       string
	Result      PackageResult // "" until answered
	RecordCount int
	Classifier  string // code a request for the classifier asked for
	Members     []uuid.UUID
	// Delivered: SMEV has or had the message the answer is about.
	Delivered bool
	// Undecided are the members an earlier protocol left in doubt; all of them
	// before the first one.
	Undecided map[uuid.UUID]bool
	// Decided are the outcomes an earlier protocol gave, and Protocol is that
	// protocol, the last one applied; nil before the first.
	Decided  map[uuid.UUID]RecordState
	Protocol []byte
	// Unconfirmed are the outcomes among them that came from a file while the bus had
	// the package.
	Unconfirmed map[uuid.UUID]RecordState
}

// Verdict is what an answer means for its package. At most one of Progress,
// Failed, Returned and Result is set; none when the answer decides nothing.
type Verdict struct {
	Note     string // English, kept with the answer
	Info     string // Russian, for the journal
	Review   string // Russian, why a person should look
	Progress int    // 1 accepted, 2 in work: not final
	Failed   bool   // refused by SMEV or by the provider: records are "not sent" again
	Returned bool   // ЕГИССО could not process the package as a whole: the same, but answered
	Result   PackageResult
	// Outcomes of the members: accepted, accepted_with_warnings or rejected. A
	// member the protocol leaves in doubt is missing and stays sent.
	Outcomes map[uuid.UUID]RecordState
	// Classifier is what a request for the classifier brought, Body the document
	// it came in. It is stored, and the journal tells what was new.
	Classifier *egisso.ClassifierAnswer
	Body       []byte
	Messages   []ProtocolMessage
	// Stranger: it is about nothing of ours (Russian, why a person should look).
	Stranger string
	// ReplyFailed: an answer of ours was refused after all (Russian, why).
	ReplyFailed string
	// ParticipantCode is what ЕГИССО calls the participant whose application it
	// accepted, "" if it did not say.
	ParticipantCode string
	// Protocol is the protocol the verdict comes from; kept if it says anything.
	Protocol []byte
	// FromFile is the protocol file of a package the bus has: nobody signed it, so that
	// it proves no delivery and its outcomes stay unconfirmed.
	FromFile string
	// Settled is the word of the bus about outcomes that came from a file; "" as an
	// outcome means that ЕГИССО never had the record.
	Settled map[uuid.UUID]RecordState
}

// PackageResult is the outcome of an answered package.
type PackageResult string

// Package results, adapter/egisso/SPEC.md#outcomes.
const (
	PackageAccepted PackageResult = "accepted"
	PackagePartial  PackageResult = "partial"
	PackageRejected PackageResult = "rejected"
)

// ProtocolMessage is one message of a protocol about one record.
type ProtocolMessage struct {
	RecordID string
	Type     int // 1 error, 2 warning
	RuleCode string
	Report   string
}

// ApplyNext takes the oldest answer not yet applied, asks judge what it means
// and stores the consequences, all in one transaction. pkg is nil when no
// message of ours is named by the answer. It reports whether there was one; with
// an error too, when that answer was put off and others may follow.
func (s *Store) ApplyNext(ctx context.Context, judge func(a InAnswer, pkg *AnsweredPackage) (Verdict, error)) (bool, error) {
	found := false
	var failure error
	err := s.inTx(ctx, "apply an answer", func(tx pgx.Tx) error {
		var a InAnswer
		err := tx.QueryRow(ctx, query("lock_unapplied")).
			Scan(&a.ID, &a.OriginalMessageID, &a.Kind, &a.Content, &a.Body, &a.Verified)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		found = true
		if failure = s.beginReading(ctx, readingAnswer, a.ID); errors.Is(failure, ErrSetAside) {
			return nil
		} else if failure != nil {
			return failure
		}
		judged := func(a InAnswer, pkg *AnsweredPackage) (Verdict, error) {
			v, err := judge(a, pkg)
			// What happens to the process from now on is not its doing.
			return v, errors.Join(err, endReading(ctx, s.besideTx, readingAnswer, a.ID))
		}
		// In a savepoint: one answer that cannot be applied is put off and shown,
		// and the others go on.
		failure = pgx.BeginFunc(ctx, tx, func(tx pgx.Tx) error { return applyOne(ctx, tx, a, judged) })
		if failure == nil {
			return nil
		}
		if err := endReading(ctx, tx, readingAnswer, a.ID); err != nil { // it may not have come to be judged
			return err
		}
		failure = fmt.Errorf("answer %s: %w", a.ID, failure)
		_, err = tx.Exec(ctx, query("apply_failed"), a.ID, failure.Error(), s.retry.Min, s.retry.Max)
		return err
	})
	if err == nil {
		err = failure
	}
	return found, err
}

func applyOne(ctx context.Context, tx pgx.Tx, a InAnswer, judge func(InAnswer, *AnsweredPackage) (Verdict, error)) error {
	pkg, err := packageOfMessage(ctx, tx, a.OriginalMessageID)
	if err == nil && pkg == nil {
		a.ReplyTo, err = replyOfMessage(ctx, tx, a.OriginalMessageID)
	}
	if err != nil {
		return err
	}
	if a.Received, err = filesOfAnswer(ctx, tx, a.ID); err != nil {
		return err
	}
	verdict, err := judge(a, pkg)
	if err != nil {
		return err
	}
	if pkg != nil {
		if err := applyVerdict(ctx, tx, pkg, verdict); err != nil {
			return fmt.Errorf("package %s: %w", pkg.ID, err)
		}
	}
	if a.ReplyTo != "" && verdict.ReplyFailed != "" {
		if _, err := tx.Exec(ctx, query("reply_failed"), a.ReplyTo, verdict.ReplyFailed); err != nil {
			return fmt.Errorf("incoming message %s: %w", a.ReplyTo, err)
		}
	}
	_, err = tx.Exec(ctx, query("mark_applied"), a.ID, verdict.Note, nullable(verdict.Stranger))
	return err
}

// IsMessageID tells whether a text has the form of a MessageID: a UUID and nothing
// around it.
func IsMessageID(text string) bool { return len(text) == 36 && uuid.Validate(text) == nil }

// replyOfMessage finds the incoming message a message of ours answers.
func replyOfMessage(ctx context.Context, tx pgx.Tx, originalID string) (incomingID string, err error) {
	if !IsMessageID(originalID) {
		return "", nil // not an id of ours
	}
	messageID := uuid.MustParse(originalID)
	err = tx.QueryRow(ctx, query("reply_of_message"), messageID).Scan(&incomingID)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", nil
	}
	return incomingID, err
}

func packageOfMessage(ctx context.Context, tx pgx.Tx, originalID string) (*AnsweredPackage, error) {
	if !IsMessageID(originalID) {
		return nil, nil // not an id of ours
	}
	messageID := uuid.MustParse(originalID)
	p := AnsweredPackage{MessageID: messageID}
	var result *string
	var messageState string
	err := tx.QueryRow(ctx, query("package_of_message"), messageID).
		Scan(&p.ID, &p.Register, &p.State, &result, &p.RecordCount, &p.Classifier, &messageState)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if result != nil {
		p.Result = PackageResult(*result)
	}
	p.Delivered = messageState == "delivered"
	return &p, addMembers(ctx, tx, &p)
}

// addMembers reads the members of a package that is locked, which of them have no
// outcome, and the protocol applied last.
func addMembers(ctx context.Context, tx pgx.Tx, p *AnsweredPackage) error {
	if err := tx.QueryRow(ctx, query("last_protocol"), p.ID).Scan(&p.Protocol); err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return err
	}
	rows, err := tx.Query(ctx, query("members"), p.ID)
	if err != nil {
		return err
	}
	p.Undecided, p.Decided, p.Unconfirmed = map[uuid.UUID]bool{}, map[uuid.UUID]RecordState{}, map[uuid.UUID]RecordState{}
	var id uuid.UUID
	var state RecordState
	var here bool // still in this package
	var outcome, unconfirmed RecordState
	_, err = pgx.ForEachRow(rows, []any{&id, &state, &here, &outcome, &unconfirmed}, func() error {
		p.Members = append(p.Members, id)
		if unconfirmed != "" {
			p.Unconfirmed[id] = unconfirmed
		}
		if outcome != "" {
			p.Decided[id] = outcome
		}
		if here && state == Packed {
			p.Undecided[id] = true
		}
		return nil
	})
	return err
}

func applyVerdict(ctx context.Context, tx pgx.Tx, pkg *AnsweredPackage, v Verdict) error {
	batch := &pgx.Batch{}
	if v.FromFile == "" {
		batch.Queue(query("confirm_delivery"), pkg.MessageID)
	}
	batch.Queue(query("queued_by_answer"), pkg.ID)
	if v.Protocol != nil && v.FromFile == "" && (v.Progress > 0 || v.Returned || v.Result != "") {
		batch.Queue(query("save_protocol"), pkg.ID, v.Protocol)
	}
	queueSettled(batch, pkg, v)
	switch {
	case v.Progress > 0:
		batch.Queue(query("package_progress"), pkg.ID, v.Progress, v.Info)
	case v.Failed:
		if err := tx.SendBatch(ctx, batch).Close(); err != nil {
			return err
		}
		return failPackage(ctx, tx, pkg.ID, v.Info, v.Review)
	case v.Returned:
		batch.Queue(query("package_returned"), pkg.ID, v.Info, nullable(v.Review))
		queueMessages(batch, pkg.ID, v.Messages)
		queueRelease(batch, pkg.ID)
	case v.Classifier != nil:
		var err error
		if v.Info, err = receiveClassifier(ctx, tx, pkg.ID, v); err != nil {
			return err
		}
		v.Result = PackageAccepted
		queueOutcomes(batch, pkg, v)
	case v.Result != "":
		queueOutcomes(batch, pkg, v)
	case v.Info != "":
		batch.Queue(query("package_info"), pkg.ID, v.Info)
	}
	if v.Review != "" {
		batch.Queue(query("package_review"), pkg.ID, v.Review)
	}
	return tx.SendBatch(ctx, batch).Close()
}

func queueOutcomes(batch *pgx.Batch, pkg *AnsweredPackage, v Verdict) {
	ids, outcomes := make([]uuid.UUID, 0, len(v.Outcomes)), make([]string, 0, len(v.Outcomes))
	for _, id := range pkg.Members {
		if outcome, decided := v.Outcomes[id]; decided {
			ids, outcomes = append(ids, id), append(outcomes, string(outcome))
		}
	}
	batch.Queue(query("lock_rows_of_package"), pkg.ID)
	if v.FromFile != "" {
		batch.Queue(query("note_unconfirmed"), pkg.ID, v.FromFile, ids, outcomes)
	}
	batch.Queue(query("package_answered"), pkg.ID, v.Result, v.Info, nullable(v.Review))
	batch.Queue(query("member_outcomes"), pkg.ID, ids, outcomes)
	batch.Queue(query("record_outcomes"), pkg.ID, ids, outcomes, v.ParticipantCode)
	queueMessages(batch, pkg.ID, v.Messages)
	batch.Queue(query("touch_rows"), pkg.ID)
	batch.Queue(query("allow_long_statements"))
	batch.Queue(query("touch_dependants_of_package"), pkg.ID)
	if pkg.Register == egisso.RegisterParticipant {
		batch.Queue(query("touch_blocked_by_participant"))
	}
}

// queueSettled lets the word of the bus take the place of outcomes from a file, with
// what the rows held because of them.
func queueSettled(batch *pgx.Batch, pkg *AnsweredPackage, v Verdict) {
	if len(v.Settled) == 0 {
		return
	}
	var ids []uuid.UUID
	var said []string
	for _, id := range pkg.Members {
		outcome, settled := v.Settled[id]
		if !settled {
			continue
		}
		if outcome == "" {
			outcome = "released"
		}
		ids, said = append(ids, id), append(said, string(outcome))
	}
	batch.Queue(query("lock_rows_of_package"), pkg.ID)
	batch.Queue(query("settle_unconfirmed"), pkg.ID, ids, said, v.ParticipantCode)
}

func queueMessages(batch *pgx.Batch, packageID uuid.UUID, messages []ProtocolMessage) {
	n := len(messages)
	raw, elements, types := make([]string, n), make([]*uuid.UUID, n), make([]int16, n)
	codes, reports := make([]string, n), make([]string, n)
	for i, m := range messages {
		raw[i], types[i], codes[i], reports[i] = m.RecordID, int16(m.Type), m.RuleCode, m.Report
		if id, err := uuid.Parse(m.RecordID); err == nil {
			elements[i] = &id
		}
	}
	batch.Queue(query("insert_messages"), packageID, raw, elements, types, codes, reports)
}

func nullable(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}
