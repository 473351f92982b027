package wire_test

import (
	"slices"
	"strings"
	"testing"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/egissotest"
	"egissogw/adapter/egisso/wire"
	"egissogw/crypto/hostiletest"
	"egissogw/crypto/xmlsafe"
)

// stretched is a document with the text between two marks repeated up to n bytes.
func stretched(document, begin, end string, n int) []byte {
	from := strings.Index(document, begin)
	to := from + strings.Index(document[from:], end) + len(end)
	return slices.Concat([]byte(document[:from]), hostiletest.Fill([]byte(document[from:to]), n), []byte(document[to:]))
}

const (
	hostileHead = `<response xmlns="urn://egisso-ru/msg/10.05.I/2.1.0"><p:protocol xmlns:p="urn://egisso-ru/types/prsf-protocol/1.1.0"><p:packageResult>`
	hostileTail = `</p:packageResult></p:protocol></response>`
)

func TestHostileProtocols(t *testing.T) {
	read := func(_ testing.TB, input []byte) error { _, err := wire.ReadAnswer(input); return err }
	around := func(piece string) func(n int) []byte {
		return func(n int) []byte {
			return slices.Concat([]byte(hostileHead), hostiletest.Fill([]byte(piece), n), []byte(hostileTail))
		}
	}
	record := `<p:recordResult><p:recordID>10050000-0000-4000-8000-000000000001</p:recordID><p:status>4</p:status>` +
		`<p:errors><p:error><p:code>014</p:code><p:message>` + strings.Repeat("сведения не найдены ", 20) + `</p:message></p:error></p:errors></p:recordResult>`
	hostiletest.Run(t, []hostiletest.Row{
		{Name: "protocol of tiny elements", Read: read, Says: "more than 60000 elements", Limit: wire.ProtocolBytes - 4096,
			Input: func(n int) []byte { return around("<p:a/>")(max(n, 61_000*len("<p:a/>"))) }},
		{Name: "protocol of namespaces", Read: read, Says: "packageResult", Input: around(`<a xmlns:p="urn:a" xmlns:q="urn:b" xmlns="urn:c">` + strings.Repeat(" ", 200) + `</a>`), Limit: wire.ProtocolBytes - 4096},
		{Name: "protocol of records", Read: read, Says: "packageStatus", Input: around(record), Limit: 6 << 20},
		{Name: "protocol of text", Read: read, Says: "text longer than", Cheap: true, Input: func(n int) []byte { return around("я")(max(n, 2<<20)) }, Limit: wire.ProtocolBytes - 4096},
		{Name: "protocol larger than any", Read: read, Says: "document of", Input: func(n int) []byte { return around(record)(max(n, wire.ProtocolBytes+4096)) }},
	})
}

func TestHostileClassifiers(t *testing.T) {
	read := func(_ testing.TB, input []byte) error { _, err := wire.ReadClassifierAnswer(input); return err }
	answer := func(_ testing.TB, input []byte) error { _, err := wire.ReadAnswer(input); return err }
	var w egissotest.TextWriter
	wire.WriteClassifierAnswer(&w, &egisso.ClassifierAnswer{Code: egisso.ClassifierKMSZ, KMSZ: smallKMSZ()})
	document := w.String()
	name := document[strings.Index(document, "ruleKMSZ")-20:][:20]
	name = name[strings.LastIndex(name, "<")+1:] + "ruleKMSZ"
	rules := func(n int) []byte { return stretched(document, "<"+name, "</"+name+">", n) }
	const tooMany = 101_000 * len("<a/>") // the limit is 100,000 elements
	inRule := func(n int) []byte {
		at := strings.Index(document, "</"+name+">")
		return slices.Concat([]byte(document[:at]), hostiletest.Fill([]byte("<a/>"), max(n, tooMany)), []byte(document[at:]))
	}
	beside := func(n int) []byte {
		at := strings.LastIndex(document, "</")
		return slices.Concat([]byte(document[:at]), hostiletest.Fill([]byte("<a/>"), max(n, tooMany)), []byte(document[at:]))
	}
	hostiletest.Run(t, []hostiletest.Row{
		{Name: "КМСЗ of rules", Read: read, Input: rules, Limit: 30 << 20},
		{Name: "КМСЗ of rules, as an answer", Read: answer, Input: rules, Limit: 30 << 20},
		{Name: "КМСЗ of tiny elements", Read: read, Says: "elements", Input: beside, Limit: 7 << 20},
		{Name: "КМСЗ of tiny elements in a rule", Read: read, Says: "elements", Input: inRule, Limit: 7 << 20},
		{Name: "КМСЗ of more elements than are counted", Says: "XML limit exceeded", Cheap: true, Limit: 30 << 20, Input: beside,
			Read: within(read, func(l *xmlsafe.Limits, bytes int) { l.Elements = min(l.Elements, bytes/5) })},
		{Name: "КМСЗ of tiny elements, as an answer", Read: answer, Says: "elements", Input: beside, Limit: 5 << 20},
		{Name: "КМСЗ larger than any", Says: "document of", Cheap: true, Input: func(n int) []byte { return rules(n + n/16) },
			Read: within(read, func(l *xmlsafe.Limits, bytes int) { l.Bytes = min(l.Bytes, bytes-1) })},
	})
}

// within reads with limits lowered for the input, where those of the program are larger.
func within(read func(testing.TB, []byte) error, lower func(limits *xmlsafe.Limits, bytes int)) func(testing.TB, []byte) error {
	return func(t testing.TB, input []byte) error {
		defer func(before xmlsafe.Limits) { *wire.ReadLimits = before }(*wire.ReadLimits)
		lower(wire.ReadLimits, len(input))
		return read(t, input)
	}
}
