package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"testing"
	"time"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/wire"
	"egissogw/adapter/mis/refmis"
	"egissogw/cmd/egissogw/internal/demo"
)

// TestFullClassifierInLittleMemory lets the program take КМСЗ as large as the real
// one and looks at the memory the process had at its peak. The real size,
// EGISSOGW_TEST_RULES=40000, takes half a minute; by default it is a fifth.
func TestFullClassifierInLittleMemory(t *testing.T) {
	t.Parallel()
	rules := 8_000
	if n, err := strconv.Atoi(os.Getenv("EGISSOGW_TEST_RULES")); err == nil {
		rules = n
	}
	const most = 256 << 20
	gateway, simulator := programs(t)
	path := filepath.Join(t.TempDir(), "kmsz.xml")
	k := refmis.KMSZ(demo.FirstKMSZ+1, egisso.StatusActive, []egisso.LocalMeasure{{
		MSZ: "0801", PartKMSZ: "030101", LevelNPA: "02", ProvisionForm: egisso.FormNatural,
		Cofinancing: []egisso.FundingShare{{Source: "0010"}}, Categories: []egisso.LocalCategory{{KMSZ: "10000000"}},
	}})
	for i := range rules / 8 {
		k.Facets[egisso.FacetCategories] = append(k.Facets[egisso.FacetCategories],
			egisso.Position{Code: fmt.Sprintf("%08d", 50_000_000+i), Name: fmt.Sprintf("Категория получателей %d с названием обычной длины", i)})
	}
	for i := range rules {
		k.Rules = append(k.Rules, egisso.KMSZRule{
			Part: "030101", MSZ: fmt.Sprintf("%04d", i/(rules/8)), Category: fmt.Sprintf("%08d", 50_000_000+i%(rules/8)), Level: "02", Source: "0010", Form: "02",
			Reasons: []egisso.RuleAct{{
				Number: fmt.Sprint(i % 300), Title: "О мерах социальной поддержки отдельных категорий граждан",
				Date: egisso.Date{Year: 2005, Month: 1, Day: 1 + i%28}, Authority: "Субъект Российской Федерации",
			}},
		})
	}
	document, err := demo.WriteDocument(func(w wire.Writer) {
		wire.WriteClassifierAnswer(w, &egisso.ClassifierAnswer{Code: egisso.ClassifierKMSZ, KMSZ: k})
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, document, 0o600); err != nil {
		t.Fatal(err)
	}
	s, _ := testStage(t, demo.StageOptions{Sim: simulator, SimArg: []string{"--kmsz", path}, Source: refmis.Options{Seed: 7, Facts: 20}})
	if err := s.StartGateway(gateway); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	begin := time.Now()
	err = s.Until(ctx, func(ctx context.Context) (known bool, err error) {
		err = s.GatewayDB.QueryRow(ctx, `select coalesce(bool_or(rules >= $1), false)
			and (select bool_and(checked_revision = revision) from egisso.classifier_state) from egisso.kmsz_versions`, rules).Scan(&known)
		return known, err
	})
	if err != nil {
		log, _ := os.ReadFile(filepath.Join(s.Dir, "egissogw.log"))
		t.Fatalf("%v\n%s", err, log)
	}
	t.Logf("%d rules, document %d MiB: known after %s, peak of the process %d MiB", rules, len(document)>>20,
		time.Since(begin).Round(100*time.Millisecond), s.PeakMemory()>>20)
	if peak := s.PeakMemory(); peak > most {
		t.Errorf("the process had %d MiB, at most %d were expected", peak>>20, most>>20)
	}
}

// Whoever sets GOMEMLIMIT knows better.
func TestMemoryLimitOfTheEnvironmentHolds(t *testing.T) {
	before := debug.SetMemoryLimit(1 << 40)
	defer debug.SetMemoryLimit(before)
	limitMemory([]string{"GOMEMLIMIT=1TiB"})
	if got := debug.SetMemoryLimit(-1); got != 1<<40 {
		t.Errorf("limit %d", got)
	}
	limitMemory(nil)
	if got := debug.SetMemoryLimit(-1); got != memoryLimit {
		t.Errorf("limit %d, want %d", got, memoryLimit)
	}
}
