package wire_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/egissotest"
	"egissogw/adapter/egisso/wire"
)

// describe renders a protocol in one line per part, for tables.
func describe(p *egisso.Protocol) string {
	var b strings.Builder
	if p.Attached {
		return "attached"
	}
	for _, e := range p.MessageErrors {
		fmt.Fprintf(&b, "error %s %q\n", e.Code, e.Message)
	}
	if r := p.Package; r != nil {
		count := func(n *int) string {
			if n == nil {
				return "-"
			}
			return fmt.Sprint(*n)
		}
		fmt.Fprintf(&b, "package %s status %d %s/%s\n", r.PackageID, r.Status, count(r.RecordNumSuccess), count(r.RecordNum))
		for _, rec := range r.Records {
			fmt.Fprintf(&b, "record %s %v", rec.ID, rec.OK)
			for _, m := range rec.Messages {
				fmt.Fprintf(&b, " %d:%s", m.Type, m.RuleCode)
			}
			b.WriteString("\n")
		}
	}
	return strings.TrimSpace(b.String())
}

func TestProtocolSamples(t *testing.T) {
	for _, c := range []struct{ kind, name, want string }{
		{measureSamples, "valid.response.all-accepted.xml", "package 10050000-0000-4000-8000-000000000001 status 3 4/4"},
		{measureSamples, "valid.response.in-progress.xml", "package 10050000-0000-4000-8000-000000000001 status 2 -/-"},
		{measureSamples, "valid.response.message-error.xml",
			"error XSD \"Документ не соответствует схеме вида сведений\"\nerror  \"Сообщение не обработано\""},
		{measureSamples, "valid.response.accepted-with-warning.xml",
			"package 10050000-0000-4000-8000-000000000008 status 3 1/1\nrecord a1d3f0c2-5b77-4c1e-9e0a-0000000000f1 true 2:018"},
		{measureSamples, "valid.response.rejected-codes.xml",
			"package 10050000-0000-4000-8000-000000000007 status 3 -/1\nrecord a1d3f0c2-5b77-4c1e-9e0a-0000000000f1 false 1:001 1:002 1:016"},
		{"10.05.I-1.0.7", "official.response.accepted-warnings.xml",
			"package bfd0b898-4dda-4744-85ad-6de310f25c01 status 3 1/1\nrecord accd7a02-bc4b-4bde-9dbd-a531d9fe9988 true 2:018 2:018"},
		{storageSamples, "official.response.accepted-warnings.xml",
			"package e30bf807-36f8-4f29-8b1f-ca1f10cc0001 status 3 1/1\nrecord e30bf807-36f8-4f29-8b1f-ca1f10cc0077 true 2:019 2:019"},
		{storageSamples, "valid.response.all-accepted.xml", "package 10060000-0000-4000-8000-000000000001 status 3 4/4"},
		{storageSamples, "valid.response.all-rejected.xml",
			"package 10060000-0000-4000-8000-000000000021 status 3 -/1\nrecord 10060000-0000-4000-9000-000000000001 false 1:014"},
		{storageSamples, "valid.response.in-progress.xml", "package 10060000-0000-4000-8000-000000000001 status 2 -/-"},
		{storageSamples, "valid.response.message-error.xml", "error  \"Файл в хранилище не найден\""},
		{storageSamples, "valid.response.needs-criteria.xml",
			"package 10060000-0000-4000-8000-000000000024 status 3 -/1\nrecord 10060000-0000-4000-9000-000000000023 false 1:059"},
		{storageSamples, "valid.response.partial.xml",
			"package 10060000-0000-4000-8000-000000000001 status 3 3/4\nrecord 10060000-0000-4000-9000-000000000002 true 2:019\nrecord 10060000-0000-4000-9000-000000000003 false 1:026 1:019"},
		{storageSamples, "valid.response.unknown-record.xml",
			"package 10060000-0000-4000-8000-000000000002 status 3 1/1\nrecord deadbeef-0000-4000-8000-000000000077 true 2:019"},
		{"10.10.I-1.0.4", "valid.response.xml", "attached"},
		{"10.07.I-1.0.6", "valid.response.partial.xml",
			"package 10070000-0000-4000-8000-000000000001 status 3 1/2\nrecord 10070000-0000-4000-9000-000000000002 false 1:014"},
		{"10.15.I-1.0.3", "official.response.partial.xml",
			"package 693a85f8-f3d8-490f-97a7-100779583107 status 3 2/2\nrecord aae03682-64d6-41d4-be5e-e15d345aa801 true\nrecord aae03682-64d6-41d4-be5e-e15d345aa802 false 1:039"},
		{"10.15.I-1.0.4", "valid.response.all-accepted.xml",
			"package 10150000-0000-4000-8000-000000000001 status 3 1/1\nrecord 10150000-0000-4000-9000-000000000001 true"},
	} {
		t.Run(c.kind+"/"+c.name, func(t *testing.T) {
			p, err := wire.ReadProtocol(egissotest.ReadSample(t, c.kind, c.name))
			if err != nil {
				t.Fatal(err)
			}
			if got := describe(p); got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
			if err := p.Strict(); err != nil {
				t.Errorf("a sample of the schema departs from it: %v", err)
			}
			t.Logf("%-14s %-42s %s", c.kind, c.name, strings.ReplaceAll(describe(p), "\n", " | "))
		})
	}
}

