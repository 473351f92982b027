package egisso

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// randomPackages is how many packages of each kind and version are made. Set
// EGISSO_RANDOM_PACKAGES to make more.
func randomPackages(t *testing.T) int {
	if s := os.Getenv("EGISSO_RANDOM_PACKAGES"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 {
			t.Fatalf("EGISSO_RANDOM_PACKAGES is no positive number: %q", s)
		}
		return n
	}
	if testing.Short() {
		return 30
	}
	return 100
}

// TestRandomPackagesFitTheSchema: whatever the checks let out, the official
// XSD of the version accepts, and reading gives the same document again. Records
// at and beyond every limit are among the random ones, so a check that is
// missing shows here.
func TestRandomPackagesFitTheSchema(t *testing.T) {
	for _, v := range Versions() {
		if v.Register == "" {
			continue
		}
		t.Run(v.String(), func(t *testing.T) {
			var documents [][]byte
			records, refused := 0, 0
			for seed := uint64(0); len(documents) < randomPackages(t); seed++ {
				r := newRandom(seed)
				r.v = v
				p, bad := r.pack()
				refused += bad
				if p.Len() == 0 {
					continue
				}
				records += p.Len()
				document := writtenAs(t, p, v)
				again, version, err := ReadPackage(document)
				if err != nil {
					t.Fatalf("seed %d: %v", seed, err)
				}
				if version != v {
					t.Fatalf("seed %d: read as %s", seed, version)
				}
				sameDocument(t, writtenAs(t, again, v), document)
				documents = append(documents, document)
			}
			validate(t, v, documents)
			t.Logf("%s: %d packages, %d elements valid by the XSD; %d random records refused by the checks", v, len(documents), records, refused)
			if refused == 0 {
				t.Error("no random record was refused: the generator no longer reaches the limits")
			}
		})
	}
}

// TestOtherRandomMessagesFitTheSchema: the messages that are no packages.
func TestOtherRandomMessagesFitTheSchema(t *testing.T) {
	for _, c := range []struct {
		name, code string
		make       func(r random, w Writer)
		again      func(document []byte, w Writer) error
	}{
		{"classifier", "10.02.I", func(r random, w Writer) {
			WriteClassifierAnswer(w, &ClassifierAnswer{Code: ClassifierKMSZ, KMSZ: r.kmsz()})
		}, rewriteClassifier},
		{"periodicities", "10.02.I", func(r random, w Writer) {
			WriteClassifierAnswer(w, &ClassifierAnswer{Code: ClassifierPeriodicities, Periodicities: few(r, 1, 5, func() Periodicity {
				return Periodicity{Code: r.from("0123456789", 2), Title: r.plain(100), StartDate: r.moment()}
			})})
		}, rewriteClassifier},
		{"units", "10.02.I", func(r random, w Writer) {
			WriteClassifierAnswer(w, &ClassifierAnswer{Code: ClassifierUnits, Units: few(r, 1, 5, func() Unit {
				return Unit{Code: r.from("0123456789", 2), Title: r.plain(100), ShortTitle: r.maybe(2, r.plain(20)),
					OKEI: r.maybe(2, r.from("0123456789", 3+r.IntN(2))), StartDate: r.moment(), FinishDate: r.moment()}
			})})
		}, rewriteClassifier},
		{"publication", "10.01.O", func(r random, w Writer) {
			k := r.kmsz()
			WritePublication(w, &Publication{KMSZ: k, Changes: DiffKMSZ(newRandom(1).kmsz(), k)})
		}, func(document []byte, w Writer) error {
			p, err := ReadPublication(document)
			if err == nil {
				WritePublication(w, p)
			}
			return err
		}},
		{"activation", "10.03.O", func(r random, w Writer) {
			WriteActivation(w, few(r, 1, 2, r.kmszVersion))
		}, func(document []byte, w Writer) error {
			versions, err := ReadActivation(document)
			if err == nil {
				WriteActivation(w, versions)
			}
			return err
		}},
		{"decision on an application", "10.11.I", func(r random, w Writer) {
			a := &ApplicationAnswer{ApplicationID: r.uuid(), Number: "2023." + r.from("0123456789", 1+r.IntN(9)), Accepted: r.sometimes(2),
				Comment: r.maybe(2, strings.Join(strings.Fields(r.plain(500)), " ")), DecidedAt: r.moment()}
			if a.Accepted {
				p := clinic()
				p.OSZCode, a.ParticipantID, a.Registered = "0042.000001", r.uuid(), &p
			}
			WriteApplicationAnswer(w, a)
		}, func(document []byte, w Writer) error {
			a, err := ReadApplicationAnswer(document)
			if err == nil {
				WriteApplicationAnswer(w, a)
			}
			return err
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var documents [][]byte
			for seed := range uint64(randomPackages(t)) {
				var w, again textWriter
				r := newRandom(seed)
				c.make(r, &w)
				if err := c.again([]byte(w.b.String()), &again); err != nil {
					t.Fatalf("seed %d: %v", seed, err)
				}
				if again.b.String() != w.b.String() {
					t.Fatalf("seed %d: changed on the way", seed)
				}
				documents = append(documents, []byte(w.b.String()))
			}
			validate(t, currentVersion(c.code), documents)
			t.Logf("%s %s: %d messages valid by the XSD", c.code, c.name, len(documents))
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
	dir := t.TempDir()
	if len(documents) == 0 {
		t.Fatal("nothing to validate")
	}
	var files []string
	for i, document := range documents {
		name := filepath.Join(dir, fmt.Sprintf("%d.xml", i))
		if err := os.WriteFile(name, document, 0o600); err != nil {
			t.Fatal(err)
		}
		files = append(files, name)
	}
	validateFiles(t, sampleFolder(v)+".xsd", files)
}

// validateFiles runs xmllint once over all files.
func validateFiles(t *testing.T, schema string, files []string) {
	t.Helper()
	xmllint, err := exec.LookPath("xmllint")
	if err != nil {
		t.Skip("xmllint is not installed (Debian package libxml2-utils)")
	}
	args := append([]string{"--noout", "--schema", sharedPath(t, "schemas", "egisso", schema)}, files...)
	if out, err := exec.Command(xmllint, args...).CombinedOutput(); err != nil {
		text := string(out)
		if len(text) > 3000 {
			text = text[:3000]
		}
		t.Fatalf("xmllint: %v\n%s", err, text)
	}
}

// TestRequestsWithoutContentFitTheSchema validates the few documents that are
// always the same.
func TestRequestsWithoutContentFitTheSchema(t *testing.T) {
	for _, v := range Versions() {
		if v.Code == "10.10.I" {
			var w textWriter
			v.WriteStorageRequest(&w)
			validate(t, v, [][]byte{[]byte(w.b.String())})
		}
	}
	var documents [][]byte
	for _, code := range []string{ClassifierKMSZ, ClassifierPeriodicities, ClassifierUnits} {
		var w textWriter
		if err := WriteClassifierRequest(&w, code); err != nil {
			t.Fatal(err)
		}
		documents = append(documents, []byte(w.b.String()))
	}
	validate(t, currentVersion("10.02.I"), documents)
	if err := WriteClassifierRequest(&textWriter{}, "020"); err == nil {
		t.Error("a request for a classifier that cannot be asked for was written")
	}
}
