package jobs_test

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/robfig/cron/v3"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/wire"
	"egissogw/adapter/mis/refmis"
	"egissogw/adapter/smev/smevtest/receiver"
	"egissogw/crypto/xmldsig"
	"egissogw/jobs"
)

// classifierJob asks for the classifier every day.
func (w *world) classifierJob() jobs.Classifier {
	w.Helper()
	daily, err := cron.ParseStandard("15 4 * * *")
	if err != nil {
		w.Fatal(err)
	}
	return jobs.Classifier{
		Store: w.store, Provider: "0042.000001", Schedule: daily, Location: time.UTC,
		RetryMin: jobs.ClassifierRetryMin, RetryMax: jobs.ClassifierRetryMax, Log: w.log,
		Time: func(context.Context) (time.Time, error) { return w.clock.Now(), nil },
	}
}

// measures are the local measures of the МИС, as collected.
func (w *world) measures() (list []egisso.LocalMeasure) {
	w.Helper()
	w.run(w.collect)
	rows, err := w.pool.Query(context.Background(), `select content from egisso.source_content where register = 'lmsz' order by row_key`)
	if err != nil {
		w.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var content []byte
		var m egisso.LocalMeasure
		if err := rows.Scan(&content); err != nil {
			w.Fatal(err)
		}
		if err := json.Unmarshal(content, &m); err != nil {
			w.Fatal(err)
		}
		list = append(list, m)
	}
	if len(list) == 0 {
		w.Fatal("the МИС has no measures")
	}
	return list
}

// document is what write writes, as a document of its own.
func (w *world) document(write func(wire.Writer)) []byte {
	w.Helper()
	var b bytes.Buffer
	x := xmldsig.NewWriter(&b, nil, nil)
	write(x)
	if err := x.Close(); err != nil {
		w.Fatal(err)
	}
	return b.Bytes()
}

// classifierAtBus makes ЕГИССО answer with this version and the dictionaries.
func (w *world) classifierAtBus(k *egisso.KMSZ, measures []egisso.LocalMeasure) {
	w.Helper()
	var documents [][]byte
	for _, a := range []*egisso.ClassifierAnswer{
		{Code: egisso.ClassifierKMSZ, KMSZ: k},
		{Code: egisso.ClassifierPeriodicities, Periodicities: refmis.Periodicities(measures)},
		{Code: egisso.ClassifierUnits, Units: refmis.Units()},
	} {
		documents = append(documents, w.document(func(x wire.Writer) { wire.WriteClassifierAnswer(x, a) }))
	}
	c, err := receiver.ReadClassifier(documents...)
	if err != nil {
		w.Fatal(err)
	}
	w.bus.UseClassifier(c)
}

// ask lets the classifier be asked for and the answers be applied; it returns how
// many requests went out.
func (w *world) ask() int {
	w.Helper()
	asked := w.run(w.classifierJob())
	for _, job := range []jobs.Job{w.sign, w.send} {
		w.run(job)
	}
	w.idle()
	for _, job := range []jobs.Job{w.receive, w.apply} {
		w.run(job)
	}
	return asked
}

func (w *world) text(query string, args ...any) (text string) {
	w.Helper()
	if err := w.pool.QueryRow(context.Background(), "select coalesce(("+query+")::text, 'null')", args...).Scan(&text); err != nil {
		w.Fatalf("%s: %v", query, err)
	}
	return text
}

