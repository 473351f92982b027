package store_test

import (
	"context"
	"testing"

	"egissogw/adapter/egisso"
	"egissogw/adapter/store"
	"egissogw/adapter/store/pgtest"
)

// A full classifier: 5,000 categories, 40,000 rules.
const (
	fullCategories = 5_000
	fullRules      = 40_000
)

func benchStore(b *testing.B) fixture {
	b.Helper()
	url := pgtest.Database(b)
	s, err := store.Open(b.Context(), url)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(s.Close)
	return fixture{Store: s, url: url}
}

// BenchmarkSaveFullKMSZ stores a full version into the database, each time a new one.
func BenchmarkSaveFullKMSZ(b *testing.B) {
	f := benchStore(b)
	number := 0
	body := make([]byte, 24<<20)
	for b.Loop() {
		number++
		k := kmsz(number, egisso.StatusActive, fullCategories, fullRules)
		if _, err := f.SaveClassifierAnswer(context.Background(), &egisso.ClassifierAnswer{Code: egisso.ClassifierKMSZ, KMSZ: k}, body, store.ClassifierAsked); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkLoadFullClassifier reads a full version into memory.
func BenchmarkLoadFullClassifier(b *testing.B) {
	f := benchStore(b)
	f.saveKMSZ(b, kmsz(7, egisso.StatusActive, fullCategories, fullRules))
	b.ReportAllocs()
	for b.Loop() {
		c, err := f.ClassifierOf(context.Background(), 7)
		if err != nil || !c.HasRule("0801.00000001.02.0010.02.030101") {
			b.Fatal(err)
		}
	}
}

// BenchmarkAskForTheClassifier is what one batch of decisions pays.
func BenchmarkAskForTheClassifier(b *testing.B) {
	f := benchStore(b)
	f.saveKMSZ(b, kmsz(7, egisso.StatusActive, fullCategories, fullRules))
	for b.Loop() {
		if _, err := f.Classifier(context.Background()); err != nil {
			b.Fatal(err)
		}
	}
}
