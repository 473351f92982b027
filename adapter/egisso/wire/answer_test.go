package wire_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/egissotest"
	"egissogw/adapter/egisso/lifecycle"
	"egissogw/adapter/egisso/wire"
)

func TestReadAnswerTellsKindsApart(t *testing.T) {
	for path, want := range map[string]string{
		"10.05.I-1.0.7/valid.response.all-accepted.xml":    "10.05.I 1.0.7 protocol 1.0.4",
		"10.05.I-2.1.0/valid.response.all-accepted.xml":    "10.05.I 2.1.0 protocol 2.3.0",
		"10.07.I-1.0.6/valid.response.partial.xml":         "10.07.I 1.0.6 protocol 1.0.4",
		"10.10.I-1.0.3/valid.response.partial.xml":         "10.10.I 1.0.3 protocol 1.0.3",
		"10.10.I-1.0.4/valid.response.xml":                 "10.10.I 1.0.4 protocol in a file",
		"10.15.I-1.0.3/official.response.partial.xml":      "10.15.I 1.0.3 protocol 1.0.4",
		"10.15.I-1.0.4/valid.response.point-not-found.xml": "10.15.I 1.0.4 protocol 1.0.5",
		"10.11.I-1.0.3/valid.response.accepted.xml":        "10.11.I 1.0.3 application",
		"10.02.I-1.0.3/valid.response.023-measures.xml":    "10.02.I 1.0.3 classifier 023",
		"kmsz.xml": "10.02.I 1.0.3 classifier 010",
	} {
		a, err := wire.ReadAnswer(egissotest.ReadSample(t, strings.Split(path, "/")...))
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		got := a.Code + " " + a.Version
		switch {
		case a.Application != nil:
			got += " application"
		case a.Classifier != nil:
			got += " classifier " + a.Classifier.Code
		case a.Protocol.Attached:
			got += " protocol in a file"
		default:
			got += " protocol " + a.Protocol.Version
		}
		if got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
}

// TestBareProtocolOfEveryVersion: a file with a protocol (10.10.I 1.0.4, or
// taken from the provider's cabinet) holds a response of any kind or the bare
// protocol.
func TestBareProtocolOfEveryVersion(t *testing.T) {
	for _, folder := range []string{"10.05.I-1.0.7", "10.05.I-2.1.0", "10.10.I-1.0.3", "10.15.I-1.0.4"} {
		for _, name := range egissotest.SampleNames(t, folder, "valid.response.") {
			sample := string(egissotest.ReadSample(t, folder, name))
			// The namespaces are declared on the response: move them inside.
			root := sample[strings.Index(sample, "<response"):]
			declarations := strings.TrimPrefix(root[:strings.Index(root, ">")], "<response")
			inner := root[strings.Index(root, "<pr:protocol"):strings.LastIndex(root, "</response>")]
			bare := strings.Replace(inner, "<pr:protocol", "<pr:protocol"+declarations, 1)
			want, err := wire.ReadProtocol([]byte(sample))
			if err != nil {
				t.Fatal(err)
			}
			got, err := wire.ReadAnswer([]byte(bare))
			if err != nil {
				t.Fatalf("%s/%s: %v", folder, name, err)
			}
			if describe(got.Protocol) != describe(want) || got.Protocol.Version != want.Version || got.Code != "" || got.Protocol.Strict() != nil {
				t.Errorf("%s/%s: bare it says %s", folder, name, describe(got.Protocol))
			}
		}
	}
}

// TestProtocolNamesOfAnotherVersion: understood, and told.
func TestProtocolNamesOfAnotherVersion(t *testing.T) {
	sample := string(egissotest.ReadSample(t, storageSamples, "valid.response.partial.xml"))
	for _, c := range []struct{ old, new, want string }{
		{"packageID>", "packageId>", "имя записано не так"},
		{"recID>", "recId>", "имя записано не так"},
		{"package-result/1.0.2", "package-result/1.0.4", "пространство имён не то"},
		{"record-result/1.0.3", "record-result/2.3.0", "пространство имён не то"},
	} {
		p, err := wire.ReadProtocol([]byte(strings.ReplaceAll(sample, c.old, c.new)))
		if err != nil {
			t.Fatal(err)
		}
		if describe(p) != describe(mustProtocol(t, sample)) || p.Strict() == nil || !strings.Contains(p.Strict().Error(), c.want) {
			t.Errorf("%s: %v", c.new, p.Strict())
		}
	}
	// An unknown version has no schema to depart from.
	p := mustProtocol(t, strings.ReplaceAll(sample, "package-protocol/1.0.3", "package-protocol/9.0.0"))
	if p.Version != "" || p.Strict() != nil {
		t.Errorf("version %q, %v", p.Version, p.Strict())
	}
	long := strings.Replace(string(egissotest.ReadSample(t, storageSamples, "valid.response.message-error.xml")), "Файл", strings.Repeat("Ф", 201), 1)
	if p := mustProtocol(t, long); p.Strict() == nil {
		t.Error("a message of more than 200 characters fits protocol 1.0.3")
	}
}

func mustProtocol(t *testing.T, document string) *egisso.Protocol {
	t.Helper()
	p, err := wire.ReadProtocol([]byte(document))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

const (
	acceptedApplication = "10110000-0000-4000-8000-000000000001"
	rejectedApplication = "10110000-0000-4000-8000-000000000002"
)

func TestApplicationAnswers(t *testing.T) {
	accepted, err := wire.ReadApplicationAnswer(egissotest.ReadSample(t, "10.11.I-1.0.3", "valid.response.accepted.xml"))
	if err != nil {
		t.Fatal(err)
	}
	if accepted.Registered.OSZCode != "0042.000001" || accepted.Registered.ContentHash() != egissotest.Clinic().ContentHash() {
		t.Errorf("registered %+v", accepted.Registered)
	}
	rejected, err := wire.ReadApplicationAnswer(egissotest.ReadSample(t, "10.11.I-1.0.3", "valid.response.rejected.xml"))
	if err != nil {
		t.Fatal(err)
	}
	withComment, withoutCode := *accepted, *accepted
	withComment.Comment, withoutCode.Registered = "Уточните адрес", nil
	for _, c := range []struct {
		name   string
		answer *egisso.ApplicationAnswer
		sent   string
		want   string
	}{
		{"accepted", accepted, acceptedApplication, "accepted accepted 0 notes"},
		{"accepted with a comment", &withComment, acceptedApplication, "accepted_with_warnings accepted_with_warnings 0 notes: Уточните адрес"},
		{"accepted, no code given", &withoutCode, acceptedApplication, "accepted accepted 1 notes"},
		{"rejected", rejected, rejectedApplication, "rejected_records rejected 0 notes: Организация с указанным кодом не найдена"},
		{"another application", accepted, rejectedApplication, "needs_review unknown 1 notes"},
	} {
		v := lifecycle.JudgeApplication(c.answer, []uuid.UUID{egissotest.ID(c.sent)})
		got := fmt.Sprintf("%s %s %d notes", v.Package, v.Records[0].Outcome, len(v.Notes))
		for _, m := range v.Records[0].Messages {
			got += ": " + m.Report
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestApplicationAnswerOddities(t *testing.T) {
	sample := string(egissotest.ReadSample(t, "10.11.I-1.0.3", "valid.response.accepted.xml"))
	for _, c := range []struct {
		name, old, new string
		deviation      string // "-" for an error, "" for nothing to tell
	}{
		{"as it is", "", "", ""},
		{"another version", "10.11.I/1.0.3", "10.11.I/1.0.9", ""},
		{"result 3", "<appResult>1<", "<appResult>3<", "-"},
		{"no result", "<appResult>1</appResult>", "", "-"},
		{"result twice", "<appResult>1</appResult>", "<appResult>1</appResult><appResult>2</appResult>", "-"},
		{"not an answer", "response", "request", "-"},
		{"id that is no UUID", "<appID>" + acceptedApplication, "<appID>17", "не является UUID"},
		{"code of another form", "<OSZCode>0042.000001", "<OSZCode>42", "OSZCode: должно быть"},
		{"no territories", "<OKTMOcode>57701000</OKTMOcode>", "", "нет территорий"},
		{"КПП of eight digits", "<kpp>590001001", "<kpp>59000100", "kpp: должно быть"},
		{"date that is none", "2023-02-03T12:00:00+03:00", "вчера", "не является временем"},
	} {
		a, err := wire.ReadApplicationAnswer([]byte(strings.ReplaceAll(sample, c.old, c.new)))
		switch {
		case (err != nil) != (c.deviation == "-"):
			t.Errorf("%s: error %v", c.name, err)
		case err != nil:
			t.Log(err)
		case c.deviation == "" && len(a.Deviations) > 0, !strings.Contains(strings.Join(a.Deviations, "; "), c.deviation):
			t.Errorf("%s: deviations %q", c.name, a.Deviations)
		}
	}
}

// judged applies an answer of any kind to the records that were sent.
func judged(a *egisso.Answer, sent []uuid.UUID) lifecycle.ProtocolVerdict {
	switch {
	case a.Protocol != nil:
		return lifecycle.JudgeProtocol(a.Protocol, sent)
	case a.Application != nil:
		return lifecycle.JudgeApplication(a.Application, sent)
	}
	return lifecycle.ProtocolVerdict{Package: lifecycle.VerdictAccepted}
}
