package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/lifecycle"
)

// ApplyNext takes the oldest answer not yet applied, asks judge what it means
// and stores the consequences, all in one transaction. pkg is nil when no
// message of ours is named by the answer. It reports whether there was one; with
// an error too, when that answer was put off and others may follow.
func (s *Store) ApplyNext(ctx context.Context, judge func(a InAnswer, pkg *lifecycle.AnsweredPackage) (lifecycle.Verdict, error)) (bool, error) {
	if due, err := s.due(ctx, "apply"); err != nil || !due {
		return false, err
	}
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
		judged := func(a InAnswer, pkg *lifecycle.AnsweredPackage) (lifecycle.Verdict, error) {
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

func applyOne(ctx context.Context, tx pgx.Tx, a InAnswer, judge func(InAnswer, *lifecycle.AnsweredPackage) (lifecycle.Verdict, error)) error {
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
	if len(verdict.Named) > 0 {
		var ours bool
		if err := tx.QueryRow(ctx, query("knows_record"), flat(verdict.Named)).Scan(&ours); err != nil {
			return err
		}
		if ours {
			verdict.Note, verdict.Stranger, verdict.Named = "protocol of a package that is not here names records that are", lifecycle.LostPackage, nil
		}
	}
	_, err = tx.Exec(ctx, query("mark_applied"), a.ID, verdict.Note, nullable(verdict.Stranger), flat(verdict.Named))
	return err
}

// KnowLostPackages looks again at protocols of packages that are not here: rows may have been
// decided since, whose records they name.
func (s *Store) KnowLostPackages(ctx context.Context) error {
	if _, err := s.pool.Exec(ctx, query("know_lost_packages"), lifecycle.LostPackage); err != nil {
		return fmt.Errorf("look for packages that are not here: %w", err)
	}
	return nil
}

// replyOfMessage finds the incoming message a message of ours answers.
func replyOfMessage(ctx context.Context, tx pgx.Tx, originalID string) (incomingID string, err error) {
	if !lifecycle.IsMessageID(originalID) {
		return "", nil // not an id of ours
	}
	messageID := uuid.MustParse(originalID)
	err = tx.QueryRow(ctx, query("reply_of_message"), messageID).Scan(&incomingID)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", nil
	}
	return incomingID, err
}

func packageOfMessage(ctx context.Context, tx pgx.Tx, originalID string) (*lifecycle.AnsweredPackage, error) {
	if !lifecycle.IsMessageID(originalID) {
		return nil, nil // not an id of ours
	}
	messageID := uuid.MustParse(originalID)
	p := lifecycle.AnsweredPackage{MessageID: messageID}
	var result *string
	var messageState string
	err := tx.QueryRow(ctx, query("package_of_message"), messageID).
		Scan(&p.ID, &p.Register, &p.State, &result, &p.RecordCount, &p.Classifier, &p.Released, &messageState)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if result != nil {
		p.Result = lifecycle.PackageResult(*result)
	}
	p.Delivered = messageState == "delivered"
	return &p, addMembers(ctx, tx, &p)
}

// addMembers reads the members of a package that is locked, which of them have no
// outcome, and the protocol applied last.
func addMembers(ctx context.Context, tx pgx.Tx, p *lifecycle.AnsweredPackage) error {
	if err := tx.QueryRow(ctx, query("last_protocol"), p.ID).Scan(&p.Protocol); err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return err
	}
	rows, err := tx.Query(ctx, query("members"), p.ID)
	if err != nil {
		return err
	}
	p.Undecided, p.Decided, p.Unconfirmed = map[uuid.UUID]bool{}, map[uuid.UUID]lifecycle.State{}, map[uuid.UUID]lifecycle.State{}
	var id uuid.UUID
	var state lifecycle.State
	var here bool // still in this package
	var outcome, unconfirmed lifecycle.State
	_, err = pgx.ForEachRow(rows, []any{&id, &state, &here, &outcome, &unconfirmed}, func() error {
		p.Members = append(p.Members, id)
		if unconfirmed != "" {
			p.Unconfirmed[id] = unconfirmed
		}
		if outcome != "" {
			p.Decided[id] = outcome
		}
		if here && state == lifecycle.Packed {
			p.Undecided[id] = true
		}
		return nil
	})
	return err
}

func applyVerdict(ctx context.Context, tx pgx.Tx, pkg *lifecycle.AnsweredPackage, v lifecycle.Verdict) error {
	batch := &pgx.Batch{}
	if v.FromFile == "" {
		batch.Queue(query("confirm_delivery"), pkg.MessageID)
	}
	batch.Queue(query("queued_by_answer"), pkg.ID)
	batch.Queue(query("documents_again"), pkg.ID)
	if v.Protocol != nil && v.FromFile == "" && (v.Progress > 0 || v.Returned || v.Result != "" || v.Late != nil) {
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
		return failPackage(ctx, tx, pkg.ID, Failure{Info: v.Info, Review: v.Review, Contradicts: len(v.Settled) > 0})
	case v.Returned:
		batch.Queue(query("package_returned"), pkg.ID, v.Info, nullable(v.Review), len(v.Settled) == 0)
		queueMessages(batch, pkg.ID, v.Messages)
		queueRelease(batch, pkg.ID, false)
	case v.Classifier != nil:
		var err error
		if v.Info, err = receiveClassifier(ctx, tx, pkg.ID, v); err != nil {
			return err
		}
		v.Result = lifecycle.PackageAccepted
		queueOutcomes(batch, pkg, v)
	case v.Result != "":
		queueOutcomes(batch, pkg, v)
	case v.Late != nil:
		queueLate(batch, pkg, v)
		v.Review = ""
	case v.Info != "":
		batch.Queue(query("package_info"), pkg.ID, v.Info)
	}
	if v.Review != "" {
		batch.Queue(query("package_review"), pkg.ID, v.Review)
	}
	return tx.SendBatch(ctx, batch).Close()
}

