package receiver_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"egissogw/adapter/smev/smevtest/internal/samples"
	"egissogw/adapter/smev/smevtest/receiver"
	"egissogw/crypto/signertest"
	"egissogw/crypto/xmlsafe"
)

func TestMain(m *testing.M) { signertest.Main(m) }

var now = time.Date(2023, 2, 1, 7, 0, 5, 0, time.UTC)

const storageRequest = `<request xmlns="urn://egisso-ru/msg/10.10.I/1.0.3"><attachment>true</attachment></request>`

func newReceiver(t *testing.T, options receiver.Options) *receiver.Receiver {
	t.Helper()
	r, err := receiver.New(options)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func parse(t *testing.T, data []byte) *xmlsafe.Element {
	t.Helper()
	doc, err := xmlsafe.Parse(data, xmlsafe.DefaultLimits)
	if err != nil {
		t.Fatal(err)
	}
	return doc.Root
}

// world is a receiver that has accepted the four measures of the samples.
func world(t *testing.T, options receiver.Options) *receiver.Receiver {
	t.Helper()
	r := newReceiver(t, options)
	res := r.Process(parse(t, samples.Read(t, "samples/10.05.I-2.1.0/valid.request.new-four-measures.xml")), nil, now, now)
	for _, rec := range res.Records {
		if !rec.Accepted {
			t.Fatalf("measure %s refused: %v", rec.ID, rec.Codes)
		}
	}
	return r
}

func classifier(t *testing.T) *receiver.Classifier {
	t.Helper()
	c, err := receiver.ReadClassifier(samples.Read(t, "samples/kmsz.xml"),
		samples.Read(t, "samples/10.02.I-1.0.3/valid.response.022-periods.xml"))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func facts(t *testing.T, r *receiver.Receiver, data []byte) receiver.Result {
	t.Helper()
	return r.Process(parse(t, []byte(storageRequest)), [][]byte{data}, now, now)
}

// lint validates protocols with the official schemas.
func lint(t *testing.T, schema string, documents ...string) {
	t.Helper()
	dir := t.TempDir()
	var files []string
	for i, d := range documents {
		if d == "" {
			continue
		}
		f := filepath.Join(dir, string(rune('a'+i))+".xml")
		if err := os.WriteFile(f, []byte(d), 0o600); err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	valid, words := samples.Lint(t, filepath.Join(samples.Dir(t), "schemas/egisso", schema), files...)
	for _, f := range files {
		if !valid[f] {
			t.Errorf("protocol is not valid: %s", words)
		}
	}
}

func TestFactSamples(t *testing.T) {
	cases := []struct {
		file  string
		codes []string // of the only record; nil = accepted without a message
	}{
		{"semantic.data.snils-checksum.xml", []string{"-"}},
		{"semantic.data.unknown-lmsz.xml", []string{"014"}},
		{"semantic.data.dates-outside-lmsz.xml", []string{"019", "019", "019"}},
		{"semantic.data.form-mismatch.xml", []string{"026"}},
		{"semantic.data.needs-criteria.xml", []string{"059", "059"}},
		{"semantic.data.category-of-other-lmsz.xml", []string{"-"}},
		{"semantic.data.finish-before-start.xml", []string{"-"}},
		{"valid.data.one-prescription.xml", nil},
	}
	for _, c := range cases {
		t.Run(c.file, func(t *testing.T) {
			r := world(t, receiver.Options{})
			res := facts(t, r, samples.Read(t, "samples/10.06.S-1.1.0", c.file))
			if len(res.Records) != 1 || res.Refusal != "" {
				t.Fatalf("result = %+v", res)
			}
			if !slices.Equal(res.Records[0].Codes, c.codes) || res.Records[0].Accepted != (c.codes == nil) {
				t.Errorf("accepted %t, codes %v, want %v", res.Records[0].Accepted, res.Records[0].Codes, c.codes)
			}
			lint(t, "10.10.I-1.0.3.xsd", res.Protocol, res.Interim)
			if strings.Contains(res.Protocol, "recordNumSuccess") != (c.codes == nil) {
				t.Error("recordNumSuccess must be absent for 0 and present otherwise")
			}
		})
	}
}

// A fact names the provider who loaded its measure, if that is another one, and no other.
func TestMeasureOfAnotherProvider(t *testing.T) {
	silent := string(samples.Read(t, "samples/10.06.S-1.1.0", "valid.data.one-prescription.xml"))
	named := regexp.MustCompile(`(<(\w+:)?lmszId>[^<]*</(?:\w+:)?lmszId>)`).ReplaceAllString(silent, "$1<${2}lmszProviderCode>0042.000007</${2}lmszProviderCode>")
	for _, c := range []struct {
		other, text string
		accepted    bool
	}{{"", silent, true}, {"", named, false}, {"0042.000007", silent, false}, {"0042.000007", named, true}, {"0042.000008", named, false}} {
		res := facts(t, world(t, receiver.Options{OtherProvider: c.other}), []byte(c.text))
		if len(res.Records) != 1 || res.Records[0].Accepted != c.accepted {
			t.Errorf("measure of %q, named %t: %+v", c.other, c.text == named, res)
		}
	}
}

func TestDatesOutsideMayWarn(t *testing.T) {
	r := world(t, receiver.Options{Rules: map[string]receiver.Severity{"019": receiver.Warning}})
	res := facts(t, r, samples.Read(t, "samples/10.06.S-1.1.0/semantic.data.dates-outside-lmsz.xml"))
	if !res.Records[0].Accepted || len(res.Records[0].Codes) != 3 {
		t.Errorf("record = %+v", res.Records[0])
	}
	lint(t, "10.10.I-1.0.3.xsd", res.Protocol)
}

func TestMeasureSamples(t *testing.T) {
	cases := []struct {
		file       string
		classifier bool
		codes      []string
		accepted   bool
	}{
		{"semantic.request.unknown-codes.xml", true,
			[]string{"001", "002", "003", "004", "005", "006", "008", "015", "016", "018", "022"}, false},
		{"semantic.request.unknown-codes.xml", false, []string{"015", "016", "022"}, false},
		{"semantic.request.rule-not-in-kmsz.xml", true, []string{"018"}, true},
		{"semantic.request.rule-not-in-kmsz.xml", false, nil, true},
	}
	for _, c := range cases {
		t.Run(c.file, func(t *testing.T) {
			var options receiver.Options
			if c.classifier {
				options.Classifier = classifier(t)
			}
			r := newReceiver(t, options)
			res := r.Process(parse(t, samples.Read(t, "samples/10.05.I-2.1.0", c.file)), nil, now, now)
			got := slices.Clone(res.Records[0].Codes)
			slices.Sort(got)
			if !slices.Equal(got, c.codes) || res.Records[0].Accepted != c.accepted {
				t.Errorf("accepted %t, codes %v, want %v", res.Records[0].Accepted, got, c.codes)
			}
			lint(t, "10.05.I-2.1.0.xsd", res.Protocol, res.Interim)
		})
	}
}

func TestMeasureLife(t *testing.T) {
	r := world(t, receiver.Options{Classifier: classifier(t)})
	read := func(file string) receiver.Result {
		return r.Process(parse(t, samples.Read(t, "samples/10.05.I-2.1.0", file)), nil, now, now)
	}
	if res := read("valid.request.new-four-measures.xml"); res.Records[0].Accepted {
		t.Error("the same measures were accepted a second time")
	} else {
		lint(t, "10.05.I-2.1.0.xsd", res.Protocol)
	}
	if res := read("valid.request.modification.xml"); !res.Records[0].Accepted {
		t.Errorf("modification refused: %v", res.Records[0].Codes)
	}
	if res := read("valid.request.modification.xml"); res.Records[0].Accepted {
		t.Error("a version that is already replaced was replaced again")
	}
	if res := read("valid.request.invalidation.xml"); !res.Records[0].Accepted {
		t.Errorf("invalidation refused: %v", res.Records[0].Codes)
	}
	if res := read("valid.request.invalidation.xml"); res.Records[0].Accepted {
		t.Error("a removed measure was removed again")
	}
}

func TestEventsOnFacts(t *testing.T) {
	r := world(t, receiver.Options{})
	events := samples.Read(t, "samples/10.06.S-1.1.0/valid.data.all-events.xml")
	for _, rec := range facts(t, r, events).Records {
		if rec.Accepted {
			t.Errorf("%s on an unknown fact was accepted", rec.Kind)
		}
	}
	loaded := facts(t, r, samples.Read(t, "samples/10.06.S-1.1.0/valid.data.four-facts.xml"))
	for _, rec := range loaded.Records {
		if !rec.Accepted {
			t.Fatalf("fact %s refused: %v", rec.ID, rec.Codes)
		}
	}
	res := facts(t, r, events)
	accepted := map[string]bool{}
	for _, rec := range res.Records {
		if rec.Accepted {
			accepted[rec.Kind] = true
		}
	}
	for _, kind := range []string{"alterationBasedOnRecalculation", "alterationBasedOnPreviousErrors"} {
		if !accepted[kind] {
			t.Errorf("%s on a known fact was refused", kind)
		}
	}
	lint(t, "10.10.I-1.0.3.xsd", res.Protocol)
	if again := facts(t, r, events); slices.ContainsFunc(again.Records, func(rec ledgerRecord) bool { return rec.Accepted }) {
		t.Error("events were accepted a second time")
	}
	remove := strings.NewReplacer("duplicatesInvalidation", "errorsInvalidation",
		"10060000-0000-4000-9000-000000000010", "10060000-0000-4000-9000-000000000001")
	_, tail, _ := strings.Cut(string(events), "<p:duplicatesInvalidation>")
	head, _, _ := strings.Cut(string(events), "<p:alterationBasedOnRecalculation>")
	only := head + "<p:duplicatesInvalidation>" + tail
	if got := facts(t, r, []byte(remove.Replace(only))); !got.Records[0].Accepted {
		t.Errorf("removal refused: %s", got.Protocol)
	}
	if got := facts(t, r, []byte(strings.ReplaceAll(remove.Replace(only), "000000000109", "000000000999"))); got.Records[0].Accepted {
		t.Error("a removed fact was removed again")
	}
}

func TestRefusedWhole(t *testing.T) {
	good := samples.Read(t, "samples/10.06.S-1.1.0/valid.data.one-prescription.xml")
	empty := `<data xmlns="urn://egisso-ru/msg/10.06.S/1.1.0"><package xmlns="urn://egisso-ru/types/package-RAF/1.1.0"><packageId>10060000-0000-4000-8000-000000000001</packageId><elements/></package></data>`
	cases := []struct {
		name  string
		files [][]byte
		want  string
	}{
		{"no file", nil, "не найден"},
		{"two files", [][]byte{good, good}, "ровно один"},
		{"not XML", [][]byte{[]byte("PK...")}, "не является корректным"},
		{"another kind", [][]byte{[]byte(storageRequest)}, "не соответствует схеме"},
		{"breaks the schema", [][]byte{samples.Read(t, "samples/10.06.S-1.1.0/invalid.data.two-forms.xml")}, "не соответствует схеме"},
		{"no elements", [][]byte{[]byte(empty)}, "не содержит"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			res := world(t, receiver.Options{}).Process(parse(t, []byte(storageRequest)), c.files, now, now)
			if !strings.Contains(res.Refusal, c.want) || len(res.Records) != 0 {
				t.Errorf("refusal = %q", res.Refusal)
			}
			lint(t, "10.10.I-1.0.3.xsd", res.Protocol)
		})
	}
}

func TestRestoredRegistersAreTheSame(t *testing.T) {
	r := world(t, receiver.Options{})
	first := facts(t, r, samples.Read(t, "samples/10.06.S-1.1.0/valid.data.four-facts.xml"))
	measures := newReceiver(t, receiver.Options{}).Process(
		parse(t, samples.Read(t, "samples/10.05.I-2.1.0/valid.request.new-four-measures.xml")), nil, now, now)
	again := newReceiver(t, receiver.Options{})
	for _, rec := range append(measures.Records, first.Records...) {
		again.Restore(rec)
	}
	events := samples.Read(t, "samples/10.06.S-1.1.0/valid.data.all-events.xml")
	if a, b := facts(t, r, events).Protocol, facts(t, again, events).Protocol; a != b {
		t.Errorf("protocols differ after a restart:\n%s\n%s", a, b)
	}
}
