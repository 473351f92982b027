package store

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"

	"egissogw/adapter/egisso"
)

// ClassifierCheck is a comparison of our local measures with the classifier that
// is due.
type ClassifierCheck struct {
	// Versions that are in force or will be: the active one, if any, then those
	// published after it.
	Versions []int
	Measures map[string]egisso.LocalMeasure // by row key

	revision int64
	basis    string
	changed  bool // the classifier itself did, and not only our measures
	units    bool // the units did
	active   int
	salt     string
	// activeBefore was active when the last comparison was made.
	activeBefore int
}

// ClassifierCheckDue returns the comparison that is due because the classifier,
// our measures or salt changed since the last one; nil if nothing did. salt is
// what the rules depend on beside: the program and its policy.
func (s *Store) ClassifierCheckDue(ctx context.Context, salt string) (*ClassifierCheck, error) {
	c := &ClassifierCheck{salt: salt}
	err := s.snapshot(ctx, "compare measures with the classifier", func(tx pgx.Tx) error {
		due, err := c.readBasis(ctx, tx)
		if err != nil || !due {
			c = nil
			return err
		}
		book, err := kmszBook(ctx, tx)
		if err != nil {
			return err
		}
		if c.active = book.Active(); c.active > 0 {
			c.Versions = append(c.Versions, c.active)
		}
		for _, v := range book {
			if v.Number > c.active && v.Status < egisso.StatusActive {
				c.Versions = append(c.Versions, v.Number)
			}
		}
		return c.readMeasures(ctx, tx)
	})
	return c, err
}

// readBasis reports whether the comparison is due.
func (c *ClassifierCheck) readBasis(ctx context.Context, tx pgx.Tx) (due bool, err error) {
	var checked string
	err = tx.QueryRow(ctx, query("classifier_basis"), c.salt).Scan(&c.revision, &c.changed, &checked, &c.basis, &c.units, &c.activeBefore)
	return c.basis != checked, err
}

func (c *ClassifierCheck) readMeasures(ctx context.Context, tx pgx.Tx) error {
	rows, err := tx.Query(ctx, query("live_measures"))
	if err != nil {
		return err
	}
	c.Measures = map[string]egisso.LocalMeasure{}
	var key string
	var content []byte
	_, err = pgx.ForEachRow(rows, []any{&key, &content}, func() error {
		var m egisso.LocalMeasure
		if err := json.Unmarshal(content, &m); err != nil {
			return fmt.Errorf("decode measure %s: %w", key, err)
		}
		c.Measures[key] = m
		return nil
	})
	return err
}

// MeasureFindings are findings on measures by row key.
type MeasureFindings map[string][]egisso.Finding

// StoreClassifierCheck stores what a comparison found, by version. Records that
// did not leave yet and that another classifier touches are to be decided again:
// measures, facts whose measure became valid or invalid, and all facts when the
// units changed; it returns how many. done is false when what was compared has
// changed meanwhile: the comparison has to be made again.
func (s *Store) StoreClassifierCheck(ctx context.Context, c *ClassifierCheck, found map[int]MeasureFindings) (touched int, done bool, err error) {
	err = s.inTx(ctx, "store the comparison with the classifier", func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, query("lock_classifier")); err != nil {
			return err
		}
		now := ClassifierCheck{salt: c.salt}
		due, err := now.readBasis(ctx, tx)
		if err != nil || now.basis != c.basis {
			return err
		}
		if done = !due; done {
			return nil // another process was faster
		}
		before, err := classifierFindings(ctx, tx, now.activeBefore)
		if err != nil {
			return err
		}
		if err := replaceFindings(ctx, tx, c.Versions, found); err != nil {
			return err
		}
		if touched, err = c.touch(ctx, tx, changedMeasures(before, found[c.active])); err != nil {
			return err
		}
		done = true
		_, err = tx.Exec(ctx, query("classifier_checked"), c.revision, c.basis, c.active)
		return err
	})
	return touched, done, err
}

// touch marks the records to be decided again. First it waits for decisions
// being made, which may rest on the classifier of before.
func (c *ClassifierCheck) touch(ctx context.Context, tx pgx.Tx, measures []string) (touched int, err error) {
	if !c.changed && len(measures) == 0 {
		return 0, nil
	}
	needed := make([]string, len(measures))
	for i, key := range measures {
		needed[i] = string(egisso.RegisterMeasure) + "/" + key
	}
	if _, err := tx.Exec(ctx, query("lock_rows_to_recheck"), needed, c.units); err != nil {
		return 0, err
	}
	if c.changed {
		tag, err := tx.Exec(ctx, query("touch_measures_to_send"))
		if err != nil {
			return 0, err
		}
		touched += int(tag.RowsAffected())
	}
	tag, err := tx.Exec(ctx, query("touch_facts_to_send"), needed, c.units)
	return touched + int(tag.RowsAffected()), err
}

// changedMeasures are the measures on which the active version, whichever it was
// and is, says something else than before.
func changedMeasures(before, now MeasureFindings) []string {
	changed := []string{}
	for key, findings := range before {
		if !slices.Equal(findings, now[key]) {
			changed = append(changed, key)
		}
	}
	for key := range now {
		if _, known := before[key]; !known {
			changed = append(changed, key)
		}
	}
	return changed
}

// classifierFindings returns what is stored of a version.
func classifierFindings(ctx context.Context, tx pgx.Tx, version int) (MeasureFindings, error) {
	rows, err := tx.Query(ctx, query("classifier_findings"), version)
	if err != nil {
		return nil, err
	}
	found := MeasureFindings{}
	var key string
	var f egisso.Finding
	_, err = pgx.ForEachRow(rows, []any{&key, &f.Code, &f.Severity, &f.Field, &f.Text}, func() error {
		found[key] = append(found[key], f)
		return nil
	})
	return found, err
}

func replaceFindings(ctx context.Context, tx pgx.Tx, versions []int, found map[int]MeasureFindings) error {
	if _, err := tx.Exec(ctx, query("forget_classifier_findings")); err != nil {
		return err
	}
	var rows [][]any
	for _, version := range versions {
		for _, key := range slices.Sorted(maps.Keys(found[version])) {
			for i, f := range found[version][key] {
				rows = append(rows, []any{version, key, i, f.Code, f.Severity, f.Field, f.Text})
			}
		}
	}
	return copyRows(ctx, tx, "classifier_finding", []string{"version", "row_key", "position", "code", "severity", "field", "text"}, rows)
}
