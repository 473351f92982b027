package refmis_test

import (
	"testing"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/check"
	"egissogw/adapter/mis"
	"egissogw/adapter/mis/refmis"
	"egissogw/adapter/store/pgtest"
)

// accepted is what ЕГИССО would hold after everything that passes was sent: the
// content hash of every fact by key.
type accepted map[string][32]byte

// bring applies a pass to what is accepted, as the gateway and ЕГИССО would, and
// counts what was sent.
func (a accepted) bring(t *testing.T, rows map[string]mis.Row, measures map[string]mis.Row) (added, altered, invalidated, nothing int) {
	t.Helper()
	for key, row := range rows {
		was, known := a[key]
		if row.Deleted {
			if known {
				invalidated++
				delete(a, key)
			}
			continue
		}
		if row.Record == nil {
			continue
		}
		measure := withIDs(row.Record.(*egisso.Fact), measures[row.Record.(*egisso.Fact).MeasureKey])
		if found := (check.Checker{Today: today}).Fact(*row.Record.(*egisso.Fact), measure); egisso.Blocks(found) || has(found, "019") {
			continue
		}
		hash := row.Record.(*egisso.Fact).ContentHash()
		switch {
		case !known:
			added++
		case was != hash:
			altered++
		default:
			nothing++
		}
		a[key] = hash
	}
	return added, altered, invalidated, nothing
}

func TestChangesFollowAsAnnounced(t *testing.T) {
	url := pgtest.Database(t)
	conn := connect(t, url)
	manifest := generate(t, conn, refmis.Options{Seed: 11, Facts: 1000})
	source := open(t, url)

	measures, measureCursor := read(t, source, egisso.RegisterMeasure, mis.Cursor{})
	rows, cursor := read(t, source, egisso.RegisterFact, mis.Cursor{})
	state := accepted{}
	added, _, _, _ := state.bring(t, rows, measures)
	if added != manifest.GoodFacts() {
		t.Fatalf("%d facts pass, the manifest says %d", added, manifest.GoodFacts())
	}

	texts := map[string][32]byte{}
	for key, row := range measures {
		texts[key] = row.Record.(*egisso.LocalMeasure).ContentHash()
	}
	for seed := range uint64(4) {
		want, err := refmis.ApplyChanges(t.Context(), conn, seed, 100)
		if err != nil {
			t.Fatal(err)
		}
		if want.Altered != 50 || want.Cancelled != 10 || want.Deleted != 10 || want.Added != 10 || want.Corrected != 10 || want.Touched == 0 {
			t.Errorf("changes %+v", want)
		}
		rows, cursor = read(t, source, egisso.RegisterFact, cursor)
		added, altered, invalidated, nothing := state.bring(t, rows, measures)
		if added != want.NewFacts() || altered != want.Alterations() || invalidated != want.Invalidations() {
			t.Errorf("seed %d: %d new, %d altered, %d invalidated, announced %+v", seed, added, altered, invalidated, want)
		}
		if manifest = manifest.After(want); len(state) != manifest.GoodFacts() {
			t.Errorf("seed %d: %d facts are accepted, the manifest says %d", seed, len(state), manifest.GoodFacts())
		}
		if nothing == 0 {
			t.Error("no row was touched without a change of its content")
		}

		var versions int
		var changed map[string]mis.Row
		changed, measureCursor = read(t, source, egisso.RegisterMeasure, measureCursor)
		for key, row := range changed {
			if hash := row.Record.(*egisso.LocalMeasure).ContentHash(); hash != texts[key] {
				versions++
				texts[key] = hash
			}
		}
		if versions != want.MeasureVersions || versions != 1 {
			t.Errorf("seed %d: %d measure versions, announced %d", seed, versions, want.MeasureVersions)
		}
	}
}

func TestChangesOfASmallDatabase(t *testing.T) {
	url := pgtest.Database(t)
	conn := connect(t, url)
	generate(t, conn, refmis.Options{Seed: 1, Facts: 3})
	for seed := range uint64(5) {
		if _, err := refmis.ApplyChanges(t.Context(), conn, seed, 50); err != nil {
			t.Fatal(err)
		}
	}
}

func TestSameSeedSamePeople(t *testing.T) {
	digest := func(seed uint64) (hash string) {
		conn := connect(t, pgtest.Database(t))
		generate(t, conn, refmis.Options{Seed: seed, Facts: 700})
		const query = `select md5(string_agg(t::text, '|' order by t::text)) from (
			select p::text from (select id, snils, surname, name, patronymic, birth_surname, sex, birth_date, phone, doc_number, doc_date from mis.patient) p
			union all select r::text from (select id, patient_id, privilege_id, num, issue_date, drug_id, pack_qty, sum_total, status from mis.recipe) r
			union all select d::text from mis.planted_defect d) t`
		if err := conn.QueryRow(t.Context(), query).Scan(&hash); err != nil {
			t.Fatal(err)
		}
		return hash
	}
	world := digest(4)
	if digest(4) != world {
		t.Error("one seed, two worlds")
	}
	if digest(5) == world {
		t.Error("two seeds, one world")
	}
}

func TestPeopleArePlausible(t *testing.T) {
	conn := connect(t, pgtest.Database(t))
	generate(t, conn, refmis.Options{Seed: 2, Facts: 6000, Defects: map[refmis.Kind]int{}})
	rows, err := conn.Query(t.Context(), "select snils from mis.patient")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for rows.Next() {
		var snils string
		if err := rows.Scan(&snils); err != nil {
			t.Fatal(err)
		}
		if !egisso.SNILSValid(snils) {
			t.Error("a СНИЛС with a wrong check number")
		}
		seen[snils] = true
	}
	if len(seen) != 1000 {
		t.Errorf("%d different СНИЛС of 1000 patients", len(seen))
	}
	for _, query := range []string{
		"select exists (select from mis.patient where surname like '%-%')",
		"select exists (select from mis.patient where surname || name || patronymic ~ 'ё')",
		"select exists (select from mis.patient where patronymic is null)",
		"select exists (select from mis.patient where doc_type = 3)",
		"select exists (select from mis.patient where doc_number is null)",
		"select count(distinct kind) = 3 and count(*) = 250 from mis.patient_address",
		"select count(*) = 24 from mis.privilege_basis",
		"select not exists (select from mis.patient where birth_date > '2025-01-01' or doc_date < birth_date)",
		"select not exists (select from mis.recipe r join mis.patient p on p.id = r.patient_id where r.issue_date < p.birth_date)",
		"select min(issue_date) >= '2025-01-01' and max(issue_date) < '2026-01-01' and count(distinct issue_date) > 360 from mis.recipe",
		"select count(distinct status) = 3 and count(distinct valid_days) = 4 from mis.recipe",
	} {
		var ok bool
		if err := conn.QueryRow(t.Context(), query).Scan(&ok); err != nil || !ok {
			t.Errorf("not so: %s (%v)", query, err)
		}
	}
}

func TestOptionsThatCannotBe(t *testing.T) {
	conn := connect(t, pgtest.Database(t))
	for _, o := range []refmis.Options{
		{Facts: -1},
		{Facts: 2, Defects: map[refmis.Kind]int{refmis.SNILSMissing: 3}},
	} {
		if _, err := refmis.Generate(t.Context(), conn, o); err == nil {
			t.Errorf("no error for %+v", o)
		}
	}
}
