package xmldsig_test

import (
	"bytes"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"

	"egissogw/crypto/signertest"
	"egissogw/crypto/xmldsig"
	"egissogw/crypto/xmlsafe"
)

// randomElement gives some element of a document: the root half of the time.
func randomElement(r *rand.Rand, root *xmlsafe.Element) *xmlsafe.Element {
	if r.IntN(2) == 0 {
		return root
	}
	var all []*xmlsafe.Element
	root.Walk(func(e *xmlsafe.Element) bool { all = append(all, e); return true })
	return pick(r, all)
}

// cases is how many random documents there are, n or what the environment asks for.
func cases(t *testing.T, n int) int {
	t.Helper()
	text := os.Getenv("EGISSOGW_TEST_DOCUMENTS")
	if text == "" {
		return n
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		t.Fatalf("EGISSOGW_TEST_DOCUMENTS is no positive number: %q", text)
	}
	return n
}

// TestRandomDocuments holds the paths through the package against each other.
func TestRandomDocuments(t *testing.T) {
	for n := range cases(t, 1500) {
		r := seeded(n)
		docs := documents{Rand: r, comments: true, unqualified: n%2 == 0, rawSpace: true, exotic: true}
		element := randomElement(r, parseRoot(t, docs.document()))
		c14n := canonical(t, element)
		if again := canonical(t, parseRoot(t, c14n)); !bytes.Equal(again, c14n) {
			t.Fatalf("case %d: canonical form is not stable: %s", n, firstDifference(c14n, again))
		}
		if docs.unqualified {
			continue
		}
		want := transformed(t, element)
		var b bytes.Buffer
		if err := xmldsig.Transform(&b, c14n); err != nil || !bytes.Equal(b.Bytes(), want) {
			t.Fatalf("case %d: transform of octets (%v) and one pass: %s", n, err, firstDifference(b.Bytes(), want))
		}
		// Dropped processing instructions separate blocks of text only once.
		split := bytes.Contains(c14n, []byte("<?"))
		if again := transformed(t, parseRoot(t, want)); !split && !bytes.Equal(again, want) {
			t.Fatalf("case %d: transform is not idempotent: %s", n, firstDifference(want, again))
		}
	}
}

// TestAgainstGoxmldsig compares canonical forms with goxmldsig's exclusive
// canonicalizer, on documents without what it does differently: it orders
// qualified attributes by local name where their prefixes are not declared in
// the same tag, and undeclares a default namespace that nobody declared in the
// output. xmllint, which has neither fault, settles those.
func TestAgainstGoxmldsig(t *testing.T) {
	for n := range cases(t, 750) {
		docs := documents{Rand: seeded(2_000_000 + n), comments: true, onePrefix: true}
		source := docs.document()
		got := canonical(t, parseRoot(t, source))
		if want := goxmldsigC14N(t, source); !bytes.Equal(got, want) {
			t.Fatalf("case %d: goxmldsig differs: %s\n%.600s", n, firstDifference(got, want), source)
		}
	}
}

// goxmldsigC14N is the canonical form by github.com/russellhaering/goxmldsig.
func goxmldsigC14N(t *testing.T, source []byte) []byte {
	t.Helper()
	doc := etree.NewDocument()
	if err := doc.ReadFromBytes(bytes.TrimPrefix(source, []byte("\uFEFF"))); err != nil {
		t.Fatalf("etree: %v\n%s", err, source)
	}
	out, err := dsig.MakeC14N10ExclusiveCanonicalizerWithPrefixList("").Canonicalize(doc.Root())
	if err != nil {
		t.Fatalf("goxmldsig: %v\n%s", err, source)
	}
	return out
}

// TestAgainstXmllint compares canonical forms with libxml2.
func TestAgainstXmllint(t *testing.T) {
	var sources []string
	for n := range cases(t, 250) {
		docs := documents{Rand: seeded(1_000_000 + n), unqualified: true, rawSpace: true}
		sources = append(sources, string(docs.document()))
	}
	compareWithXmllint(t, sources)
}

// TestSamplesAgainstXmllint does so with messages of the bus.
func TestSamplesAgainstXmllint(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(sharedDir(t), "spec/smev3-vectors/messages/*.xml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no messages: %v", err)
	}
	var sources []string
	for _, name := range files {
		sources = append(sources, string(readFile(t, name)))
	}
	compareWithXmllint(t, sources)
}

// compareWithXmllint asks one xmllint about all documents: it writes one form after the other, some
// versions with a line end after each.
func compareWithXmllint(t *testing.T, sources []string) {
	t.Helper()
	dir, args := t.TempDir(), []string{"--exc-c14n", "--nonet"}
	for n, source := range sources {
		args = append(args, filepath.Join(dir, strconv.Itoa(n)+".xml"))
		if err := os.WriteFile(args[len(args)-1], []byte(source), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var problems bytes.Buffer
	cmd := exec.CommandContext(t.Context(), signertest.XMLLint(t), args...)
	cmd.Stderr = &problems
	theirs, err := cmd.Output()
	if err != nil {
		t.Fatalf("xmllint: %v\n%s", err, problems.Bytes())
	}
	for n, source := range sources {
		got := canonical(t, parseRoot(t, []byte(source)))
		if !bytes.HasPrefix(theirs, got) {
			t.Fatalf("case %d: libxml2 differs: %s\n%.600s", n, firstDifference(got, theirs[:min(len(theirs), len(got)+100)]), source)
		}
		theirs = bytes.TrimPrefix(theirs[len(got):], []byte("\n"))
	}
	if len(theirs) != 0 {
		t.Fatalf("libxml2 has more: %.600s", theirs)
	}
	t.Logf("%d documents compared with libxml2", len(sources))
}
