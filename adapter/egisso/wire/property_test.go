package wire_test

import (
	"testing"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/egissotest"
	"egissogw/adapter/egisso/wire"
	"egissogw/crypto/signertest"
)

// randomDocuments are random packages of a version as they are sent. Records at and
// beyond every limit are among the random ones, less those the checks refuse.
func randomDocuments(t *testing.T, v *egisso.Version) (documents [][]byte) {
	t.Helper()
	refused := 0
	for seed := uint64(0); len(documents) < egissotest.RandomPackages(t); seed++ {
		p, bad := egissotest.NewRandom(seed, v).Package()
		refused += bad
		if len(p.Elements) != 0 {
			documents = append(documents, egissotest.WrittenAs(t, p, v))
		}
	}
	t.Logf("%s: %d packages; %d random records refused by the checks", v, len(documents), refused)
	if refused == 0 {
		t.Error("no random record was refused: the generator no longer reaches the limits")
	}
	return documents
}

func eachPackageVersion(t *testing.T, f func(t *testing.T, v *egisso.Version)) {
	t.Helper()
	for _, v := range egisso.Versions() {
		if v.Register != "" {
			t.Run(v.String(), func(t *testing.T) { f(t, v) })
		}
	}
}

// TestRandomPackagesFitTheSchema: whatever the checks let out, the official XSD
// of the version accepts, so that a check that is missing shows here.
func TestRandomPackagesFitTheSchema(t *testing.T) {
	eachPackageVersion(t, func(t *testing.T, v *egisso.Version) {
		signertest.Shared(t)
		validate(t, v, randomDocuments(t, v))
	})
}

// TestRandomPackagesAreReadAsWritten: reading gives the same document again.
func TestRandomPackagesAreReadAsWritten(t *testing.T) {
	eachPackageVersion(t, func(t *testing.T, v *egisso.Version) {
		for i, document := range randomDocuments(t, v) {
			again, version, err := wire.ReadPackage(document)
			if err != nil {
				t.Fatalf("document %d: %v", i, err)
			}
			if version != v {
				t.Fatalf("document %d: read as %s", i, version)
			}
			egissotest.SameDocument(t, egissotest.WrittenAs(t, again, v), document)
		}
	})
}

// randomMessage is a message that is no package.
type randomMessage struct {
	name, code string
	make       func(r egissotest.Random, w wire.Writer)
	again      func(document []byte, w wire.Writer) error
}

func (c randomMessage) document(seed uint64) []byte {
	var w egissotest.TextWriter
	c.make(egissotest.NewRandom(seed, nil), &w)
	return []byte(w.String())
}

func randomMessages() []randomMessage {
	return []randomMessage{
		{"classifier", "10.02.I", func(r egissotest.Random, w wire.Writer) {
			wire.WriteClassifierAnswer(w, &egisso.ClassifierAnswer{Code: egisso.ClassifierKMSZ, KMSZ: r.KMSZ()})
		}, rewriteClassifier},
		{"periodicities", "10.02.I", func(r egissotest.Random, w wire.Writer) {
			wire.WriteClassifierAnswer(w, &egisso.ClassifierAnswer{Code: egisso.ClassifierPeriodicities, Periodicities: r.Periodicities()})
		}, rewriteClassifier},
		{"units", "10.02.I", func(r egissotest.Random, w wire.Writer) {
			wire.WriteClassifierAnswer(w, &egisso.ClassifierAnswer{Code: egisso.ClassifierUnits, Units: r.Units()})
		}, rewriteClassifier},
		{"publication", "10.01.O", func(r egissotest.Random, w wire.Writer) {
			k := r.KMSZ()
			wire.WritePublication(w, &egisso.Publication{KMSZ: k, Changes: egisso.DiffKMSZ(egissotest.NewRandom(1, nil).KMSZ(), k)})
		}, func(document []byte, w wire.Writer) error {
			p, err := wire.ReadPublication(document)
			if err == nil {
				wire.WritePublication(w, p)
			}
			return err
		}},
		{"activation", "10.03.O", func(r egissotest.Random, w wire.Writer) {
			wire.WriteActivation(w, r.Activation())
		}, func(document []byte, w wire.Writer) error {
			versions, err := wire.ReadActivation(document)
			if err == nil {
				wire.WriteActivation(w, versions)
			}
			return err
		}},
		{"decision on an application", "10.11.I", func(r egissotest.Random, w wire.Writer) {
			wire.WriteApplicationAnswer(w, r.Decision())
		}, func(document []byte, w wire.Writer) error {
			a, err := wire.ReadApplicationAnswer(document)
			if err == nil {
				wire.WriteApplicationAnswer(w, a)
			}
			return err
		}},
	}
}

// TestOtherRandomMessagesFitTheSchema: the messages that are no packages.
func TestOtherRandomMessagesFitTheSchema(t *testing.T) {
	for _, c := range randomMessages() {
		t.Run(c.name, func(t *testing.T) {
			signertest.Shared(t)
			var documents [][]byte
			for seed := range uint64(egissotest.RandomPackages(t)) {
				documents = append(documents, c.document(seed))
			}
			validate(t, egisso.CurrentVersion(c.code), documents)
		})
	}
}

// TestOtherRandomMessagesAreReadAsWritten: and reading gives the same again.
func TestOtherRandomMessagesAreReadAsWritten(t *testing.T) {
	for _, c := range randomMessages() {
		t.Run(c.name, func(t *testing.T) {
			for seed := range uint64(egissotest.RandomPackages(t)) {
				document := c.document(seed)
				var again egissotest.TextWriter
				if err := c.again(document, &again); err != nil {
					t.Fatalf("seed %d: %v", seed, err)
				}
				if again.String() != string(document) {
					t.Fatalf("seed %d: changed on the way", seed)
				}
			}
		})
	}
}

func rewriteClassifier(document []byte, w wire.Writer) error {
	a, err := wire.ReadClassifierAnswer(document)
	if err == nil {
		wire.WriteClassifierAnswer(w, a)
	}
	return err
}

// validate checks the documents against the official schema of the version.
func validate(t *testing.T, v *egisso.Version, documents [][]byte) {
	t.Helper()
	if len(documents) == 0 {
		t.Fatal("nothing to validate")
	}
	for i, problem := range egissotest.SchemaProblems(t, egissotest.SampleFolder(v)+".xsd", documents) {
		if problem != "" {
			t.Errorf("document %d: %.3000s", i, problem)
		}
	}
}

// TestRequestsWithoutContentFitTheSchema validates the few documents that are
// always the same.
func TestRequestsWithoutContentFitTheSchema(t *testing.T) {
	for _, v := range egisso.Versions() {
		if v.Code == "10.10.I" {
			var w egissotest.TextWriter
			wire.WriteStorageRequest(&w, v)
			validate(t, v, [][]byte{[]byte(w.String())})
		}
	}
	var documents [][]byte
	for _, code := range []string{egisso.ClassifierKMSZ, egisso.ClassifierPeriodicities, egisso.ClassifierUnits} {
		var w egissotest.TextWriter
		if err := wire.WriteClassifierRequest(&w, code); err != nil {
			t.Fatal(err)
		}
		documents = append(documents, []byte(w.String()))
	}
	validate(t, egisso.CurrentVersion("10.02.I"), documents)
	if err := wire.WriteClassifierRequest(&egissotest.TextWriter{}, "020"); err == nil {
		t.Error("a request for a classifier that cannot be asked for was written")
	}
}
