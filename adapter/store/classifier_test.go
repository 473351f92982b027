package store_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"egissogw/adapter/egisso"
	"egissogw/adapter/store"
)

// kmsz is an invented version of КМСЗ with so many categories and rules.
func kmsz(number int, status egisso.VersionStatus, categories, rules int) *egisso.KMSZ {
	k := &egisso.KMSZ{
		KMSZVersion: egisso.KMSZVersion{
			Number: number, Status: status, StartDate: time.Date(2023, 1, 1, 0, 0, 0, 123456789, time.UTC), Document: fmt.Sprintf("Приказ о версии %d", number),
		},
		Facets: map[egisso.Facet][]egisso.Position{
			egisso.FacetMSZ:     {{Code: "0800", Name: "Лекарства"}, {Code: "0801", Name: "Бесплатные лекарства", Parent: "0800"}},
			egisso.FacetParts:   {{Code: "030101", Name: "Раздел"}},
			egisso.FacetLevels:  {{Code: "02", Name: "Региональный"}},
			egisso.FacetSources: {{Code: "0010", Name: "Бюджет субъекта"}},
			egisso.FacetForms:   {{Code: "02", Name: "Натуральная"}, {Code: "02", Name: "Натуральная, ещё раз"}},
		},
	}
	for i := range categories {
		k.Facets[egisso.FacetCategories] = append(k.Facets[egisso.FacetCategories],
			egisso.Position{Code: fmt.Sprintf("%08d", i), Name: fmt.Sprintf("Категория получателей %d с названием обычной длины", i)})
	}
	for i := range rules {
		k.Rules = append(k.Rules, egisso.KMSZRule{
			Part: "030101", MSZ: fmt.Sprintf("%04d", 801+i/categories), Category: fmt.Sprintf("%08d", i%categories), Level: "02", Source: "0010", Form: "02",
			Reasons: []egisso.RuleAct{
				{Number: "178-ФЗ", Title: "О государственной социальной помощи", Date: egisso.Date{Year: 1999, Month: 7, Day: 17}, Authority: "Российская Федерация"},
				{Number: fmt.Sprint(i % 500), Title: "Закон субъекта о мерах социальной поддержки", Date: egisso.Date{Year: 2005, Month: 1, Day: 2}, Authority: "Субъект"},
			},
		})
	}
	return k
}

func (f fixture) saveKMSZ(t testing.TB, k *egisso.KMSZ) store.ClassifierNews {
	t.Helper()
	news, err := f.SaveClassifierAnswer(t.Context(), &egisso.ClassifierAnswer{Code: egisso.ClassifierKMSZ, KMSZ: k}, []byte("<response/>"), store.ClassifierAsked)
	if err != nil {
		t.Fatal(err)
	}
	return news
}

func (f fixture) publish(t testing.TB, k *egisso.KMSZ) store.ClassifierNews {
	t.Helper()
	news, err := f.SavePublication(t.Context(), &egisso.Publication{KMSZ: k}, []byte("<request/>"), store.ClassifierPublished)
	if err != nil {
		t.Fatal(err)
	}
	return news
}

func (f fixture) activate(t testing.TB, headers ...egisso.KMSZVersion) store.ClassifierNews {
	t.Helper()
	news, err := f.SaveActivation(t.Context(), headers, store.ClassifierActivated)
	if err != nil {
		t.Fatal(err)
	}
	return news
}

