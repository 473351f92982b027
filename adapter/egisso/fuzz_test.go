package egisso

import (
	"testing"
)

func seedSamples(f *testing.F, kind, prefix string) {
	for _, name := range sampleNames(f, kind, prefix) {
		f.Add(readSample(f, kind, name))
	}
}

// FuzzReadProtocol: no answer may crash the gateway, and what is read can be
// judged.
func FuzzReadProtocol(f *testing.F) {
	seedSamples(f, measureSamples, "valid.response.")
	seedSamples(f, storageSamples, "")
	seedSamples(f, "10.15.I-1.0.3", "official.response.")
	sent := allEvents().RecordIDs()
	f.Fuzz(func(t *testing.T, content []byte) {
		p, err := ReadProtocol(content)
		if err != nil {
			return
		}
		set := 0
		for _, is := range []bool{len(p.MessageErrors) > 0, p.Package != nil, p.Attached} {
			if is {
				set++
			}
		}
		if set != 1 {
			t.Fatalf("%d parts of a protocol at once", set)
		}
		v := p.Judge(sent)
		if len(v.Records) != 0 && len(v.Records) != len(sent) {
			t.Fatalf("%d outcomes for %d records", len(v.Records), len(sent))
		}
	})
}

// FuzzReadFactData: what the reader takes and the checks let out is written and
// read again as the same content.
func FuzzReadFactData(f *testing.F) {
	seedSamples(f, factSamples, "")
	f.Fuzz(func(t *testing.T, content []byte) {
		p, err := ReadFactData(content)
		if err != nil {
			return
		}
		findings := checkPackage(p)
		var w textWriter
		if Blocks(findings) || p.Write(&w) != nil {
			return
		}
		again, err := ReadFactData([]byte(w.b.String()))
		if err != nil {
			t.Fatalf("own document is not read: %v\n%s", err, w.b.String())
		}
		for i := range p.Facts {
			if p.Facts[i].ContentHash() != again.Facts[i].ContentHash() {
				t.Fatalf("fact %d changed on the way", i)
			}
		}
	})
}

// FuzzReadMeasureRequest is FuzzReadFactData for local measures.
func FuzzReadMeasureRequest(f *testing.F) {
	seedSamples(f, measureSamples, "")
	f.Fuzz(func(t *testing.T, content []byte) {
		p, err := ReadMeasureRequest(content)
		if err != nil {
			return
		}
		findings := checkPackage(p)
		var w textWriter
		if Blocks(findings) || p.Write(&w) != nil {
			return
		}
		again, err := ReadMeasureRequest([]byte(w.b.String()))
		if err != nil {
			t.Fatalf("own document is not read: %v\n%s", err, w.b.String())
		}
		for i := range p.Measures {
			if p.Measures[i].ContentHash() != again.Measures[i].ContentHash() {
				t.Fatalf("measure %d changed on the way", i)
			}
		}
	})
}