// Answers that fail the XSD but can be understood are read and reported
// (adapter/egisso/SPEC.md#inconsistent-protocols); Strict refuses them. One that says nothing
// is an error.
func TestProtocolSamplesOutsideTheSchema(t *testing.T) {
	for _, c := range []struct{ kind, name, deviation string }{
		{measureSamples, "invalid.response.success-zero.xml", "recordNumSuccess равно 0"},
		{storageSamples, "invalid.response.rule-code-letters.xml", "код правила – не три цифры"},
	} {
		p, err := wire.ReadProtocol(egissotest.ReadSample(t, c.kind, c.name))
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if err := p.Strict(); err == nil || !strings.Contains(err.Error(), c.deviation) {
			t.Errorf("%s: Strict gives %v, want %q", c.name, err, c.deviation)
		} else {
			t.Logf("%-42s %v", c.name, err)
		}
	}
	if _, err := wire.ReadProtocol(egissotest.ReadSample(t, "10.10.I-1.0.4", "invalid.response.attachment-missing.xml")); err == nil {
		t.Error("a response without protocol and attachment was read")
	}
}

const (
	protocolHead = `<r:response xmlns:r="urn://egisso-ru/msg/10.10.I/1.0.3" xmlns:p="urn://egisso-ru/types/package-protocol/1.0.3" xmlns:q="urn://egisso-ru/types/package-result/1.0.2" xmlns:c="urn://egisso-ru/types/record-result/1.0.3">`
	packageHead  = protocolHead + `<p:protocol><p:packageResult><q:packageID>10060000-0000-4000-8000-000000000001</q:packageID><q:packageType>Реестр</q:packageType><q:packageStatus>3</q:packageStatus><q:receivingTime>2023-02-01T10:00:05+03:00</q:receivingTime>`
	packageTail  = `</p:packageResult></p:protocol></r:response>`
)

