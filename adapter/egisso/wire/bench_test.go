package wire_test

import (
	"testing"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/check"
	"egissogw/adapter/egisso/egissotest"
	"egissogw/adapter/egisso/lifecycle"
	"egissogw/adapter/egisso/wire"
)

// discard is a Writer that only counts.
type discard struct{ elements, bytes int }

func (w *discard) Start(_, local string) { w.elements++; w.bytes += 2*len(local) + 5 }

func (w *discard) Text(text string) { w.bytes += len(text) }

func (w *discard) End() {}

func (w *discard) Element(space, local, text string) { w.Start(space, local); w.Text(text); w.End() }

// BenchmarkCheckAndWrite100000Facts is the whole pure way of a first export:
// check, hash, decide and write in packages of 1000.
func BenchmarkCheckAndWrite100000Facts(b *testing.B) {
	const all = 100_000
	c := check.Checker{Today: egissotest.Today, Classifier: egissotest.Classifier(b), KnownParticipant: func(string) bool { return true }}
	m := egissotest.FederalMeasure()
	b.ReportAllocs()
	for b.Loop() {
		p := &egisso.Package{ID: egissotest.FactID("aaa"), Register: egisso.RegisterFact}
		for i := range all {
			f := egissotest.InsulinFact()
			f.ID = egisso.FactID("0042", "x", i)
			if d := lifecycle.NextFactStep(f, false, nil, lifecycle.History{}, nil); d.Move != egisso.MoveNew || len(c.Fact(f, &m)) != 0 {
				b.Fatal(d.Move)
			}
			if p.Elements = append(p.Elements, &f); len(p.Elements) == egisso.MaxElements {
				if err := wire.WritePackage(&discard{}, p, p.Register.Version()); err != nil {
					b.Fatal(err)
				}
				p.Elements = p.Elements[:0]
			}
		}
	}
}

func BenchmarkWritePackageOf1000Facts(b *testing.B) {
	p := &egisso.Package{ID: egissotest.FactID("aaa"), Register: egisso.RegisterFact}
	for i := range 1000 {
		f := egissotest.InsulinFact()
		f.ID = egisso.FactID("0042", "x", i)
		p.Elements = append(p.Elements, &f)
	}
	b.ReportAllocs()
	for b.Loop() {
		if err := wire.WritePackage(&discard{}, p, p.Register.Version()); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkReadPackageOf1000Facts(b *testing.B) {
	p := &egisso.Package{ID: egissotest.FactID("aaa"), Register: egisso.RegisterFact}
	for i := range 1000 {
		f := egissotest.InsulinFact()
		f.ID = egisso.FactID("0042", "x", i)
		p.Elements = append(p.Elements, &f)
	}
	document := egissotest.Written(b, p)
	b.SetBytes(int64(len(document)))
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := wire.ReadPackage(document); err != nil {
			b.Fatal(err)
		}
	}
}

func bigAnswer(b *testing.B) []byte {
	var w egissotest.TextWriter
	wire.WriteClassifierAnswer(&w, &egisso.ClassifierAnswer{Code: egisso.ClassifierKMSZ, KMSZ: egissotest.BigKMSZ(7, 50_000)})
	return []byte(w.String())
}

func BenchmarkReadClassifierOf50000Rules(b *testing.B) {
	document := bigAnswer(b)
	b.SetBytes(int64(len(document)))
	b.ReportAllocs()
	for b.Loop() {
		if a, err := wire.ReadClassifierAnswer(document); err != nil || len(a.KMSZ.Rules) != 50_000 {
			b.Fatal(err)
		}
	}
}
