package main

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/wire"
	"egissogw/adapter/mis/refmis"
	"egissogw/adapter/store"
	"egissogw/crypto/signertest"
	"egissogw/crypto/xmldsig"
	"egissogw/jobs"
)

// measureOf is a measure with what the classifier looks at.
func measureOf(title, category string) egisso.LocalMeasure {
	return egisso.LocalMeasure{
		Title: title, PeriodicityCode: "05", PartKMSZ: "030101", MSZ: "0808", LevelNPA: "01", ProvisionForm: egisso.FormNatural,
		DateEnact:   egisso.Date{Year: 2020, Month: 1, Day: 1},
		Categories:  []egisso.LocalCategory{{Key: "1", KMSZ: category}},
		Cofinancing: []egisso.FundingShare{{Source: "0100"}},
	}
}

func documentFile(t *testing.T, name string, write func(wire.Writer)) string {
	t.Helper()
	var b bytes.Buffer
	x := xmldsig.NewWriter(&b, nil, nil)
	write(x)
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
	return signertest.File(t, name, b.Bytes())
}

// TestClassifierByCommand brings the classifier as files and looks at it.
func TestClassifierByCommand(t *testing.T) {
	t.Parallel()
	url := gatewayDatabase(t)
	c := console{env: map[string]string{"EGISSOGW_DATABASE_URL": url}}
	if out := c.mustRun(t, "kmsz", "show").stdout; !strings.Contains(out, "КМСЗ ещё не получена") {
		t.Errorf("show before anything is known:\n%s", out)
	}
	kept, doomed := measureOf("Мера остаётся", "02010000"), measureOf("Мера перестанет соответствовать", "02020000")
	seven := refmis.KMSZ(7, egisso.StatusActive, []egisso.LocalMeasure{kept, doomed})
	eight := refmis.KMSZ(8, egisso.StatusPublished, []egisso.LocalMeasure{kept, doomed}, "02020000")
	answer := documentFile(t, "kmsz.xml", func(x wire.Writer) {
		wire.WriteClassifierAnswer(x, &egisso.ClassifierAnswer{Code: egisso.ClassifierKMSZ, KMSZ: seven})
	})
	units := documentFile(t, "units.xml", func(x wire.Writer) {
		wire.WriteClassifierAnswer(x, &egisso.ClassifierAnswer{Code: egisso.ClassifierUnits, Units: refmis.Units()})
	})
	publication := documentFile(t, "v8.xml", func(x wire.Writer) {
		wire.WritePublication(x, &egisso.Publication{KMSZ: eight, Changes: []egisso.Change{
			{Facet: egisso.FacetCategories, Code: "02020000", Type: egisso.ChangeRemoved}}})
	})
	for _, step := range []struct{ file, want string }{
		{answer, "Версия КМСЗ 7: статус «Активна»"},
		{answer, "Изменений нет"},
		{units, "Справочник единиц измерения обновлён, записей: 7"},
		{publication, "Версия КМСЗ 8: статус «Опубликована»"},
	} {
		if out := c.mustRun(t, "kmsz", "load", step.file).stdout; !strings.Contains(out, step.want) {
			t.Errorf("load %s:\n%s\nwant %q", step.file, out, step.want)
		}
	}
	spoiled := signertest.File(t, "spoiled.xml", []byte(`<request xmlns="urn://egisso-ru/msg/10.01.O/1.0.3"/>`))
	if r := c.run(t, "kmsz", "load", spoiled); r.code != exitFailed || !strings.Contains(r.stderr, "публикация КМСЗ не читается") {
		t.Errorf("a spoiled file: %d %s", r.code, r.stderr)
	}

	compareMeasures(t, url, kept, doomed)
	out := c.mustRun(t, "kmsz", "show").stdout
	for _, want := range []string{"ЛМСЗ, не соответствующие версии 8, которая ещё не действует", "Мера перестанет соответствовать", "Ошибка 003", "единицы измерения — записей 7", "Последние события"} {
		if !strings.Contains(out, want) {
			t.Errorf("show lacks %q:\n%s", want, out)
		}
	}
	if strings.Contains(out, "Мера остаётся") || strings.Contains(out, "соответствующие версии 7") {
		t.Errorf("show blames what is right:\n%s", out)
	}
	if out := c.mustRun(t, "status").stdout; !strings.Contains(out, "версия 7, не соответствуют ей ЛМСЗ: 0; опубликована версия 8, не соответствуют ей ЛМСЗ: 1") {
		t.Errorf("status:\n%s", out)
	}
	var overview store.ClassifierOverview
	if err := json.Unmarshal([]byte(c.mustRun(t, "kmsz", "show", "--json").stdout), &overview); err != nil {
		t.Fatal(err)
	}
	if len(overview.Versions) != 2 || overview.Versions[0].Number != 8 || !overview.Versions[1].Active || overview.Versions[1].Categories != 2 || len(overview.Invalid) != 1 {
		t.Errorf("overview %+v", overview)
	}

	diff := c.mustRun(t, "kmsz", "diff", "7", "8").stdout
	for _, want := range []string{"Категории получателей\n  Отключена 02020000  Категория 02020000", "Правила КМСЗ\n  Отключена 0808.02020000.01.0100.02.030101\n", "Всего различий: 2"} {
		if !strings.Contains(diff, want) {
			t.Errorf("diff lacks %q:\n%s", want, diff)
		}
	}
	if r := c.run(t, "kmsz", "diff", "7", "9"); r.code != exitFailed || !strings.Contains(r.stderr, "версии КМСЗ 9 здесь нет") {
		t.Errorf("diff with an unknown version: %d %s", r.code, r.stderr)
	}
	if out := c.mustRun(t, "kmsz", "request").stdout; strings.Count(out, "Запрошено пользователем") != 3 {
		t.Errorf("request:\n%s", out)
	}
	for _, wrong := range [][]string{{}, {"show", "8"}, {"diff", "7"}, {"diff", "7", "x"}, {"forget"}} {
		if r := c.run(t, append([]string{"kmsz"}, wrong...)...); r.code != exitUsage {
			t.Errorf("kmsz %v: code %d, want %d", wrong, r.code, exitUsage)
		}
	}
}

