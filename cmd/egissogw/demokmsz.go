package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/jackc/pgx/v5/pgxpool"

	"egissogw/adapter/egisso"
	"egissogw/adapter/mis"
	"egissogw/adapter/mis/refmis"
	"egissogw/adapter/store"
	"egissogw/crypto/xmldsig"
)

// What ЕГИССО of the demo has: a version in which every measure is valid, and the
// next one, published, which lacks a category of one of them.
const (
	demoKMSZ     = 7
	demoNextKMSZ = 8
	demoGone     = "06010000"
)

// classifierFiles writes the classifier of an invented ЕГИССО and the publication
// it pushes, and returns the arguments that give them to the simulator.
func classifierFiles(ctx context.Context, dir, source, mnemonic string) ([]string, error) {
	measures, err := sourceMeasures(ctx, source)
	if err != nil {
		return nil, fmt.Errorf("read the measures of the reference МИС: %w", err)
	}
	var args []string
	for _, a := range []*egisso.ClassifierAnswer{
		{Code: egisso.ClassifierKMSZ, KMSZ: refmis.KMSZ(demoKMSZ, egisso.StatusActive, measures)},
		{Code: egisso.ClassifierPeriodicities, Periodicities: refmis.Periodicities(measures)},
		{Code: egisso.ClassifierUnits, Units: refmis.Units()},
	} {
		path := filepath.Join(dir, "classifier-"+a.Code+".xml")
		if err := writeDocument(path, func(w egisso.Writer) { egisso.WriteClassifierAnswer(w, a) }); err != nil {
			return nil, err
		}
		args = append(args, "--kmsz", path)
	}
	next := &egisso.Publication{
		KMSZ:    refmis.KMSZ(demoNextKMSZ, egisso.StatusPublished, measures, demoGone),
		Changes: []egisso.Change{{Facet: egisso.FacetCategories, Code: demoGone, Type: egisso.ChangeRemoved}},
	}
	const publication = "publication.xml"
	if err := writeDocument(filepath.Join(dir, publication), func(w egisso.Writer) { egisso.WritePublication(w, next) }); err != nil {
		return nil, err
	}
	script, err := json.Marshal(map[string]any{"push": []any{map[string]any{"to": mnemonic, "content": publication}}})
	if err != nil {
		return nil, err
	}
	path := filepath.Join(dir, "script.json")
	if err := os.WriteFile(path, script, 0o600); err != nil {
		return nil, fmt.Errorf("write the script of the simulator: %w", err)
	}
	return append(args, "--script", path), nil
}

func writeDocument(path string, write func(egisso.Writer)) error {
	var b bytes.Buffer
	w := xmldsig.NewWriter(&b, nil, nil)
	write(w)
	if err := w.Close(); err != nil {
		return fmt.Errorf("write %s: %w", filepath.Base(path), err)
	}
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		return fmt.Errorf("write the classifier: %w", err)
	}
	return nil
}

// sourceMeasures reads the local measures the МИС at url shows.
func sourceMeasures(ctx context.Context, url string) (measures []egisso.LocalMeasure, err error) {
	pool, err := pgxpool.New(ctx, url)
	if err != nil {
		return nil, err
	}
	defer pool.Close()
	_, err = mis.Open(ctx, pool, "").Changed(ctx, egisso.RegisterMeasure, mis.Cursor{}, func(row mis.Row) error {
		if row.Measure != nil {
			measures = append(measures, *row.Measure)
		}
		return nil
	})
	return measures, err
}

// classifier waits until the gateway knows both versions and has compared the
// measures with them, and shows what it found.
func (p *play) classifier(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, demoTerm)
	defer cancel()
	var o store.ClassifierOverview
	var failed error
	known := func(store.Status) bool {
		o, failed = p.stage.store.ClassifierOverview(ctx, 0)
		return failed != nil || len(o.Versions) == 2 && o.Units > 0 && len(o.Invalid) > 0
	}
	if _, err := p.stage.settled(ctx, known, nil); err != nil || failed != nil {
		return fmt.Errorf("wait for the classifier: %w", errors.Join(err, failed))
	}
	p.step(fmt.Sprintf("КМСЗ: действует версия %d, ЕГИССО опубликовала версию %d", demoKMSZ, demoNextKMSZ))
	printInvalid(p.stdout, o)
	for _, m := range o.Invalid {
		if m.Version != demoNextKMSZ || m.Code != "003" || len(o.Invalid) != 1 {
			return fmt.Errorf("версии %d не соответствует не одна ЛМСЗ или не по правилу 003", demoNextKMSZ)
		}
	}
	return nil
}
