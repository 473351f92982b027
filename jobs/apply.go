package jobs

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"

	"egissogw/adapter/smev"
	"egissogw/adapter/store"
)

// Apply turns stored answers into outcomes of records (spec egisso.md d). It
// works while the signing service is off, too.
type Apply struct {
	Store *store.Store
	Log   *slog.Logger
}

// Name implements Job.
func (Apply) Name() string { return "apply" }

// Run implements Job. Done counts answers.
func (a Apply) Run(ctx context.Context) (Report, error) {
	var report Report
	for {
		found, err := a.Store.ApplyNext(ctx, a.judge)
		if err != nil || !found {
			return report, err
		}
		report.Done++
	}
}

func (a Apply) judge(in store.InAnswer, pkg *store.AnsweredPackage) (store.Verdict, error) {
	var answer smev.Answer
	if err := json.Unmarshal(in.Content, &answer); err != nil {
		return store.Verdict{}, fmt.Errorf("decode the stored answer: %w", err)
	}
	verdict := judge(answer, pkg)
	attrs := []any{"answer_id", in.ID, "original_message_id", in.OriginalMessageID, "note", verdict.Note}
	if pkg != nil {
		attrs = append(attrs, "package_id", pkg.ID, "result", verdict.Result, "decided", len(verdict.Outcomes))
	}
	switch {
	case pkg == nil || verdict.Review != "" || verdict.Failed:
		a.Log.Warn("answer needs attention", attrs...)
	default:
		a.Log.Info("answer applied", attrs...)
	}
	return verdict, nil
}
