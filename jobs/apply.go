package jobs

import (
	"context"
	"errors"
	"log/slog"

	"egissogw/adapter/egisso/lifecycle"
	"egissogw/adapter/store"
)

// Apply turns stored answers into outcomes of records (adapter/egisso/SPEC.md#protocol). It
// works while the signing service is off, too.
type Apply struct {
	Store   *store.Store
	Senders Senders
	// Refusals are those of which the configuration says what they mean.
	Refusals lifecycle.Refusals
	Log      *slog.Logger
}

// Name implements Job.
func (Apply) Name() string { return "apply" }

// applyBatch is how many answers are applied in one run.
const applyBatch = 100

// Run implements Job. Done counts answers. One that cannot be applied is put off
// and the others go on.
func (a Apply) Run(ctx context.Context) (Report, error) {
	report, err := a.answers(ctx)
	touched, understood := a.Store.UnderstandRefusals(ctx, a.Refusals.Meaning)
	if touched > 0 {
		a.Log.Info("refusals understood", "records", touched)
	}
	var ended error
	if report.Done > 0 {
		ended = endReviews(ctx, a.Store, a.Log)
	}
	return report, errors.Join(err, understood, ended)
}

// endReviews ends looks at refused packages that nobody needs any more.
func endReviews(ctx context.Context, s *store.Store, log *slog.Logger) error {
	n, err := s.EndReviews(ctx)
	if n > 0 {
		log.Info("all records of refused packages have their outcomes: nobody has to look", "packages", n)
	}
	return err
}

func (a Apply) answers(ctx context.Context) (Report, error) {
	var report Report
	troubles := []error{a.Store.Listed(ctx, a.Senders.EGISSO, a.Senders.Bus)}
	for range applyBatch {
		found, err := a.next(ctx)
		if err != nil {
			troubles = append(troubles, err)
		}
		if !found || ctx.Err() != nil {
			return report, errors.Join(troubles...)
		}
		report.Done++
	}
	report.More = true
	return report, errors.Join(troubles...)
}

// next applies one answer and says so once that is committed: what is undone is applied
// again, and would be told twice.
func (a Apply) next(ctx context.Context) (found bool, err error) {
	var tell func()
	found, err = a.Store.ApplyNext(ctx, func(in store.InAnswer, pkg *lifecycle.AnsweredPackage) (lifecycle.Verdict, error) {
		verdict, err := a.judge(in, pkg)
		tell = func() { a.tell(in, pkg, verdict) }
		return verdict, err
	})
	if err == nil && tell != nil {
		tell()
	}
	return found, err
}

func (a Apply) judge(in store.InAnswer, pkg *lifecycle.AnsweredPackage) (lifecycle.Verdict, error) {
	said, err := lifecycle.ReadSaid(in.Content, in.Body)
	if err != nil {
		return lifecycle.Verdict{}, err
	}
	problem := ""
	if pkg != nil && pkg.Classifier == "" {
		problem = said.Unfold(answerFiles(in.Received))
	}
	verdict := lifecycle.Judge(said, pkg)
	if problem != "" && verdict.Review != "" {
		verdict.Review = problem
	}
	if in.ReplyTo != "" {
		verdict = lifecycle.JudgeReply(said)
	}
	return verdict, nil
}

// tell says what became of an answer: also of one to a request for the classifier, which is a
// package without records.
func (a Apply) tell(in store.InAnswer, pkg *lifecycle.AnsweredPackage, verdict lifecycle.Verdict) {
	attrs := []any{"answer_id", in.ID, "original_message_id", in.OriginalMessageID, "note", verdict.Note}
	if pkg != nil {
		attrs = append(attrs, "package_id", pkg.ID, "result", verdict.Result, "decided", len(verdict.Outcomes))
	}
	switch {
	case pkg == nil && in.ReplyTo == "" || verdict.ReplyFailed != "" || verdict.Review != "" || verdict.Failed:
		a.Log.Warn("answer needs attention", attrs...)
	default:
		a.Log.Info("answer applied", attrs...)
	}
}

func answerFiles(received []store.ReceivedFile) []lifecycle.AnswerFile {
	files := make([]lifecycle.AnswerFile, len(received))
	for i, f := range received {
		files[i] = lifecycle.AnswerFile{Checked: f.State == store.FileChecked, Content: f.Content}
	}
	return files
}
