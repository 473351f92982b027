package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"

	"egissogw/adapter/smev"
	"egissogw/adapter/store"
)

// Apply turns stored answers into outcomes of records (adapter/egisso/SPEC.md#protocol). It
// works while the signing service is off, too.
type Apply struct {
	Store   *store.Store
	Senders Senders
	Log     *slog.Logger
}

// Name implements Job.
func (Apply) Name() string { return "apply" }

// applyBatch is how many answers are applied in one run.
const applyBatch = 100

// Run implements Job. Done counts answers. One that cannot be applied is put off
// and the others go on.
func (a Apply) Run(ctx context.Context) (Report, error) {
	var report Report
	troubles := []error{a.Store.Listed(ctx, a.Senders.EGISSO, a.Senders.Bus)}
	for range applyBatch {
		found, err := a.Store.ApplyNext(ctx, a.judge)
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

func (a Apply) judge(in store.InAnswer, pkg *store.AnsweredPackage) (store.Verdict, error) {
	var answer smev.Answer
	if err := json.Unmarshal(in.Content, &answer); err != nil {
		return store.Verdict{}, fmt.Errorf("decode the stored answer: %w", err)
	}
	if in.Body != nil {
		answer.Content = in.Body
	}
	problem := ""
	if pkg != nil && pkg.Classifier == "" {
		answer.Content, problem = attachedProtocol(answer.Content, in.Received)
	}
	verdict := judge(answer, pkg)
	if problem != "" && verdict.Review != "" {
		verdict.Review = problem
	}
	if in.ReplyTo != "" {
		verdict = judgeReply(answer)
	}
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
	return verdict, nil
}
