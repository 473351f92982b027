package wire_test

import (
	"errors"
	"path/filepath"
	"regexp"
	"slices"
	"sort"
	"strings"
	"testing"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/check"
	"egissogw/adapter/egisso/egissotest"
	"egissogw/adapter/egisso/wire"
	"egissogw/crypto/signertest"
)

// Folders of samples that single tests name.
const (
	measureSamples = "10.05.I-2.1.0"
	factSamples    = "10.06.S-1.1.0"
	storageSamples = "10.10.I-1.0.3"
)

// eachSample visits every sample there is: folder and name.
func eachSample(t *testing.T, prefix string, visit func(t *testing.T, folder, name string)) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(signertest.Shared(t, "samples"), "*", prefix+"*.xml"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no samples %s*: %v", prefix, err)
	}
	sort.Strings(paths)
	for _, p := range paths {
		folder, name := filepath.Base(filepath.Dir(p)), filepath.Base(p)
		t.Run(folder+"/"+name, func(t *testing.T) { visit(t, folder, name) })
	}
}

// Findings of the valid and official samples: some break a rule on purpose, and
// invented numbers have no control digits.
var validFindings = map[string]string{
	"10.05.I-1.0.7/official.request.xml":                     "018(W)",
	"10.06.S-1.0.7/official.data.xml":                        "014 L-OSZ",
	"10.06.S-1.0.7/valid.data.service-form.xml":              "026",
	"10.06.S-1.1.0/valid.data.service-form.xml":              "026",
	"10.06.S-1.1.0/valid.data.osz-code-letters.xml":          "L-OSZ",
	"10.07.I-1.0.6/official.request.xml":                     "L-INN(W)",
	"10.07.I-1.0.6/valid.request.legal-and-entrepreneur.xml": "L-INN(W) L-INN(W) L-INN(W) L-INN(W)",
	"10.07.I-1.0.6/valid.request.modification.xml":           "L-INN(W) L-INN(W)",
	"10.11.I-1.0.3/valid.request.insertion.xml":              "L-INN(W)",
	"10.15.I-1.0.3/official.request.xml":                     "L-OSZ L-OSZ",
}

// TestValidSamplesAreReproduced: what is valid is read and written again as the
// same document.
func TestValidSamplesAreReproduced(t *testing.T) {
	visit := func(t *testing.T, folder, name string) {
		content := egissotest.ReadSample(t, folder, name)
		r, err := readSampleDocument(t, content)
		if err != nil {
			t.Fatal(err)
		}
		if r.strict != nil {
			t.Errorf("departs from its schema: %v", r.strict)
		}
		got, want := strings.Join(egissotest.Codes(r.findings), " "), validFindings[folder+"/"+name]
		if got != want {
			t.Errorf("findings %q, want %q\n%v", got, want, r.findings)
		}
		how := "read"
		if r.pack != nil && r.written == nil {
			v, err := egisso.FindVersion(strings.SplitN(folder, "-", 2)[0], strings.SplitN(folder, "-", 2)[1])
			if err != nil {
				t.Fatal(err)
			}
			r.written = egissotest.WrittenAs(t, r.pack, v)
		}
		if r.written != nil {
			how = "reproduced"
			egissotest.SameDocument(t, r.written, plainValues(content))
		}
		t.Logf("%-14s %-48s %-10s %s %s", folder, name, how, r.what, got)
	}
	eachSample(t, "valid.", visit)
	eachSample(t, "official.", visit)
	r, err := readSampleDocument(t, egissotest.ReadSample(t, "kmsz.xml"))
	if err != nil {
		t.Fatal(err)
	}
	egissotest.SameDocument(t, r.written, egissotest.ReadSample(t, "kmsz.xml"))
}

var (
	zonedDate  = regexp.MustCompile(`>([0-9]{4}-[0-9]{2}-[0-9]{2})[+-][0-9]{2}:[0-9]{2}<`)
	commaMoney = regexp.MustCompile(`>([0-9]+),([0-9]{2})<`)
)

// plainValues rewrites values of official samples as we write them: dates
// without a zone, money with a dot.
func plainValues(document []byte) []byte {
	document = zonedDate.ReplaceAll(document, []byte(">$1<"))
	return commaMoney.ReplaceAll(document, []byte(">$1.$2<"))
}

// TestValidPackagesFromGoValues: the packages of the samples are written from
// values made by hand, and read back as the same values.
func TestValidPackagesFromGoValues(t *testing.T) {
	for _, v := range egisso.Versions() {
		if v.Register == "" {
			continue
		}
		packages := egissotest.Packages(v)
		for _, name := range egissotest.SampleNames(t, egissotest.SampleFolder(v), "valid."+v.Root) {
			t.Run(egissotest.SampleFolder(v)+"/"+name, func(t *testing.T) {
				p := packages[name]
				if p == nil {
					t.Fatal("sample has no Go value: add it to Packages of egissotest")
				}
				sample := egissotest.ReadSample(t, egissotest.SampleFolder(v), name)
				egissotest.SameDocument(t, egissotest.WrittenAs(t, p, v), sample)
				got, version, err := wire.ReadPackage(sample)
				if err != nil {
					t.Fatal(err)
				}
				if version != v {
					t.Errorf("read as %s, want %s", version, v)
				}
				if got, want := egissotest.JSON(t, got), egissotest.JSON(t, p); got != want {
					t.Errorf("read from the sample\n got %s\nwant %s", got, want)
				}
			})
		}
	}
}

