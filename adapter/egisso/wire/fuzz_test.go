package wire_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/check"
	"egissogw/adapter/egisso/egissotest"
	"egissogw/adapter/egisso/lifecycle"
	"egissogw/adapter/egisso/wire"
	"egissogw/crypto/signertest"
)

// seedKind adds the samples of all versions of a kind, and a small document.
func seedKind(f *testing.F, code string) {
	for _, v := range egisso.Versions() {
		if v.Code == code {
			seedVersion(f, v)
		}
	}
}

// seedVersion adds the samples of a version where they are at hand.
func seedVersion(f *testing.F, v *egisso.Version) {
	f.Add([]byte("<" + v.Root + " xmlns='" + v.Space.Message + "'/>"))
	for _, name := range signertest.SharedFiles(f, filepath.Join("samples", egissotest.SampleFolder(v), "*.xml")) {
		content, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(content)
	}
}

// FuzzReadProtocol: no answer may crash the gateway, and what is read can be
// judged.
func FuzzReadProtocol(f *testing.F) {
	for _, code := range []string{"10.05.I", "10.07.I", "10.10.I", "10.15.I"} {
		seedKind(f, code)
	}
	sent := egissotest.AllEvents().RecordIDs()
	f.Fuzz(func(t *testing.T, content []byte) {
		p, err := wire.ReadProtocol(content)
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
		v := lifecycle.JudgeProtocol(p, sent)
		if len(v.Records) != 0 && len(v.Records) != len(sent) {
			t.Fatalf("%d outcomes for %d records", len(v.Records), len(sent))
		}
		if got := lifecycle.SuccessionOf(p, p); got != lifecycle.SuccessionSame {
			t.Fatalf("after itself it is %s", got)
		}
	})
}

// fuzzPackages: what the reader takes and the checks let out is written and read
// again as the same document.
func fuzzPackages(f *testing.F, code string) {
	seedKind(f, code)
	f.Fuzz(func(t *testing.T, content []byte) {
		p, v, err := wire.ReadPackage(content)
		if err != nil {
			return
		}
		var w, again egissotest.TextWriter
		if egisso.Blocks(checkPackage(check.Checker{Versions: egisso.VersionSet{v.Register: v}, Today: egissotest.Today}, p)) || wire.WritePackage(&w, p, v) != nil {
			return
		}
		q, _, err := wire.ReadPackage([]byte(w.String()))
		if err != nil {
			t.Fatalf("own document is not read: %v\n%s", err, w.String())
		}
		if err := wire.WritePackage(&again, q, v); err != nil {
			t.Fatalf("what was read is not written: %v", err)
		}
		if w.String() != again.String() {
			t.Fatalf("changed on the way:\n%s\n%s", w.String(), again.String())
		}
	})
}

func FuzzReadFactData(f *testing.F) { fuzzPackages(f, "10.06.S") }

func FuzzReadMeasureRequest(f *testing.F) { fuzzPackages(f, "10.05.I") }

func FuzzReadOrganizations(f *testing.F) { fuzzPackages(f, "10.07.I") }

func FuzzReadApplicationRequest(f *testing.F) { fuzzPackages(f, "10.11.I") }

func FuzzReadPoints(f *testing.F) { fuzzPackages(f, "10.15.I") }

// FuzzReadAnswer: every answer, whatever its kind, is read or refused; decisions
// on applications and classifiers survive being written.
func FuzzReadAnswer(f *testing.F) {
	for _, v := range egisso.Versions() {
		if v.Code[len(v.Code)-1] == 'I' {
			seedVersion(f, v)
		}
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		a, err := wire.ReadAnswer(content)
		if err != nil {
			return
		}
		judged(a, egissotest.AllEvents().RecordIDs())
		if a.Classifier == nil {
			return
		}
		var w egissotest.TextWriter
		wire.WriteClassifierAnswer(&w, a.Classifier)
		if _, err := wire.ReadClassifierAnswer([]byte(w.String())); err != nil && !bytes.Contains(content, []byte("\r")) {
			t.Fatalf("own document is not read: %v", err)
		}
	})
}

// FuzzReadClassifierNews: publications and activations.
func FuzzReadClassifierNews(f *testing.F) {
	seedKind(f, "10.01.O")
	seedKind(f, "10.03.O")
	f.Fuzz(func(t *testing.T, content []byte) {
		if p, err := wire.ReadPublication(content); err == nil {
			egisso.DiffKMSZ(nil, p.KMSZ)
			egisso.KMSZBook{}.Publish(p.KMSZ)
			check.NewClassifier(p.KMSZ, nil, nil)
		}
		if headers, err := wire.ReadActivation(content); err == nil {
			egisso.KMSZBook{}.Activate(headers)
		}
	})
}
