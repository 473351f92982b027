package wire_test

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/egissotest"
	"egissogw/adapter/egisso/wire"
	"egissogw/crypto/signertest"
	"egissogw/crypto/xmlsafe"
)

// mutants are documents with one thing wrong, or at least different: an element
// removed, repeated or moved, a value replaced; of what is on one path only the first and the
// second (values: the first), unless EGISSO_RANDOM_PACKAGES asks for more of everything.
func mutants(t *testing.T, document string) map[string]string {
	t.Helper()
	doc, err := xmlsafe.Parse([]byte(document), xmlsafe.DefaultLimits)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	values := []string{"", "x", " ", "0", "-1", "1.005", "1e5", "12", "true", "2023-02-30", "2023-01-10+03:00", "2023-01-10T10:00:00.5+03:00",
		strings.Repeat("я", 101), strings.Repeat("я", 2001), "ffffffff-0000-4000-8000-00000000000", "а@example.org"}
	all, seen := os.Getenv("EGISSO_RANDOM_PACKAGES") != "", map[string]int{}
	doc.Root.Walk(func(e *xmlsafe.Element) bool {
		seen[e.Path()]++
		if e == doc.Root || !all && seen[e.Path()] > 2 {
			return true
		}
		before, self, after := document[:e.Start], document[e.Start:e.End], document[e.End:]
		name := fmt.Sprintf("%s@%d", e.Path(), e.Start)
		out[name+" removed"] = before + after
		out[name+" repeated"] = before + self + self + after
		if i := strings.Index(after, "<"); i >= 0 && !strings.HasPrefix(after[i:], "</") {
			next := doc.Root
			doc.Root.Walk(func(n *xmlsafe.Element) bool {
				if n.Start == e.End+i {
					next = n
				}
				return true
			})
			out[name+" after its neighbour"] = before + document[next.Start:next.End] + self + document[next.End:]
		}
		if len(e.Elements()) == 0 && strings.Contains(self, "</") && (all || seen[e.Path()] == 1) {
			from, to := strings.Index(self, ">")+1, strings.LastIndex(self, "</")
			for _, v := range values {
				out[fmt.Sprintf("%s = %.20q", name, v)] = before + self[:from] + v + self[to:] + after
			}
			out[name+" with an attribute"] = before + self[:from-1] + ` a="1"` + self[from-1:] + after
			out[name+" with an element"] = before + self[:from] + "<x/>" + self[to:] + after
		}
		return true
	})
	return out
}

