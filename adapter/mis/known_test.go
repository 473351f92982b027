package mis_test

import (
	"strings"
	"testing"

	"egissogw/adapter/egisso"
	"egissogw/adapter/mis"
)

// TestWhatIsKnownAlready: the columns a view may have about what ЕГИССО holds.
func TestWhatIsKnownAlready(t *testing.T) {
	s, conn := source(t)
	exec(t, conn, `alter table egisso_source.fact add egisso_id text, add egisso_accepted jsonb`)
	exec(t, conn, `alter table egisso_source.local_measure add egisso_id uuid`)
	exec(t, conn, `insert into egisso_source.fact (row_key) values ('none'), ('id'), ('same'), ('other'), ('wrong id'), ('wrong version'), ('gone');
		update egisso_source.fact set egisso_id = '8d7a6c1e-3b52-4f0a-9c6e-0a1b2c3d4e5f' where row_key <> 'none';
		update egisso_source.fact v set egisso_accepted = to_jsonb(v) where row_key in ('same', 'other', 'gone');
		update egisso_source.fact set amount = 7 where row_key = 'other';
		update egisso_source.fact set deleted = true where row_key = 'gone';
		update egisso_source.fact set egisso_id = 'ff' where row_key = 'wrong id';
		update egisso_source.fact set egisso_accepted = '{"amount": "много", "nothing": 1}' where row_key = 'wrong version'`)
	exec(t, conn, `insert into egisso_source.local_measure (row_key, egisso_id) values ('without', gen_random_uuid());
		insert into egisso_source.local_measure (row_key, egisso_id, categories) select 'with', gen_random_uuid(),
			jsonb_set(categories, '{0,id}', '"0a1b2c3d-3b52-4f0a-9c6e-8d7a6c1e4e5f"') from egisso_source.local_measure`)
	rows := map[string]mis.Row{}
	for _, register := range []egisso.Register{egisso.RegisterFact, egisso.RegisterMeasure} {
		if _, err := s.Changed(t.Context(), register, mis.Cursor{}, func(r mis.Row) error {
			rows[r.Key] = r
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	for key, want := range map[string]struct {
		known, version, same bool
		finding              string
	}{
		"none": {}, "id": {known: true}, "same": {known: true, version: true, same: true}, "other": {known: true, version: true},
		"gone": {known: true, version: true}, "wrong id": {finding: "не UUID"},
		"wrong version": {known: true, finding: "столбца nothing в контракте нет"},
		"without":       {known: true, finding: "не названы id категорий в ЕГИССО: 101"}, "with": {known: true},
	} {
		r := rows[key]
		var texts []string
		for _, f := range r.Findings {
			texts = append(texts, f.Text)
		}
		if text := strings.Join(texts, "; "); !strings.Contains(text, want.finding) || want.finding == "" && text != "" {
			t.Errorf("%s: %q, want %q", key, text, want.finding)
		}
		if (r.Known != nil) != want.known || want.known && (r.Known.Record != nil) != want.version {
			t.Errorf("%s: known %+v", key, r.Known)
			continue
		}
		if !want.version || r.Record == nil {
			continue
		}
		if same := r.Known.Record.Canonical().Hash == r.Record.Canonical().Hash; same != want.same {
			t.Errorf("%s: the version is the row: %v", key, same)
		}
	}
	m, ok := rows["with"].Record.(*egisso.LocalMeasure)
	if !ok || m.Categories[0].ID.String() != "0a1b2c3d-3b52-4f0a-9c6e-8d7a6c1e4e5f" {
		t.Errorf("the measure is %+v", m)
	}
}