func TestProtocolOddities(t *testing.T) {
	record := func(inner string) string {
		return packageHead + `<p:errorRecords><c:recordResult>` + inner + `</c:recordResult></p:errorRecords>` + packageTail
	}
	const recID = `<c:recID>10060000-0000-4000-9000-00000000000A</c:recID>`
	for _, c := range []struct {
		name, document string
		want           string // of describe; "" for an error
		deviates       bool
	}{
		{"bare protocol of an unknown version", `<protocol xmlns="urn://egisso-ru/types/package-protocol/9.9.9"><packageResult><packageId>10060000-0000-4000-8000-000000000001</packageId><packageType>x</packageType><packageStatus>1</packageStatus><receivingTime>2023-02-01T10:00:05</receivingTime></packageResult></protocol>`,
			"package 10060000-0000-4000-8000-000000000001 status 1 -/-", false},
		{"byte order mark", "\ufeff" + packageHead + packageTail, "package 10060000-0000-4000-8000-000000000001 status 3 -/-", false},
		{"spaces around values", record(`<c:recID> 10060000-0000-4000-9000-00000000000A
			</c:recID><c:recordOK> 1 </c:recordOK>`),
			"package 10060000-0000-4000-8000-000000000001 status 3 -/-\nrecord 10060000-0000-4000-9000-00000000000A true", false},
		{"upper-case id is the same id", record(recID + `<c:recordOK>true</c:recordOK>`),
			"package 10060000-0000-4000-8000-000000000001 status 3 -/-\nrecord 10060000-0000-4000-9000-00000000000A true", false},
		{"unknown rule code is kept", record(recID + `<c:recordOK>false</c:recordOK><c:messages><c:messageType>1</c:messageType><c:ruleCode>777</c:ruleCode><c:report>x</c:report></c:messages>`),
			"package 10060000-0000-4000-8000-000000000001 status 3 -/-\nrecord 10060000-0000-4000-9000-00000000000A false 1:777", false},
		{"message without type", record(recID + `<c:recordOK>true</c:recordOK><c:messages><c:report>x</c:report></c:messages>`),
			"package 10060000-0000-4000-8000-000000000001 status 3 -/-\nrecord 10060000-0000-4000-9000-00000000000A true 2:", true},
		{"record id that is no UUID", record(`<c:recID>17</c:recID><c:recordOK>false</c:recordOK>`),
			"package 10060000-0000-4000-8000-000000000001 status 3 -/-\nrecord 17 false", true},
		{"unknown element", record(recID + `<c:recordOK>true</c:recordOK><c:extra/>`),
			"package 10060000-0000-4000-8000-000000000001 status 3 -/-\nrecord 10060000-0000-4000-9000-00000000000A true", true},
		{"wrong order", packageHead + `<q:recordNumSuccess>1</q:recordNumSuccess><q:recordNum>1</q:recordNum>` + packageTail,
			"package 10060000-0000-4000-8000-000000000001 status 3 1/1", true},
		{"count that is no number", packageHead + `<q:recordNum>many</q:recordNum>` + packageTail,
			"package 10060000-0000-4000-8000-000000000001 status 3 -/-", true},
		{"no package id", strings.Replace(packageHead, "<q:packageID>10060000-0000-4000-8000-000000000001</q:packageID>", "", 1) + packageTail,
			"package 00000000-0000-0000-0000-000000000000 status 3 -/-", true},
		{"refused message without a reason", protocolHead + `<p:protocol><p:messageResult/></p:protocol></r:response>`,
			"error  \"Сообщение не обработано, причина в протоколе не указана\"", true},

		{"record without recordOK", record(recID), "", false},
		{"recordOK that is neither", record(recID + `<c:recordOK>да</c:recordOK>`), "", false},
		{"recordOK twice", record(recID + `<c:recordOK>true</c:recordOK><c:recordOK>false</c:recordOK>`), "", false},
		{"status 4", strings.Replace(packageHead, ">3<", ">4<", 1) + packageTail, "", false},
		{"status missing", strings.Replace(packageHead, "<q:packageStatus>3</q:packageStatus>", "", 1) + packageTail, "", false},
		{"two protocols", strings.Replace(packageHead+packageTail, "<p:protocol>", "<p:protocol/><p:protocol>", 1), "", false},
		{"both results", protocolHead + `<p:protocol><p:messageResult/><p:packageResult/></p:protocol></r:response>`, "", false},
		{"neither result", protocolHead + `<p:protocol/></r:response>`, "", false},
		{"elements inside a value", record(`<c:recID><c:x/></c:recID><c:recordOK>true</c:recordOK>`), "", false},
		{"another document", `<request xmlns="urn://egisso-ru/msg/10.10.I/1.0.3"><attachment>true</attachment></request>`, "", false},
		{"no XML", "протокол", "", false},
		{"empty", "", "", false},
		{"document type declaration", `<!DOCTYPE r [<!ENTITY x "y">]>` + packageHead + packageTail, "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, err := wire.ReadProtocol([]byte(c.document))
			if c.want == "" {
				if err == nil {
					t.Fatalf("read as %s", describe(p))
				}
				t.Log(err)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := describe(p); got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
			if (p.Strict() != nil) != c.deviates {
				t.Errorf("deviations %q", p.Deviations)
			}
		})
	}
}

func TestProtocolTextsAreCollapsed(t *testing.T) {
	p, err := wire.ReadProtocol(egissotest.ReadSample(t, storageSamples, "official.response.accepted-warnings.xml"))
	if err != nil {
		t.Fatal(err)
	}
	r := p.Package.Records[0]
	if got, want := r.Messages[1].Report, "Дата начала действия назначения 01-05-2019 не входит в период действия локальной МСЗ"; got != want {
		t.Errorf("report %q, want %q", got, want)
	}
	if !r.SameID(uuid.MustParse("E30BF807-36F8-4F29-8B1F-CA1F10CC0077")) {
		t.Error("record id is not recognised")
	}
	if got := p.Package.FinishedAt.Format("2006-01-02T15:04:05.000Z07:00"); got != "2019-08-22T18:17:14.179+04:00" {
		t.Errorf("finished at %s", got)
	}
}