// TestSharedClassifierByCommand loads the samples all parts of the project share.
func TestSharedClassifierByCommand(t *testing.T) {
	t.Parallel()
	samples := signertest.Shared(t, "samples")
	url := gatewayDatabase(t)
	c := console{env: map[string]string{"EGISSOGW_DATABASE_URL": url}}
	for _, file := range []string{
		"kmsz.xml", "10.02.I-1.0.3/valid.response.022-periods.xml", "10.02.I-1.0.3/valid.response.023-measures.xml",
		"10.01.O-1.0.3/valid.request.v8-published.xml", "10.03.O-1.0.1/valid.request.v8-active-v7-archive.xml",
	} {
		if out := c.mustRun(t, "kmsz", "load", filepath.Join(samples, file)).stdout; strings.Contains(out, "Изменений нет") || out == "" {
			t.Errorf("load %s:\n%s", file, out)
		}
	}
	if out := c.mustRun(t, "status").stdout; !strings.Contains(out, "версия 8, не соответствуют ей ЛМСЗ: 0\n") {
		t.Errorf("status:\n%s", out)
	}
	if out := c.mustRun(t, "kmsz", "diff", "7", "8").stdout; !strings.Contains(out, "Правила КМСЗ") {
		t.Errorf("diff:\n%s", out)
	}
	for _, file := range []string{"10.01.O-1.0.3/invalid.request.no-modifications.xml", "10.03.O-1.0.1/invalid.request.three-versions.xml"} {
		if r := c.run(t, "kmsz", "load", filepath.Join(samples, file)); r.code != exitFailed {
			t.Errorf("load %s: %d\n%s", file, r.code, r.stdout)
		}
	}
}

// compareMeasures puts measures of the source into the database and has them
// compared with the classifier, as the service does.
func compareMeasures(t *testing.T, url string, measures ...egisso.LocalMeasure) {
	t.Helper()
	s, err := store.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var rows []store.SourceRow
	for _, m := range measures {
		content, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		hash := m.ContentHash()
		rows = append(rows, store.SourceRow{Key: m.Title, RecordNo: m.Title, ChangedAt: time.Now(), Content: content, ContentHash: hash[:]})
	}
	if _, err := s.SaveRows(t.Context(), egisso.RegisterMeasure, rows); err != nil {
		t.Fatal(err)
	}
	job := jobs.Classifier{Store: s, Time: s.Time, Location: time.UTC, Log: slog.New(slog.DiscardHandler)}
	if _, err := job.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
}

// A version begins at midnight of Moscow, wherever the machine thinks it is.
func TestVersionsBeginOnADayOfMoscow(t *testing.T) {
	begin := time.Date(2022, 12, 31, 21, 0, 0, 0, time.UTC)
	var out bytes.Buffer
	printVersions(&out, store.ClassifierOverview{Versions: []store.KMSZVersionLine{{Number: 7, StartDate: begin}}})
	if !strings.Contains(out.String(), "01.01.2023") {
		t.Errorf("shown:\n%s", out.String())
	}
}
