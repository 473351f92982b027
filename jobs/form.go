package jobs

import (
	"context"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"egissogw/adapter/egisso"
	"egissogw/adapter/store"
)

// Form makes packages of ready records (spec egisso.md a.5).
type Form struct {
	Store              *store.Store
	Versions           egisso.VersionSet
	MaxRecords         int
	MaxBytes           int
	RetryMin, RetryMax time.Duration
	Log                *slog.Logger
}

// refusedRest is the longest pause before records go again whose package ЕГИССО
// could not process as a whole: repeating is right when a file was missing and
// useless when a schema is violated, and only a person can tell.
const refusedRest = 24 * time.Hour

// formBatches is how many packages of a register one run forms.
const formBatches = 50

// Name implements Job.
func (Form) Name() string { return "form" }

// Run implements Job. Done counts packages.
func (f Form) Run(ctx context.Context) (Report, error) {
	var report Report
	for _, register := range egisso.Registers() {
		for batch := range formBatches {
			report.More = report.More || batch == formBatches-1
			formed, err := f.form(ctx, register)
			if err != nil {
				return report, err
			}
			if !formed {
				break
			}
			report.Done++
		}
	}
	return report, nil
}

func (f Form) form(ctx context.Context, register egisso.Register) (bool, error) {
	id, err := uuid.NewRandom()
	if err != nil {
		return false, err
	}
	var order []string
	for _, kind := range register.Kinds() {
		order = append(order, string(kind))
	}
	version, most := f.Versions.For(register), f.MaxRecords
	if register == egisso.RegisterParticipant {
		most = 1 // one application per message (spec egisso.md a.5)
	}
	records, err := f.Store.FormPackage(ctx, store.PackagePlan{
		ID: id, Register: register, Format: version.Code, Version: version.Number, KindOrder: order,
		MaxRecords: most, MaxBytes: f.MaxBytes, RetryMin: f.RetryMin, RetryMax: f.RetryMax, RefusedMax: refusedRest,
	})
	if err != nil || records == 0 {
		return false, err
	}
	f.Log.Info("package formed", "package_id", id, "register", register, "records", records)
	return true, nil
}