// checkPackage runs every check on the records of a package as they are
// checked before sending, against the world's measures.
func checkPackage(c check.Checker, p *egisso.Package) (all []egisso.Finding) {
	for _, e := range p.Elements {
		switch e := e.(type) {
		case *egisso.LocalMeasure:
			all = append(all, c.Measure(*e)...)
		case *egisso.Fact:
			all = append(all, c.Fact(*e, egissotest.MeasureOf(*e))...)
		case *egisso.FactAlteration:
			all = append(all, c.Fact(e.Fact, egissotest.MeasureOf(e.Fact))...)
		case *egisso.Organization:
			all = append(all, c.Organization(*e)...)
		case *egisso.PresencePoint:
			all = append(all, c.Point(*e)...)
		case *egisso.Application:
			all = append(all, c.Application(*e)...)
		}
	}
	return all
}

// TestInvalidSamplesAreRefused: every sample that fails the XSD is refused, as a
// document, by a finding no policy lets out, or as an answer that departs from
// its schema; with the code that fits best.
func TestInvalidSamplesAreRefused(t *testing.T) {
	want := map[string]string{
		"invalid.request.no-modifications.xml":       "reader L-XSD",
		"invalid.request.code-011.xml":               "reader L-XSD",
		"invalid.request.three-versions.xml":         "reader L-XSD",
		"invalid.request.attachment-false.xml":       "reader L-XSD",
		"invalid.request.date-with-zone.xml":         "reader L-XSD",
		"invalid.request.timestamp-fraction.xml":     "reader L-XSD",
		"invalid.request.no-category.xml":            "reader L-XSD",
		"invalid.request.no-presence-point.xml":      "reader L-XSD",
		"invalid.request.spelling-previousID.xml":    "reader L-XSD",
		"invalid.request.no-territories.xml":         "reader L-XSD",
		"invalid.request.invalidation-first.xml":     "reader L-XSD",
		"invalid.request.no-coordinates.xml":         "reader L-XSD",
		"invalid.request.quota-zero.xml":             "check L-XSD",
		"invalid.request.inn-12-for-legal.xml":       "check L-XSD",
		"invalid.request.kpp-8-digits.xml":           "check L-XSD",
		"invalid.request.kbk-19-chars.xml":           "check 022",
		"invalid.data.event-before-fact.xml":         "reader L-XSD",
		"invalid.data.recipient-refusal-unknown.xml": "reader L-XSD",
		"invalid.data.latin-surname.xml":             "check L-NAME",
		"invalid.data.money-one-decimal.xml":         "reader L-AMT",
		"invalid.data.no-equivalent-amount.xml":      "reader L-AMT",
		"invalid.data.no-fact-uuid.xml":              "reader L-XSD",
		"invalid.data.osz-code-letters.xml":          "check L-OSZ",
		"invalid.data.service-okei-lowercase.xml":    "reader L-FORM",
		"invalid.data.snils-with-dashes.xml":         "check L-SNILS",
		"invalid.data.two-forms.xml":                 "reader L-FORM",
		"invalid.response.success-zero.xml":          "strict",
		"invalid.response.rule-code-letters.xml":     "strict",
		"invalid.response.attachment-missing.xml":    "answer",
		"invalid.response.result-3.xml":              "answer",
	}
	eachSample(t, "invalid.", func(t *testing.T, folder, name string) {
		r, err := readSampleDocument(t, egissotest.ReadSample(t, folder, name))
		got, why := "", any(err)
		var format *wire.FormatError
		switch {
		case errors.As(err, &format):
			got = "reader " + format.Finding.Code
		case err != nil:
			got = "answer"
		case r.strict != nil:
			got, why = "strict", r.strict
		default:
			for _, f := range r.findings {
				if f.Schema {
					got, why = "check "+f.Code, f
				}
			}
		}
		t.Logf("%-14s %-46s %-15s %v", folder, name, got, why)
		if got == "" || got != want[name] {
			t.Errorf("refused by %q, want %q", got, want[name])
		}
	})
}

// TestSemanticSamplesGiveTheExpectedFindings: adapter/egisso/SPEC.md#local-checks, exactly.
func TestSemanticSamplesGiveTheExpectedFindings(t *testing.T) {
	want := map[string]string{
		"semantic.request.unknown-codes.xml":       "001 002 003 004 005 006 008 015 016 018 022(W)",
		"semantic.request.rule-not-in-kmsz.xml":    "018(W)",
		"semantic.data.snils-checksum.xml":         "L-SNILS",
		"semantic.data.unknown-lmsz.xml":           "014",
		"semantic.data.dates-outside-lmsz.xml":     "019(W) 019(W) 019(W)",
		"semantic.data.form-mismatch.xml":          "026",
		"semantic.data.needs-criteria.xml":         "059 059",
		"semantic.data.category-of-other-lmsz.xml": "L-CAT",
		"semantic.data.finish-before-start.xml":    "L-ORDER",
	}
	eachSample(t, "semantic.", func(t *testing.T, folder, name string) {
		r, err := readSampleDocument(t, egissotest.ReadSample(t, folder, name))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range r.findings {
			t.Logf("%-14s %-42s %s", folder, name, f)
		}
		if got := strings.Join(egissotest.Codes(r.findings), " "); got != want[name] || want[name] == "" {
			t.Errorf("findings %q, want %q", got, want[name])
		}
	})
}

// TestRuleNotInClassifierNamesTheCode: the text an operator looks the code up by.
func TestRuleNotInClassifierNamesTheCode(t *testing.T) {
	r, err := readSampleDocument(t, egissotest.ReadSample(t, measureSamples, "semantic.request.rule-not-in-kmsz.xml"))
	if err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(r.findings, func(f egisso.Finding) bool { return strings.Contains(f.Text, "0808.05020000.01.0100.02.030101") }) {
		t.Errorf("findings %v", r.findings)
	}
}