// inUse is the number of the version records are checked by, 0 for none.
func (f fixture) inUse(t testing.TB) int {
	t.Helper()
	c, err := f.Classifier(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	v, _ := c.Version()
	return v.Number
}

func TestClassifierComesBackAsItWasStored(t *testing.T) {
	f := open(t)
	if n := f.inUse(t); n != 0 {
		t.Errorf("version %d before any", n)
	}
	k := kmsz(7, egisso.StatusActive, 20, 300)
	if news := f.saveKMSZ(t, k); !news.Changed || news.Pull || !strings.Contains(strings.Join(news.Notes, ";"), "категорий 20, правил 300") {
		t.Errorf("news %+v", news)
	}
	got, err := f.KMSZ(t.Context(), 7)
	if err != nil {
		t.Fatal(err)
	}
	if got.ContentHash() != k.ContentHash() || !reflect.DeepEqual(got.Facets, k.Facets) || !reflect.DeepEqual(got.Rules, k.Rules) {
		t.Error("the content changed on its way through the database")
	}
	if !got.StartDate.Equal(k.StartDate.Truncate(time.Microsecond)) || !got.FinishDate.IsZero() || got.Status != k.Status || got.Document != k.Document {
		t.Errorf("header %+v", got.KMSZVersion)
	}
	f.want(t, `select convert_from(body, 'UTF8') from egisso.classifier_version`, "<response/>")
	f.want(t, `select status || ' ' || active || ' ' || measures || ' ' || forms || ' ' || categories || ' ' || rules from egisso.kmsz_versions`, "Активна true 2 2 20 300")
	f.want(t, `select count(*) from egisso.kmsz_rules`, "300") // a code named twice doubles no rule
	f.want(t, `select string_agg(measure_name || '|' || form_name || '|' || category_code || '|' || acts, '' order by code) from egisso.kmsz_rules where code = '0801.00000001.02.0010.02.030101'`,
		"Бесплатные лекарства|Натуральная|00000001|О государственной социальной помощи от 17.07.1999 № 178-ФЗ (Российская Федерация); "+
			"Закон субъекта о мерах социальной поддержки от 02.01.2005 № 1 (Субъект)")
	f.want(t, `select name || ' ' || parent_code from egisso.kmsz_measures where code = '0801'`, "Бесплатные лекарства 0800")
	if n := f.inUse(t); n != 7 {
		t.Errorf("version %d is in use", n)
	}
}

func TestSameClassifierTwiceChangesNothing(t *testing.T) {
	f := open(t)
	f.saveKMSZ(t, kmsz(7, egisso.StatusActive, 5, 10))
	before := f.text(t, `select revision from egisso.classifier_state`)
	if news := f.saveKMSZ(t, kmsz(7, egisso.StatusActive, 5, 10)); news.Changed || len(news.Notes) > 0 {
		t.Errorf("news %+v", news)
	}
	f.want(t, `select revision from egisso.classifier_state`, before)

	news := f.saveKMSZ(t, kmsz(7, egisso.StatusActive, 5, 11))
	if !news.Changed || !strings.Contains(strings.Join(news.Notes, ";"), "отличается от полученного раньше и заменено") {
		t.Errorf("other content: %+v", news)
	}
	f.want(t, `select count(*) from egisso.kmsz_rules`, "11")
	f.want(t, `select count(*) > 0 from egisso.classifier_note where note like '%заменено%'`, "true")
}

func TestPublishedVersionIsUsedOnceItIsActive(t *testing.T) {
	f := open(t)
	f.saveKMSZ(t, kmsz(7, egisso.StatusActive, 5, 10))
	f.publish(t, kmsz(8, egisso.StatusPublished, 6, 12))
	if n := f.inUse(t); n != 7 {
		t.Errorf("version %d is in use after the publication of the next", n)
	}
	old, next := kmsz(7, egisso.StatusArchived, 5, 10).KMSZVersion, kmsz(8, egisso.StatusActive, 6, 12).KMSZVersion
	f.activate(t, next, old)
	if n := f.inUse(t); n != 8 {
		t.Errorf("version %d is in use after the activation of 8", n)
	}
	f.want(t, `select string_agg(version || ' ' || status, ', ' order by version) from egisso.kmsz_versions`, "7 Архив, 8 Активна")
	f.want(t, `select activated_at is not null from egisso.kmsz_versions where version = 8`, "true")
	if news := f.activate(t, next, old); news.Changed {
		t.Errorf("the same activation again: %+v", news)
	}
	if news := f.publish(t, kmsz(8, egisso.StatusPublished, 6, 12)); news.Changed {
		t.Errorf("the same publication again: %+v", news)
	}
	// A late answer to an old request does not move back.
	f.saveKMSZ(t, kmsz(7, egisso.StatusActive, 5, 10))
	if n := f.inUse(t); n != 8 {
		t.Errorf("version %d is in use after a late answer", n)
	}
}

func TestActivationOfAnUnknownVersionAsksForIt(t *testing.T) {
	f := open(t)
	f.saveKMSZ(t, kmsz(7, egisso.StatusActive, 5, 10))
	news := f.activate(t, kmsz(9, egisso.StatusActive, 6, 12).KMSZVersion)
	if !news.Pull || news.Changed {
		t.Errorf("news %+v", news)
	}
	if n := f.inUse(t); n != 7 {
		t.Errorf("version %d is in use", n)
	}
	f.want(t, `select string_agg(classifier || ' ' || reason, ', ') from egisso.kmsz_requests where requested`, "010 Пропущена версия КМСЗ")
	f.saveKMSZ(t, kmsz(9, egisso.StatusActive, 6, 12))
	f.want(t, `select string_agg(version || ' ' || status, ', ' order by version) from egisso.kmsz_versions`, "7 Архив, 9 Активна")
}

func TestTwoActiveVersionsInOneMessage(t *testing.T) {
	f := open(t)
	f.publish(t, kmsz(7, egisso.StatusPublished, 5, 10))
	f.publish(t, kmsz(8, egisso.StatusPublished, 5, 10))
	f.activate(t, kmsz(8, egisso.StatusActive, 5, 10).KMSZVersion, kmsz(7, egisso.StatusActive, 5, 10).KMSZVersion)
	f.want(t, `select string_agg(version || ' ' || status, ', ' order by version) from egisso.kmsz_versions`, "7 Архив, 8 Активна")
}

func TestDictionaries(t *testing.T) {
	f := open(t)
	begin := time.Date(2018, 1, 1, 0, 0, 0, 0, time.UTC)
	periods := &egisso.ClassifierAnswer{Code: egisso.ClassifierPeriodicities, Periodicities: []egisso.Periodicity{{Code: "06", Title: "По факту обращения", StartDate: begin}}}
	units := &egisso.ClassifierAnswer{Code: egisso.ClassifierUnits, Units: []egisso.Unit{
		{Code: "03", Title: "Штука", ShortTitle: "шт", OKEI: "796", StartDate: begin, FinishDate: begin.AddDate(9, 0, 0)}}}
	for _, want := range []bool{true, false} { // the second time it is known
		for _, a := range []*egisso.ClassifierAnswer{periods, units} {
			news, err := f.SaveClassifierAnswer(t.Context(), a, nil, store.ClassifierAsked)
			if err != nil || news.Changed != want {
				t.Errorf("classifier %s: %+v, %v", a.Code, news, err)
			}
		}
	}
	f.want(t, `select revision || ' ' || units from egisso.classifier_state`, "2 2")
	f.want(t, `select code || title || (finish_date is null) from egisso.kmsz_periodicity`, "06По факту обращенияtrue")
	f.want(t, `select code || title || short_title || okei_code || finish_date::date from egisso.kmsz_units`, "03Штукашт7962027-01-01")
	c, err := f.Classifier(t.Context())
	if _, known := c.Version(); err != nil || c == nil || known {
		t.Errorf("dictionaries alone make the classifier %v, %v", c, err)
	}
}

// TestRequestsForTheClassifier: each of the three is asked for once, and again only
// when nobody waits for an answer and the pause is over.
func TestRequestsForTheClassifier(t *testing.T) {
	f := open(t)
	plan := store.ClassifierPlan{Format: "10.02.I", Version: "1.0.3", Provider: "0042.000001", RetryMin: time.Hour, RetryMax: 24 * time.Hour}
	ask := func() (codes []string) {
		t.Helper()
		for {
			plan.ID = recordID(fmt.Sprint(len(codes), time.Now()))
			code, err := f.FormClassifierRequest(t.Context(), plan)
			if err != nil {
				t.Fatal(err)
			}
			if code == "" {
				return codes
			}
			codes = append(codes, code)
		}
	}
	if got := ask(); got != nil {
		t.Errorf("asked for %v that nobody wants", got)
	}
	for range 2 {
		if err := f.RequestKMSZUpdate(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if got := ask(); !slices.Equal(got, []string{"010", "022", "023"}) {
		t.Errorf("asked for %v", got)
	}
	f.want(t, `select string_agg(package_type || '/' || coalesce(record_count::text, 'null') || '/' || format || '/' || info, ', ' order by info) from egisso.journal where info like '%010%'`,
		"Запрос обновлений КМСЗ/null/10.02.I-1.0.3/Запрос: КМСЗ (010). Ожидает подписи")
	if err := f.RequestKMSZUpdate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := ask(); got != nil {
		t.Errorf("asked again for %v while requests are open", got)
	}
	p, err := f.ClaimFormed(t.Context(), time.Minute)
	if err != nil || p.Register != egisso.RequestKMSZ || p.Classifier != "010" || len(p.Elements) != 0 {
		t.Fatalf("claimed %+v, %v", p, err)
	}
	if _, err := f.conn.Exec(t.Context(), `update egisso.package set state = 'send_failed' where classifier = '010'`); err != nil {
		t.Fatal(err)
	}
	if got := ask(); got != nil {
		t.Errorf("asked again for %v without a pause", got)
	}
	if _, err := f.conn.Exec(t.Context(), `update egisso.classifier_request set next_at = now() - interval '1 second'`); err != nil {
		t.Fatal(err)
	}
	if got := ask(); !slices.Equal(got, []string{"010"}) {
		t.Errorf("asked again for %v, want 010", got)
	}
	f.want(t, `select next_at > now() + interval '90 minutes' from egisso.classifier_request where classifier = '010'`, "true")
}