// TestNothingTheSchemaRefusesPasses: whatever the official schema refuses, a
// reader, a check that no policy can turn off, or Strict refuses too. Being
// stricter than the schema is fine and counted.
func TestNothingTheSchemaRefusesPasses(t *testing.T) {
	for _, path := range []string{
		"10.01.O-1.0.3/", "10.02.I-1.0.3/valid.request.010-kmsz.xml", "10.02.I-1.0.3/valid.response.022-periods.xml",
		"10.02.I-1.0.3/valid.response.023-measures.xml", "10.03.O-1.0.1/valid.request.v8-active-v7-archive.xml",
		"10.05.I-1.0.7/official.request.xml", "10.05.I-2.1.0/", "10.06.S-1.0.7/official.data.xml", "10.06.S-1.1.0/valid.data.one-prescription.xml",
		"10.06.S-1.1.0/valid.data.all-events.xml", "10.06.S-1.0.7/valid.data.all-events.xml", "10.07.I-1.0.6/valid.request.legal-and-entrepreneur.xml",
		"10.10.I-1.0.3/valid.request.xml", "10.10.I-1.0.4/official.request.xml", "10.11.I-1.0.3/valid.request.insertion.xml",
		"10.11.I-1.0.3/valid.request.modification.xml", "10.11.I-1.0.3/valid.response.accepted.xml", "10.15.I-1.0.4/valid.request.modification.xml",
		"10.15.I-1.0.3/valid.request.invalidation.xml",
		"10.05.I-2.1.0/valid.response.rejected-codes.xml", "10.10.I-1.0.3/valid.response.partial.xml", "10.10.I-1.0.3/valid.response.message-error.xml",
		"10.15.I-1.0.4/valid.response.point-not-found.xml", "10.07.I-1.0.6/valid.response.partial.xml",
	} {
		folder, name, _ := strings.Cut(path, "/")
		t.Run(path, func(t *testing.T) {
			signertest.Shared(t)
			document := ""
			switch {
			case name != "":
				document = string(egissotest.ReadSample(t, folder, name))
			case folder == "10.01.O-1.0.3":
				// The sample's classifier has hundreds of equal elements: a small one will do.
				var w egissotest.TextWriter
				wire.WritePublication(&w, &egisso.Publication{KMSZ: smallKMSZ(), Changes: []egisso.Change{{Facet: egisso.FacetMSZ, Code: "0808", Type: egisso.ChangeNew, Old: "", New: ""}, {Facet: egisso.FacetRules, Code: "0808.02010000.01.0100.02.030101", Type: egisso.ChangeRemoved, Old: "", New: ""}}})
				document = w.String()
			default:
				m := egissotest.MoneyMeasure()
				m.PreviousID, m.FRGUCode, m.FamilySign, m.InheritFacts, m.BasisPersonLiving = egissotest.MeasureID("777"), "1234567890", 1, egissotest.Flag(true), new(1)
				m.Steps = []egisso.Step{{Number: 1, Heading: "Шаг", Description: "Описание"}}
				document = string(egissotest.Written(t, &egisso.Package{ID: egissotest.FactID("aaa"), Register: egisso.RegisterMeasure, Elements: []egisso.Element{&m,
					&egisso.LocalMeasureInvalidation{ID: egissotest.FactID("bbb"), LocalMeasureID: egissotest.MeasureID("0f1")}}}))
			}
			compareWithSchema(t, folder, mutants(t, document))
		})
	}
}

// smallKMSZ has at most two of everything and short texts.
func smallKMSZ() *egisso.KMSZ {
	k := egissotest.NewRandom(3, nil).KMSZ()
	short := func(text *string) { *text = string([]rune(*text)[:min(10, len([]rune(*text)))]) }
	short(&k.Document)
	short(&k.Note)
	for facet, positions := range k.Facets {
		k.Facets[facet] = positions[:min(2, len(positions))]
		for i := range k.Facets[facet] {
			short(&k.Facets[facet][i].Name)
		}
	}
	k.Rules = k.Rules[:min(2, len(k.Rules))]
	for _, rule := range k.Rules {
		for i := range rule.Reasons {
			reason := &rule.Reasons[i]
			short(&reason.Number)
			short(&reason.Title)
			short(&reason.Authority)
		}
	}
	return k
}

func compareWithSchema(t *testing.T, folder string, documents map[string]string) {
	t.Helper()
	names := slices.Sorted(maps.Keys(documents))
	var texts [][]byte
	for _, name := range names {
		texts = append(texts, []byte(documents[name]))
	}
	refused, stricter := 0, 0
	for i, problem := range egissotest.SchemaProblems(t, folder+".xsd", texts) {
		ours := refusal(t, texts[i])
		switch {
		case problem != "" && ours == "":
			t.Errorf("the schema refuses it, we do not: %s: %s", names[i], problem)
		case problem != "":
			refused++
		case ours != "":
			stricter++
		}
	}
	t.Logf("%d documents: %d refused as the schema does, %d more refused by us, %d fine", len(names), refused, stricter, len(names)-refused-stricter)
	if refused == 0 {
		t.Error("nothing was compared")
	}
}

// refusal says why a document is refused, "" if it is not.
func refusal(t *testing.T, document []byte) string {
	r, err := readSampleDocument(t, document)
	switch {
	case err != nil:
		return err.Error()
	case r.strict != nil:
		return r.strict.Error()
	}
	for _, f := range r.findings {
		// A content that is too long is cut before it is written.
		if f.Schema || f.Code == "L-LEN" {
			return f.String()
		}
	}
	if r.pack != nil {
		if err := wire.Validate(r.pack, r.pack.Register.Version()); err != nil {
			return err.Error()
		}
	}
	return ""
}
