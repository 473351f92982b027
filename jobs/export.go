package jobs

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/wire"
	"egissogw/adapter/store"
	"egissogw/crypto/xmldsig"
)

// Export makes files for upload by hand in the provider's cabinet
// (adapter/egisso/SPEC.md#buttons, «Сформировать данные»): packages like any others, neither
// signed nor sent. Their octets are kept in the database before a file is written, so that the
// same file can be written again.
type Export struct {
	Form      Form // how packages are formed
	Registers []egisso.Register
	// Date is the day the data are built for: facts decided upon later stay.
	Date     egisso.Date
	FileName func(store.FormedPackage) string
	Schema   Schema // see Sign.Schema
	Lease    time.Duration
	Log      *slog.Logger
}

// Prepare forms the packages and their files, and returns every file that was
// never written to a directory. A package whose file cannot be made does not
// keep the others; it is named in the error. ErrDatabaseLost: records may have left already.
func (e Export) Prepare(ctx context.Context) ([]store.ManualFile, error) {
	if state, err := e.Form.Store.Service(ctx); err != nil || state.Lost {
		return nil, cmp.Or(err, ErrDatabaseLost)
	}
	for _, register := range e.Registers {
		for {
			plan, err := e.Form.plan(register)
			if err != nil {
				return nil, err
			}
			plan.Channel, plan.Held, plan.DecidedBy = store.ChannelManual, false, e.Date
			records, err := e.Form.Store.FormPackage(ctx, plan)
			if err != nil {
				return nil, err
			}
			if records == 0 {
				break
			}
			e.Log.Info("package formed for upload by hand", "package_id", plan.ID, "register", register, "records", records)
		}
	}
	troubles := e.write(ctx)
	files, err := e.Form.Store.FilesToExport(ctx, e.Registers)
	return files, errors.Join(troubles, err)
}

// exportPause is how long a package rests whose file could not be made.
const exportPause = 30 * time.Second

// write makes the file of every package that has none.
func (e Export) write(ctx context.Context) error {
	var troubles []error
	for {
		p, err := e.Form.Store.ClaimManual(ctx, e.Lease)
		if err != nil || p == nil {
			return errors.Join(append(troubles, err)...)
		}
		content, err := document(p)
		if err == nil {
			err = checkSchema(ctx, e.Schema, p)
		}
		if err == nil {
			err = e.Form.Store.StoreFile(ctx, p, e.FileName(*p), content)
		}
		if errors.Is(err, store.ErrLost) {
			e.Log.Info("package changed while its file was written: the file is not used", "package_id", p.ID)
			if err := e.Form.Store.ReleaseFormed(ctx, p); err != nil {
				return errors.Join(append(troubles, err)...)
			}
			continue
		}
		if err != nil {
			err = fmt.Errorf("file of package %s: %w", p.ID, err)
			info := "Файл пакета не записан: ошибка"
			if invalid := (*SchemaError)(nil); errors.As(err, &invalid) {
				info = "Файл пакета не записан: " + invalid.Error()
			}
			troubles = append(troubles, err, e.Form.Store.SignFailed(ctx, p, info, exportPause))
		}
	}
}

// document writes the package as a document of its own, without a signature:
// compactly, as it is stored and uploaded.
func document(p *store.FormedPackage) ([]byte, error) {
	contents, err := packageContents(p)
	if err != nil {
		return nil, err
	}
	version, err := egisso.FindVersion(p.Format, p.Version)
	if err != nil {
		return nil, err
	}
	var xml bytes.Buffer
	xml.WriteString(`<?xml version="1.0" encoding="UTF-8"?>` + "\n")
	w := xmldsig.NewWriter(&xml, nil, prefixes(version.Prefixes))
	if err := errors.Join(wire.WritePackage(w, &contents, version), w.Close()); err != nil {
		return nil, err
	}
	return xml.Bytes(), nil
}

// Preview forms packages as they would be formed now, and takes them back.
type Preview struct {
	Form     Form
	Register egisso.Register
	Schema   Schema // see Sign.Schema
}

// PreviewedPackage is a package that would be formed.
type PreviewedPackage struct {
	Provider string
	Records  int
	Kinds    map[string]int
	Content  []byte // nil when it could not be written
	Err      error  // why
}

// Run shows each package to visit.
func (v Preview) Run(ctx context.Context, visit func(PreviewedPackage) error) error {
	return v.Form.Store.Preview(ctx, func() (store.PackagePlan, error) { return v.Form.plan(v.Register) },
		func(p store.FormedPackage) error {
			shown := PreviewedPackage{Provider: p.Provider, Records: len(p.Elements), Kinds: map[string]int{}}
			for _, e := range p.Elements {
				shown.Kinds[string(e.Kind)]++
			}
			if shown.Content, shown.Err = document(&p); shown.Err == nil {
				shown.Err = checkSchema(ctx, v.Schema, &p)
			}
			return visit(shown)
		})
}
