package egisso

import (
	"testing"

	"egissogw/crypto/signertest"
)

// randomDocuments are random packages of a version as they are sent. Records at and
// beyond every limit are among the random ones, less those the checks refuse.
func randomDocuments(t *testing.T, v *Version) (documents [][]byte) {
	t.Helper()
	refused := 0
	for seed := uint64(0); len(documents) < randomPackages(t); seed++ {
		p, bad := newRandom(seed, v).pack()
		refused += bad
		if len(p.Elements) != 0 {
			documents = append(documents, writtenAs(t, p, v))
		}
	}
	t.Logf("%s: %d packages; %d random records refused by the checks", v, len(documents), refused)
	if refused == 0 {
		t.Error("no random record was refused: the generator no longer reaches the limits")
	}
	return documents
}

func eachPackageVersion(t *testing.T, f func(t *testing.T, v *Version)) {
	t.Helper()
	for _, v := range Versions() {
		if v.Register != "" {
			t.Run(v.String(), func(t *testing.T) { f(t, v) })
		}
	}
}

// TestRandomPackagesFitTheSchema: whatever the checks let out, the official XSD
// of the version accepts, so that a check that is missing shows here.
func TestRandomPackagesFitTheSchema(t *testing.T) {
	eachPackageVersion(t, func(t *testing.T, v *Version) {
		signertest.Shared(t)
		validate(t, v, randomDocuments(t, v))
	})
}

// TestRandomPackagesAreReadAsWritten: reading gives the same document again.
func TestRandomPackagesAreReadAsWritten(t *testing.T) {
	eachPackageVersion(t, func(t *testing.T, v *Version) {
		for i, document := range randomDocuments(t, v) {
			again, version, err := ReadPackage(document)
			if err != nil {
				t.Fatalf("document %d: %v", i, err)
			}
			if version != v {
				t.Fatalf("document %d: read as %s", i, version)
			}
			sameDocument(t, writtenAs(t, again, v), document)
		}
	})
}

// randomMessage is a message that is no package.
type randomMessage struct {
	name, code string
	make       func(r random, w Writer)
	again      func(document []byte, w Writer) error
}

func (c randomMessage) document(seed uint64) []byte {
	var w textWriter
	c.make(newRandom(seed, nil), &w)
	return []byte(w.String())
}

func randomMessages() []randomMessage {
	return []randomMessage{
		{"classifier", "10.02.I", func(r random, w Writer) {
			WriteClassifierAnswer(w, &ClassifierAnswer{Code: ClassifierKMSZ, KMSZ: r.kmsz()})
		}, rewriteClassifier},
		{"periodicities", "10.02.I", func(r random, w Writer) {
			WriteClassifierAnswer(w, &ClassifierAnswer{Code: ClassifierPeriodicities, Periodicities: r.periodicities()})
		}, rewriteClassifier},
		{"units", "10.02.I", func(r random, w Writer) {
			WriteClassifierAnswer(w, &ClassifierAnswer{Code: ClassifierUnits, Units: r.units()})
		}, rewriteClassifier},
		{"publication", "10.01.O", func(r random, w Writer) {
			k := r.kmsz()
			WritePublication(w, &Publication{KMSZ: k, Changes: DiffKMSZ(newRandom(1, nil).kmsz(), k)})
		}, func(document []byte, w Writer) error {
			p, err := ReadPublication(document)
			if err == nil {
				WritePublication(w, p)
			}
			return err
		}},
		{"activation", "10.03.O", func(r random, w Writer) {
			WriteActivation(w, r.activation())
		}, func(document []byte, w Writer) error {
			versions, err := ReadActivation(document)
			if err == nil {
				WriteActivation(w, versions)
			}
			return err
		}},
		{"decision on an application", "10.11.I", func(r random, w Writer) {
			WriteApplicationAnswer(w, r.decision())
		}, func(document []byte, w Writer) error {
			a, err := ReadApplicationAnswer(document)
			if err == nil {
				WriteApplicationAnswer(w, a)
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
			for seed := range uint64(randomPackages(t)) {
				documents = append(documents, c.document(seed))
			}
			validate(t, CurrentVersion(c.code), documents)
		})
	}
}

// TestOtherRandomMessagesAreReadAsWritten: and reading gives the same again.
func TestOtherRandomMessagesAreReadAsWritten(t *testing.T) {
	for _, c := range randomMessages() {
		t.Run(c.name, func(t *testing.T) {
			for seed := range uint64(randomPackages(t)) {
				document := c.document(seed)
				var again textWriter
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

func rewriteClassifier(document []byte, w Writer) error {
	a, err := ReadClassifierAnswer(document)
	if err == nil {
		WriteClassifierAnswer(w, a)
	}
	return err
}

// validate checks the documents against the official schema of the version.
func validate(t *testing.T, v *Version, documents [][]byte) {
	t.Helper()
	if len(documents) == 0 {
		t.Fatal("nothing to validate")
	}
	for i, problem := range schemaProblems(t, sampleFolder(v)+".xsd", documents) {
		if problem != "" {
			t.Errorf("document %d: %.3000s", i, problem)
		}
	}
}

// TestRequestsWithoutContentFitTheSchema validates the few documents that are
// always the same.
func TestRequestsWithoutContentFitTheSchema(t *testing.T) {
	for _, v := range Versions() {
		if v.Code == "10.10.I" {
			var w textWriter
			WriteStorageRequest(&w, v)
			validate(t, v, [][]byte{[]byte(w.String())})
		}
	}
	var documents [][]byte
	for _, code := range []string{ClassifierKMSZ, ClassifierPeriodicities, ClassifierUnits} {
		var w textWriter
		if err := WriteClassifierRequest(&w, code); err != nil {
			t.Fatal(err)
		}
		documents = append(documents, []byte(w.String()))
	}
	validate(t, CurrentVersion("10.02.I"), documents)
	if err := WriteClassifierRequest(&textWriter{}, "020"); err == nil {
		t.Error("a request for a classifier that cannot be asked for was written")
	}
}
