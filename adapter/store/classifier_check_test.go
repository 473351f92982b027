package store_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"egissogw/adapter/egisso"
	"egissogw/adapter/store"
)

// Several gateways at once: each classifier is asked for by one of them, and what
// one has compared with the classifier the others leave alone.
func TestGatewaysDoNotAskTwice(t *testing.T) {
	f := open(t)
	f.saveKMSZ(t, kmsz(7, egisso.StatusActive, 5, 10))
	if err := f.RequestKMSZUpdate(t.Context()); err != nil {
		t.Fatal(err)
	}
	var wait sync.WaitGroup
	asked := make(chan string, 40)
	for range 8 {
		wait.Go(func() {
			for range 5 {
				code, err := f.FormClassifierRequest(context.WithoutCancel(t.Context()), store.ClassifierPlan{
					ID: uuid.New(), Format: "10.02.I", Version: "1.0.3", Provider: "0042.000001", RetryMin: time.Hour, RetryMax: time.Hour,
				})
				if err != nil {
					t.Error(err)
				}
				asked <- code
			}
		})
	}
	wait.Wait()
	close(asked)
	var codes []string
	for code := range asked {
		if code != "" {
			codes = append(codes, code)
		}
	}
	slices.Sort(codes)
	if !slices.Equal(codes, []string{"010", "022", "023"}) {
		t.Errorf("asked for %v", codes)
	}

	one, err := f.ClassifierCheckDue(t.Context(), "rules")
	if err != nil || one == nil || !slices.Equal(one.Versions, []int{7}) {
		t.Fatalf("comparison due %+v, %v", one, err)
	}
	other := *one
	finding := map[int]store.MeasureFindings{7: {"1": {{Code: "003", Severity: egisso.Error, Text: "нет категории"}}}}
	if _, done, err := f.StoreClassifierCheck(t.Context(), one, finding); err != nil || !done {
		t.Fatalf("first: %v, %v", done, err)
	}
	if _, done, err := f.StoreClassifierCheck(t.Context(), &other, nil); err != nil || !done {
		t.Fatalf("second: %v, %v", done, err)
	}
	f.want(t, `select version || row_key || code from egisso.kmsz_invalid`, "71003")
	if due, err := f.ClassifierCheckDue(t.Context(), "rules"); err != nil || due != nil {
		t.Errorf("still due: %+v, %v", due, err)
	}
	// A comparison that was overtaken by another version is made again.
	if due, err := f.ClassifierCheckDue(t.Context(), "other rules"); err != nil || due == nil {
		t.Fatalf("not due for other rules: %v", err)
	} else {
		f.saveKMSZ(t, kmsz(8, egisso.StatusActive, 5, 10))
		if _, done, err := f.StoreClassifierCheck(t.Context(), due, nil); err != nil || done {
			t.Errorf("stored although the version changed: %v, %v", done, err)
		}
	}
}
