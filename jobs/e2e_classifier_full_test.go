package jobs_test

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"strconv"
	"testing"
	"time"

	"egissogw/adapter/egisso"
	"egissogw/adapter/mis/refmis"
	"egissogw/jobs"
)

// TestFullClassifierOverTheBus takes a large version the whole way: from the bus,
// verified, into the database, into memory, and compares our measures with it.
// EGISSOGW_TEST_RULES=40000 makes it as large as the real one.
func TestFullClassifierOverTheBus(t *testing.T) {
	rules := 2000
	if text := os.Getenv("EGISSOGW_TEST_RULES"); text != "" {
		var err error
		if rules, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
	}
	w := newWorld(t, 20, io.Discard, nil)
	measures := w.measures()
	k := refmis.KMSZ(7, egisso.StatusActive, measures)
	for i := range rules / 8 {
		k.Facets[egisso.FacetCategories] = append(k.Facets[egisso.FacetCategories],
			egisso.Position{Code: fmt.Sprintf("%08d", 50_000_000+i), Name: fmt.Sprintf("Категория получателей %d с названием обычной длины", i)})
	}
	for i := range rules {
		r := k.Rules[i%11]
		r.Category = fmt.Sprintf("%08d", 50_000_000+i%(rules/8))
		r.MSZ = fmt.Sprintf("%04d", i/(rules/8))
		r.Reasons = []egisso.RuleAct{
			{Number: fmt.Sprint(i % 300), Title: "О мерах социальной поддержки отдельных категорий граждан", Date: egisso.Date{Year: 2005, Month: 1, Day: 1 + i%28}, Authority: "Субъект Российской Федерации"},
		}
		k.Rules = append(k.Rules, r)
	}
	w.classifierAtBus(k, measures)
	step := func(name string, job jobs.Job) {
		begin := time.Now()
		w.run(job)
		t.Logf("%-10s %s", name, time.Since(begin).Round(time.Millisecond))
	}
	step("form", w.classifierJob())
	step("sign", w.sign)
	step("send", w.send)
	w.idle()
	step("receive", w.receive)
	step("apply", w.apply)
	before := heap()
	begin := time.Now()
	c, err := w.store.Classifier(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("into memory %s, %d KiB of it", time.Since(begin).Round(time.Millisecond), (heap()-before)>>10)
	if last := k.Rules[len(k.Rules)-1]; !c.HasRule(last.Code()) {
		t.Error("the last rule is not there")
	}
	step("compare", w.classifierJob())
	if got := w.text(`select rules || ' ' || (select count(*) from egisso.kmsz_invalid) from egisso.kmsz_versions`); got != fmt.Sprint(len(k.Rules), " 0") {
		t.Errorf("rules and invalid measures %s", got)
	}
	t.Logf("document %s MiB", w.text(`select round(length(body) / 1048576.0, 1) from egisso.classifier_version`))
	runtime.KeepAlive(c)
}

// heap is what lives after a collection, in bytes.
func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
