package receiver_test

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"egissogw/adapter/smev/smevtest/internal/samples"
	"egissogw/adapter/smev/smevtest/ledger"
	"egissogw/adapter/smev/smevtest/receiver"
	"egissogw/crypto/signertest"
	"egissogw/crypto/xmlsafe"
)

type ledgerRecord = ledger.Record

// accepts asks the receiver's own schemas about a document.
func accepts(t *testing.T, data []byte) bool {
	t.Helper()
	doc, err := xmlsafe.Parse(data, xmlsafe.DefaultLimits)
	if err != nil {
		return false
	}
	r := newReceiver(t, receiver.Options{})
	if doc.Root.Space == receiver.NamespaceFacts {
		res := r.Process(parse(t, []byte(storageRequest)), [][]byte{data}, now, now)
		return !strings.Contains(res.Refusal, "не соответствует схеме")
	}
	return r.CheckContent(doc.Root) == nil
}

// Our schemas judge every sample as the official ones do.
func TestSchemasAgreeOnSamples(t *testing.T) {
	for dir, schema := range map[string]string{
		"10.02.I-1.0.3": "10.02.I-1.0.3.xsd",
		"10.05.I-2.1.0": "10.05.I-2.1.0.xsd",
		"10.06.S-1.1.0": "10.06.S-1.1.0.xsd",
		"10.10.I-1.0.3": "10.10.I-1.0.3.xsd",
		"10.07.I-1.0.6": "10.07.I-1.0.6.xsd",
		"10.11.I-1.0.3": "10.11.I-1.0.3.xsd",
		"10.15.I-1.0.3": "10.15.I-1.0.3.xsd",
		"10.15.I-1.0.4": "10.15.I-1.0.4.xsd",
	} {
		files, err := filepath.Glob(filepath.Join(samples.Dir(t), "samples", dir, "*.xml"))
		if err != nil {
			t.Fatal(err)
		}
		valid, _ := samples.Lint(t, filepath.Join(samples.Dir(t), "schemas/egisso", schema), files...)
		for _, f := range files {
			if strings.Contains(filepath.Base(f), "response") {
				continue // answers are written here, not read
			}
			data, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			if got := accepts(t, data); got != valid[f] {
				t.Errorf("%s: our schema says %t, xmllint says %t", filepath.Base(f), got, valid[f])
			}
		}
	}
}

// texts replace the values of elements.
var texts = []string{"", " ", "0", "1", "2", "-1", "true", "01", "001", "0001", "12345678", "1.5", "10,50", "1000.555",
	"2023-01-31", "2023-02-30", "2023-01-31+03:00", "2023-02-01T10:00:00+03:00", "2023-02-01T10:00:00.5+03:00",
	"Иванов", "Ivanov", "Ёлкин-Палкин", "№ 5 (а)", strings.Repeat("я", 201), strings.Repeat("я", 2001),
	"0042.000001", "OI42.000001", "10060000-0000-4000-8000-00000000000A", "Male", "+5", " 7 "}

// Our schemas judge damaged documents as the official ones do.
func TestSchemasAgreeOnMutations(t *testing.T) {
	const each = 150
	rng := rand.New(rand.NewPCG(1, 2))
	for _, c := range []struct{ file, schema string }{
		{"10.05.I-2.1.0/valid.request.modification.xml", "10.05.I-2.1.0.xsd"},
		{"10.05.I-2.1.0/valid.request.new-four-measures.xml", "10.05.I-2.1.0.xsd"},
		{"10.06.S-1.1.0/valid.data.all-events.xml", "10.06.S-1.1.0.xsd"},
		{"10.06.S-1.1.0/valid.data.four-facts.xml", "10.06.S-1.1.0.xsd"},
		{"10.06.S-1.1.0/valid.data.service-form.xml", "10.06.S-1.1.0.xsd"},
		{"10.07.I-1.0.6/valid.request.legal-and-entrepreneur.xml", "10.07.I-1.0.6.xsd"},
		{"10.11.I-1.0.3/valid.request.insertion.xml", "10.11.I-1.0.3.xsd"},
		{"10.11.I-1.0.3/valid.request.modification.xml", "10.11.I-1.0.3.xsd"},
		{"10.15.I-1.0.4/valid.request.new-point.xml", "10.15.I-1.0.4.xsd"},
		{"10.15.I-1.0.4/valid.request.invalidation.xml", "10.15.I-1.0.4.xsd"},
	} {
		source := samples.Read(t, "samples", c.file)
		var documents [][]byte
		for range each {
			documents = append(documents, samples.Mutate(t, rng, source, texts))
		}
		refused := 0
		for i, problem := range signertest.SchemaProblems(t, filepath.Join(samples.Dir(t), "schemas/egisso", c.schema), documents) {
			if problem != "" {
				refused++
			}
			if got := accepts(t, documents[i]); got != (problem == "") {
				t.Errorf("%s: our schema says %t, xmllint says %q:\n%s", c.file, got, problem, documents[i])
			}
		}
		if refused == 0 || refused == each {
			t.Errorf("%s: %d of %d mutations refused, the test says nothing", c.file, refused, each)
		}
	}
}
