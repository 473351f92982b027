package egisso

import "testing"

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
	c := Checker{Today: today, Classifier: worldClassifier(b), KnownParticipant: func(string) bool { return true }}
	m := federalMeasure()
	b.ReportAllocs()
	for b.Loop() {
		p := &Package{ID: factID("aaa"), Register: RegisterFact}
		for i := range all {
			f := insulinFact()
			f.ID = FactID("0042", "x", i)
			if d := DecideFact(f, false, nil, History{}, nil); d.Move != MoveNew || len(c.Fact(f, &m)) != 0 {
				b.Fatal(d.Move)
			}
			if p.Elements = append(p.Elements, &f); len(p.Elements) == MaxElements {
				if err := WritePackage(&discard{}, p, p.Register.Version()); err != nil {
					b.Fatal(err)
				}
				p.Elements = p.Elements[:0]
			}
		}
	}
}

func BenchmarkWritePackageOf1000Facts(b *testing.B) {
	p := &Package{ID: factID("aaa"), Register: RegisterFact}
	for i := range 1000 {
		f := insulinFact()
		f.ID = FactID("0042", "x", i)
		p.Elements = append(p.Elements, &f)
	}
	b.ReportAllocs()
	for b.Loop() {
		if err := WritePackage(&discard{}, p, p.Register.Version()); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkReadPackageOf1000Facts(b *testing.B) {
	p := &Package{ID: factID("aaa"), Register: RegisterFact}
	for i := range 1000 {
		f := insulinFact()
		f.ID = FactID("0042", "x", i)
		p.Elements = append(p.Elements, &f)
	}
	document := written(b, p)
	b.SetBytes(int64(len(document)))
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := ReadPackage(document); err != nil {
			b.Fatal(err)
		}
	}
}

func bigAnswer(b *testing.B) []byte {
	var w textWriter
	WriteClassifierAnswer(&w, &ClassifierAnswer{Code: ClassifierKMSZ, KMSZ: bigKMSZ(7, 50_000)})
	return []byte(w.String())
}

func BenchmarkReadClassifierOf50000Rules(b *testing.B) {
	document := bigAnswer(b)
	b.SetBytes(int64(len(document)))
	b.ReportAllocs()
	for b.Loop() {
		if a, err := ReadClassifierAnswer(document); err != nil || len(a.KMSZ.Rules) != 50_000 {
			b.Fatal(err)
		}
	}
}
