package jobs

import (
	"context"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"egissogw/adapter/egisso"
	"egissogw/adapter/store"
)

// Form makes packages of ready records (adapter/egisso/SPEC.md#package-limits).
type Form struct {
	Store              *store.Store
	Versions           egisso.VersionSet
	MaxRecords         int
	MaxBytes           int
	RetryMin, RetryMax time.Duration
	// OnCommand are the registers whose packages are formed when somebody orders
	// them, and sent when somebody says so; see store.OrderPackage.
	OnCommand map[egisso.Register]bool
	// Exports are the times at which packages of registers leave; see store.ExportTimes.
	Exports store.ExportTimes
	Now     func() time.Time
	Log     *slog.Logger
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
	orders, err := f.Store.Orders(ctx)
	if err != nil {
		return report, err
	}
	exports, err := f.exports(ctx)
	if err != nil {
		return report, err
	}
	formable, err := f.Store.Formable(ctx)
	if err != nil {
		return report, err
	}
	for _, register := range egisso.Registers() {
		order, ordered := orders[register]
		export, planned := exports[register]
		if f.OnCommand[register] && !ordered || planned && export == 0 && !ordered {
			continue
		}
		if ordered {
			export = 0 // a person does not wait for the time
		}
		var done int
		var more bool
		if formable[register] {
			done, more, err = f.register(ctx, register, export)
		}
		report.Done += done
		report.More = report.More || more
		if err == nil && ordered && !more {
			err = f.Store.OrderDone(ctx, register, order)
		}
		if err != nil {
			return report, err
		}
	}
	return report, nil
}

// exports are the exports that leave now, by register; see store.Exports.
func (f Form) exports(ctx context.Context) (map[egisso.Register]int64, error) {
	now := time.Now
	if f.Now != nil {
		now = f.Now
	}
	return f.Store.Exports(ctx, f.Exports, now())
}

// register forms packages of one register until nothing is ready.
func (f Form) register(ctx context.Context, register egisso.Register, export int64) (done int, more bool, err error) {
	for range formBatches {
		formed, err := f.form(ctx, register, export)
		if err != nil || !formed {
			return done, false, err
		}
		done++
	}
	return done, true, nil
}

func (f Form) form(ctx context.Context, register egisso.Register, export int64) (bool, error) {
	plan, err := f.plan(register)
	if err != nil {
		return false, err
	}
	plan.Export = export
	records, err := f.Store.FormPackage(ctx, plan)
	if err != nil || records == 0 {
		return false, err
	}
	f.Log.Info("package formed", "package_id", plan.ID, "register", register, "records", records)
	return true, nil
}

// plan says how the next package of the register is formed.
func (f Form) plan(register egisso.Register) (store.PackagePlan, error) {
	id, err := uuid.NewRandom()
	if err != nil {
		return store.PackagePlan{}, err
	}
	var order []string
	for _, kind := range register.Kinds() {
		order = append(order, string(kind))
	}
	version, most := f.Versions.For(register), f.MaxRecords
	if register == egisso.RegisterParticipant {
		most = 1 // one application per message (adapter/egisso/SPEC.md#package-limits)
	}
	return store.PackagePlan{
		ID: id, Register: register, Format: version.Code, Version: version.Number, KindOrder: order,
		MaxRecords: most, MaxBytes: f.MaxBytes, RetryMin: f.RetryMin, RetryMax: f.RetryMax, RefusedMax: refusedRest,
		Held: f.OnCommand[register],
	}, nil
}