func queueOutcomes(batch *pgx.Batch, pkg *lifecycle.AnsweredPackage, v lifecycle.Verdict) {
	ids, outcomes := make([]uuid.UUID, 0, len(v.Outcomes)), make([]string, 0, len(v.Outcomes))
	for _, id := range pkg.Members {
		if outcome, decided := v.Outcomes[id]; decided {
			ids, outcomes = append(ids, id), append(outcomes, string(outcome))
		}
	}
	if pkg.Register != egisso.RegisterFact || v.FromFile != "" || !allAccepted(pkg, v) { // else record_outcomes locks them all
		batch.Queue(query("lock_rows_of_package"), pkg.ID)
	}
	if v.FromFile != "" {
		batch.Queue(query("note_unconfirmed"), pkg.ID, v.FromFile, ids, outcomes)
	}
	batch.Queue(query("package_answered"), pkg.ID, v.Result, v.Info, nullable(v.Review))
	batch.Queue(query("member_outcomes"), pkg.ID, flat(ids), outcomes)
	batch.Queue(query("look_up_apart"))
	batch.Queue(query("record_outcomes"), pkg.ID, flat(ids), outcomes, v.ParticipantCode)
	queueMessages(batch, pkg.ID, v.Messages)
	queueVersions(batch, pkg)
	batch.Queue(query("touch_rows"), pkg.ID)
	batch.Queue(query("allow_long_statements"))
	batch.Queue(query("touch_dependants_of_package"), pkg.ID)
	if pkg.Register == egisso.RegisterParticipant {
		batch.Queue(query("touch_blocked_by_participant"))
	}
}

// allAccepted reports whether every member is in the package still, and is accepted now.
func allAccepted(pkg *lifecycle.AnsweredPackage, v lifecycle.Verdict) bool {
	for _, id := range pkg.Members {
		if outcome := v.Outcomes[id]; !pkg.Undecided[id] || outcome != lifecycle.Accepted && outcome != lifecycle.AcceptedWithWarnings {
			return false
		}
	}
	return true
}

// queueLate notes what a protocol says of records that were released; those that go again and
// those that wait are decided anew.
func queueLate(batch *pgx.Batch, pkg *lifecycle.AnsweredPackage, v lifecycle.Verdict) {
	var ids []uuid.UUID
	var outcomes []string
	for _, id := range pkg.Members {
		if outcome, said := v.Late[id]; said {
			ids, outcomes = append(ids, id), append(outcomes, string(outcome))
		}
	}
	batch.Queue(query("lock_rows_of_package"), pkg.ID)
	batch.Queue(query("late_outcomes"), pkg.ID, flat(ids), outcomes, nullable(v.FromFile))
	queueVersions(batch, pkg)
	queueMessages(batch, pkg.ID, v.Messages)
	batch.Queue(query("package_late"), pkg.ID, v.Info, nullable(v.Review))
	batch.Queue(query("touch_rows"), pkg.ID)
}

// queueVersions puts versions that ЕГИССО turned out to have into their place.
func queueVersions(batch *pgx.Batch, pkg *lifecycle.AnsweredPackage) {
	switch pkg.Register {
	case egisso.RegisterMeasure, egisso.RegisterPoint, egisso.RegisterOrganization:
		batch.Queue(query("late_versions"), pkg.ID)
	}
}

// queueSettled lets the word of the bus take the place of outcomes from a file, with
// what the rows held because of them.
func queueSettled(batch *pgx.Batch, pkg *lifecycle.AnsweredPackage, v lifecycle.Verdict) {
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

func queueMessages(batch *pgx.Batch, packageID uuid.UUID, messages []lifecycle.ProtocolMessage) {
	n := len(messages)
	raw, elements, types := make([]string, n), make([]*uuid.UUID, n), make([]int16, n)
	codes, reports := make([]string, n), make([]string, n)
	rules, texts, suspect := make([]string, n), make([]string, n), make([]bool, n) // of errors of records
	for i, m := range messages {
		raw[i], types[i], codes[i], reports[i] = m.RecordID, int16(m.Type), m.RuleCode, m.Report
		if id, err := uuid.Parse(m.RecordID); err == nil {
			elements[i] = &id
			if m.Type == egisso.MessageError {
				kind := lifecycle.KindOfRefusal(m.RuleCode, m.Report)
				rules[i], texts[i], suspect[i] = kind.Rule, kind.Text, lifecycle.SuspectsLoaded(m.RecordID, m.Report)
			}
		}
	}
	batch.Queue(query("insert_messages"), packageID, raw, flat(elements), types, codes, reports, rules, texts, suspect)
}

func nullable(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}