// TestClassifierIsAskedForAndUsed: nothing is known at the start, so all three are
// asked for; their progress is in the journal; records are checked by them.
func TestClassifierIsAskedForAndUsed(t *testing.T) {
	var log bytes.Buffer
	w := newWorld(t, 20, &log, nil)
	measures := w.measures()
	w.classifierAtBus(refmis.KMSZ(7, egisso.StatusActive, measures), measures)
	if n := w.ask(); n != 3 {
		t.Errorf("%d requests at the first start, want 3", n)
	}
	want := "Запрос обновлений КМСЗ|null|Завершена обработка ответа|Получена версия КМСЗ 7: мер 4, категорий 11, правил 11. Версия КМСЗ 7: статус «Активна»; " +
		"Запрос обновлений КМСЗ|null|Завершена обработка ответа|Справочник единиц измерения обновлён, записей: 7; " +
		"Запрос обновлений КМСЗ|null|Завершена обработка ответа|Справочник периодичности обновлён, записей: 1"
	if got := w.text(`select string_agg(concat_ws('|', package_type, coalesce(record_count::text, 'null'), status, info), '; ' order by info) from egisso.journal`); got != want {
		t.Errorf("journal %s\nwant    %s", got, want)
	}
	if n := w.ask(); n != 0 {
		t.Errorf("%d requests right after the answers", n)
	}
	c, err := w.store.Classifier(t.Context())
	if v, _ := c.Version(); err != nil || v.Number != 7 || v.Status != egisso.StatusActive {
		t.Errorf("classifier %+v, %v", v, err)
	}
	if !strings.HasPrefix(w.text(`select convert_from(body, 'UTF8') from egisso.classifier_version`), "<") {
		t.Error("the document it came in is not kept")
	}
	w.decide.Classifier = w.store.Classifier
	w.everything()
	w.everything()
	w.clean(24)
}

// TestClassifierIsAskedForAgain: by the schedule, and when a person wants it; what
// does not answer is asked again after a pause.
func TestClassifierIsAskedForAgain(t *testing.T) {
	w := newWorld(t, 20, &bytes.Buffer{}, nil)
	measures := w.measures()
	if n := w.ask(); n != 3 { // ЕГИССО has none: NO_DATA
		t.Errorf("%d requests at the first start, want 3", n)
	}
	if got := w.text(`select count(*) from egisso.journal where state = 'send_failed' and review like '%10.02.I%'`); got != "3" {
		t.Errorf("%s refused requests are shown, want 3", got)
	}
	w.classifierAtBus(refmis.KMSZ(7, egisso.StatusActive, measures), measures)
	if n := w.ask(); n != 0 {
		t.Errorf("%d requests without a pause", n)
	}
	w.advance(jobs.ClassifierRetryMin + time.Second)
	if n := w.ask(); n != 3 {
		t.Errorf("%d requests after the pause, want 3", n)
	}
	if got := w.text(`select count(*) from egisso.journal where review is not null`); got != "0" {
		t.Errorf("%s requests still call for help", got)
	}
	if got := w.text(`select string_agg(status, ',') from egisso.kmsz_versions`); got != "Активна" {
		t.Errorf("versions %s", got)
	}
	if err := w.store.RequestKMSZUpdate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := w.ask(); n != 1 {
		t.Errorf("%d requests when a person wanted them, want КМСЗ alone", n)
	}
	if got := w.text(`select count(*) from egisso.journal where info like 'Получено: %Изменений нет'`); got != "1" {
		t.Errorf("%s answers brought nothing new, want 1", got)
	}
	w.run(w.decide)
	for _, day := range []struct {
		what   string
		change string
		asked  string
	}{
		{"nothing happened", `select 1`, "010"},
		{"КМСЗ has changed", `update egisso.classifier_version set received_at = now() where status = 5`, "010 022 023"},
		{"nothing happened since", `update egisso.classifier_version set received_at = '2020-01-01'`, "010"},
		{"a fact says a unit nobody knows", `update egisso.record set state = 'blocked', findings = '[{"code": "L-UNIT", "severity": "error"}]'
			where id = (select min(id::text)::uuid from egisso.record where register = 'fact')`, "010 023"},
		{"a month has passed", `update egisso.classifier_request set received_at = received_at - interval '31 days' where classifier = '022'`, "010 022"},
	} {
		w.advance(25 * time.Hour)
		w.exec(`update egisso.classifier_version set received_at = received_at - interval '25 hours'`)
		before := w.text(`select count(*) from egisso.journal where register = 'kmsz'`)
		w.exec(day.change)
		w.ask()
		if got := w.lines(`select string_agg(classifier, ' ' order by classifier) from (select classifier from egisso.package where register = 'kmsz' order by created_at, id offset $1::text::int) p`, before); got != day.asked {
			t.Errorf("%s: asked for %s, want %s", day.what, got, day.asked)
		}
	}
}
