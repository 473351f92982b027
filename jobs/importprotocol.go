package jobs

import (
	"context"
	"errors"
	"log/slog"

	"egissogw/adapter/egisso/lifecycle"
	"egissogw/adapter/store"
)

// ImportProtocol applies protocols that people brought as files (adapter/egisso/SPEC.md#buttons,
// «Загрузить файл протокола обработки»): with the effect of an answer of the bus,
// but only where a package of ours is named that may have reached ЕГИССО.
type ImportProtocol struct {
	Store *store.Store
	Log   *slog.Logger
}

// Name implements Job.
func (ImportProtocol) Name() string { return "import" }

// Run implements Job. Done counts files.
func (i ImportProtocol) Run(ctx context.Context) (Report, error) {
	var report Report
	var troubles []error
	for range applyBatch {
		found, err := i.Store.ApplyNextProtocol(ctx, "", i.judge)
		troubles = append(troubles, err)
		if !found || ctx.Err() != nil {
			return report, errors.Join(troubles...)
		}
		report.Done++
	}
	report.More = true
	return report, errors.Join(troubles...)
}

// Apply applies one file now and returns what became of it; that it is set aside is no
// error.
func (i ImportProtocol) Apply(ctx context.Context, id string) (store.ProtocolOutcome, error) {
	if _, err := i.Store.ApplyNextProtocol(ctx, id, i.judge); err != nil && !errors.Is(err, store.ErrSetAside) {
		return store.ProtocolOutcome{ID: id}, err
	}
	return i.Store.Protocol(ctx, id)
}

func (i ImportProtocol) judge(f lifecycle.ProtocolFile, find store.PackageFinder) (store.FileVerdict, error) {
	v, pkg, refused, err := lifecycle.JudgeFile(f, find)
	switch {
	case err != nil:
		return store.FileVerdict{}, err
	case refused != "":
		i.Log.Warn("protocol file refused", "file", f.ID)
		return store.FileVerdict{Refused: refused}, nil
	}
	i.Log.Info("protocol file applied", "package_id", pkg.ID, "file", f.ID, "note", v.Note, "result", v.Result, "decided", len(v.Outcomes))
	return store.FileVerdict{Verdict: v, Package: pkg}, nil
}
