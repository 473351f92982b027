package xmldsig_test

import (
	"bytes"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"

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

// TestRandomDocuments holds the paths through the package against each other.
func TestRandomDocuments(t *testing.T) {
	const cases = 3000
	for n := range cases {
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
	const cases = 1500
	for n := range cases {
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
	xmllint, err := exec.LookPath("xmllint")
	if err != nil {
		t.Skip("xmllint is not installed")
	}
	const cases = 250
	var sources []string
	for n := range cases {
		docs := documents{Rand: seeded(1_000_000 + n), unqualified: true, rawSpace: true}
		sources = append(sources, string(docs.document()))
	}
	files, err := filepath.Glob(filepath.Join(sharedDir(t), "spec/smev3-vectors/messages/*.xml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		sources = append(sources, string(readFile(t, name)))
	}
	for n, source := range sources {
		cmd := exec.Command(xmllint, "--exc-c14n", "--nonet", "-")
		cmd.Stdin = strings.NewReader(source)
		var out, problems bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &problems
		if err := cmd.Run(); err != nil {
			t.Fatalf("case %d: xmllint: %v\n%s\n%s", n, err, problems.Bytes(), source)
		}
		got := canonical(t, parseRoot(t, []byte(source)))
		if want := bytes.TrimSuffix(out.Bytes(), []byte("\n")); !bytes.Equal(got, want) {
			t.Fatalf("case %d: libxml2 differs: %s\n%.600s", n, firstDifference(got, want), source)
		}
	}
	t.Logf("%d documents compared with libxml2", len(sources))
}
