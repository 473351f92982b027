package signbench

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"

	gogost "go.cypherpunks.ru/gogost/v5/gost3410"

	"egissogw/crypto/gost3410"
	"egissogw/crypto/gostbench"
	"egissogw/crypto/signertest"
	"egissogw/crypto/softkey"
)

// largest is the size of a file too large for a slow party that builds trees:
// its results are not checked, and it works once at most.
const largest = 10 << 20

func newBench(t testing.TB) *bench {
	t.Helper()
	id := signertest.NewIdentity(t, gost3410.CryptoProA())
	signer, err := softkey.New(id.Key, id.Certificate)
	if err != nil {
		t.Fatal(err)
	}
	return &bench{
		t: t, identity: id, signer: signer,
		gogost: newGogostParty(t, id, gogost.CurveIdGostR34102001CryptoProAParamSet()),
	}
}

// section is one part of the report.
type section struct {
	title, note string
	comparisons []func() comparison
}

// sections are all parts. Comparisons are made when it is their turn, so that
// the trees of one do not burden the others.
func (b *bench) sections(packages, files []*input) []section {
	over := func(compare func(*input) comparison, inputs ...*input) (list []func() comparison) {
		for _, in := range inputs {
			list = append(list, func() comparison { return compare(in) })
		}
		return list
	}
	onCurves := func(compare func(curve) comparison) (list []func() comparison) {
		for _, c := range curves() {
			list = append(list, func() comparison { return compare(c) })
		}
		return list
	}
	var treeSized, all []*input
	for _, in := range append(packages[:len(packages):len(packages)], files...) {
		all = append(all, in)
		if len(in.wire) < largest {
			treeSized = append(treeSized, in)
		}
	}
	return []section{
		{"Streebog-256", "", over(b.hash, all...)},
		{"Exclusive C14N of a tree in memory", "libxml2 gets the whole document, its fastest way; a received message would be a set of nodes of it.", over(b.canonicalise, treeSized...)},
		{"Received XML: strict parsing, exclusive C14N", "", over(b.parseAndCanonicalise, treeSized...)},
		{"Received XML: strict parsing, exclusive C14N, SMEV transform", "libxml2 has no such transform: its figure is without.", over(b.parseAndTransform, all...)},
		{"Writing the signed element", "Facts alone: what the package costs that turns facts into elements, of each figure below.", over(b.write, all...)},
		{"Writing the signed element and its digest", "goxmldsig has no SMEV transform: ours is lent to it, and counted.", over(b.writeAndDigest, all...)},
		{"Signing a digest", "", onCurves(b.sign)},
		{"Verifying the signature of a digest", "", onCurves(b.verify)},
		{"Whole way of signing: write, digest, SignedInfo, signature, checked with the certificate (not by gogost)", "", over(b.signing, all...)},
		{"Whole way of verifying: parse, SignedInfo, signature, canonicalise, transform, digest", "", over(b.verifying, packages...)},
		{"Detached CMS signature of a file", "", over(b.signFile, files...)},
	}
}

// required makes a test fail where it would be skipped.
type required struct{ testing.TB }

func (r required) Skipf(format string, args ...any) { r.Helper(); r.Fatalf(format, args...) }

// TestReport prints the report of make bench.
func TestReport(t *testing.T) {
	if os.Getenv("EGISSOGW_BENCH") == "" {
		t.Skip("the report takes minutes: make bench")
	}
	start := time.Now()
	b := newBench(t)
	b.engine, b.libxml2, b.openssl = gostbench.Start(required{t}), startLibxml2(t), signertest.OpenSSL(required{t})
	packages := []*input{factsInput(t, "1 fact", 1), factsInput(t, "100 facts", 100), factsInput(t, "1000 facts", 1000)}
	files := []*input{sizedInput(t, "3 MB", 3e6), sizedInput(t, "30 MB", 30e6)}

	fmt.Printf("%s\n", machine(b))
	fmt.Printf("Medians of rounds in turns (A B C, A B C …), with their minimum and maximum. Ratio: their median by ours, above 1 ours is faster; of min: the same of the minima.\n")
	fmt.Printf("The same facts (10.06.S in a signed element) for all; every result was compared with ours first (not the slowest ones of 30 MB).\n")
	for _, in := range append(packages, files...) {
		fmt.Printf("  %-24s normal form %s\n", in.name, size(len(in.normal)))
	}
	out := &table{w: os.Stdout}
	for _, s := range b.sections(packages, files) {
		out.head(s.title, s.note)
		for _, compare := range s.comparisons {
			c := compare()
			out.row(s.title, c, c.measure())
		}
	}
	out.summary()
	fmt.Printf("\nLoad average at the end: %s. Took %.0f s.\n", load(), time.Since(start).Seconds())
}

// TestPartiesAgree does every operation of the report once, on few facts.
func TestPartiesAgree(t *testing.T) {
	b := newBench(t)
	few := []*input{factsInput(t, "4 facts", 4)}
	for _, s := range b.sections(few, few) {
		t.Run(s.title, func(t *testing.T) {
			b.t = t
			for _, compare := range s.comparisons {
				for _, p := range compare().parties {
					if p.run(1) <= 0 {
						t.Errorf("%s takes no time", p.name)
					}
				}
			}
		})
	}
}

// machine describes what the figures come from.
func machine(b *bench) string {
	cpu := "unknown processor"
	info, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(info)) {
		if name, ok := strings.CutPrefix(line, "model name"); ok {
			cpu = strings.TrimSpace(strings.TrimLeft(name, "\t :"))
			break
		}
	}
	openssl, err := exec.Command(b.openssl.Path(), "version").Output()
	b.must(err)
	return fmt.Sprintf("%d × %s, %s, %s, libxml2 %s. Load average %s.",
		runtime.NumCPU(), cpu, runtime.Version(), strings.TrimSpace(string(openssl)), b.libxml2.version(), load())
}

// load is the load average of the last 1, 5 and 15 minutes.
func load() string {
	b, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	return strings.Join(strings.Fields(string(b))[:3], ", ")
}
