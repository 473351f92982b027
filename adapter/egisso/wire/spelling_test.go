package wire_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/egissotest"
	"egissogw/adapter/egisso/wire"
	"egissogw/crypto/xmldsig"
	"egissogw/crypto/xmlsafe"
)

// spelled is a document, and how it is read.
type spelled struct {
	name, text string
	read       func(content []byte) (any, error)
	digest     []byte
	want       any
}

// spelledDocuments gives one of every kind that comes from outside.
func spelledDocuments(t testing.TB) []spelled {
	t.Helper()
	write := func(f func(w wire.Writer)) string {
		var w egissotest.TextWriter
		f(&w)
		return w.String()
	}
	k := egissotest.NewRandom(3, nil).KMSZ()
	p := egissotest.Clinic()
	p.OSZCode = "0042.000001"
	all := []spelled{
		{name: "protocol", text: packageHead + `<p:errorRecords><c:recordResult><c:recID>10060000-0000-4000-9000-00000000000A</c:recID><c:recordOK>false</c:recordOK>` +
			`<c:messages><c:messageType>1</c:messageType><c:ruleCode>777</c:ruleCode><c:report>почему &lt; нет</c:report></c:messages></c:recordResult></p:errorRecords>` + packageTail,
			read: func(b []byte) (any, error) { a, err := wire.ReadAnswer(b); return a, err }},
		{name: "classifier", text: write(func(w wire.Writer) {
			wire.WriteClassifierAnswer(w, &egisso.ClassifierAnswer{Code: egisso.ClassifierKMSZ, KMSZ: k})
		}),
			read: func(b []byte) (any, error) { a, err := wire.ReadAnswer(b); return a, err }},
		{name: "publication", text: write(func(w wire.Writer) {
			wire.WritePublication(w, &egisso.Publication{KMSZ: k, Changes: egisso.DiffKMSZ(egissotest.NewRandom(1, nil).KMSZ(), k)})
		}), read: func(b []byte) (any, error) { a, err := wire.ReadPublication(b); return a, err }},
		{name: "activation", text: write(func(w wire.Writer) { wire.WriteActivation(w, []egisso.KMSZVersion{k.KMSZVersion}) }),
			read: func(b []byte) (any, error) { a, err := wire.ReadActivation(b); return a, err }},
		{name: "decision", text: write(func(w wire.Writer) {
			wire.WriteApplicationAnswer(w, &egisso.ApplicationAnswer{ApplicationID: egissotest.NewRandom(4, nil).UUID(), Number: "2023.1", Accepted: true, DecidedAt: egissotest.NewRandom(4, nil).Moment(), Registered: &p})
		}), read: func(b []byte) (any, error) { a, err := wire.ReadAnswer(b); return a, err }},
		{name: "package", text: string(egissotest.Written(t, egissotest.AllEvents())),
			read: func(b []byte) (any, error) { p, _, err := wire.ReadPackage(b); return p, err }},
	}
	for i := range all {
		d := &all[i]
		var err error
		if d.digest, err = digestOf(d.text); err != nil {
			t.Fatalf("%s: %v", d.name, err)
		}
		if d.want, err = d.read([]byte(d.text)); err != nil {
			t.Fatalf("%s: %v\n%.300s", d.name, err, d.text)
		}
	}
	return all
}

// digestOf is the digest the bus's signature would have over the document.
func digestOf(text string) ([]byte, error) {
	doc, err := xmlsafe.Parse([]byte(text), xmlsafe.Limits{})
	if err != nil {
		return nil, err
	}
	return xmldsig.Digest(doc.Root, 32, false)
}

// sameValues is the property: what has the same digest says the same, or is refused.
func sameValues(t testing.TB, d spelled, text string) (read bool) {
	t.Helper()
	digest, err := digestOf(text)
	if err != nil || !bytes.Equal(digest, d.digest) {
		return false
	}
	got, err := d.read([]byte(text))
	if err != nil {
		return false
	}
	if !reflect.DeepEqual(got, d.want) {
		t.Fatalf("%s: other values under the same digest:\n%+v\nwant\n%+v\n%s", d.name, got, d.want, text)
	}
	return true
}

// insertions are what the digest may not see.
var insertions = []string{"<!--c-->", " ", "\n\t", "<?x?>", "<?x?> <?x?>", "<![CDATA[]]>", "<![CDATA[ ]]>", "<!-- --> ", ` xmlns:zz="urn:z"`, ` xmlns="urn:evil"`, "&#32;", "&#9;"}

// respelled inserts at random places and spells characters otherwise.
func respelled(text string, script []byte) string {
	const most = 3 * 40
	for script = script[:min(len(script), most)]; len(script) >= 3; script = script[3:] {
		at := (int(script[1])<<8 | int(script[2])) * 7 % len(text)
		if n := int(script[0]) % (len(insertions) + 2); n < len(insertions) {
			if script[0]&0x80 != 0 { // behind a tag
				at += strings.IndexByte(text[at:], '>') + 1
			}
			text = text[:at] + insertions[n] + text[at:]
		} else if c := text[at]; c >= '0' && c <= '9' {
			text = text[:at] + fmt.Sprintf("&#%d;", c) + text[at+1:]
		}
	}
	return text
}

func TestSameDigestSameValues(t *testing.T) {
	all := spelledDocuments(t)
	cases := 30 * egissotest.RandomPackages(t)
	read := 0
	for n := range cases {
		r := rand.New(rand.NewPCG(8, uint64(n)))
		script := make([]byte, 3*(1+r.IntN(3)))
		for i := range script {
			script[i] = byte(r.Uint32())
		}
		if d := all[n%len(all)]; sameValues(t, d, respelled(d.text, script)) {
			read++
		}
	}
	if read < cases/10 {
		t.Errorf("only %d of %d spellings were read", read, cases)
	}
}

// TestInstructionsAreRefused: in no document, signed or brought as a file, at no place.
func TestInstructionsAreRefused(t *testing.T) {
	for _, d := range spelledDocuments(t) {
		for at := strings.IndexByte(d.text, '>') + 1; at < len(d.text); {
			if _, err := d.read([]byte(d.text[:at] + "<?x?>" + d.text[at:])); err == nil {
				t.Errorf("%s: read with an instruction at byte %d", d.name, at)
				break
			}
			next := strings.IndexByte(d.text[at:], '>')
			if next < 0 || at+next+1 == len(d.text) {
				break
			}
			at += (next + 1)
		}
	}
	_, err := wire.ReadProtocol([]byte(packageHead + "<?x?>" + packageTail))
	if !errors.Is(err, wire.ErrInstruction) {
		t.Errorf("error %v", err)
	}
}

func FuzzSameDigestSameValues(f *testing.F) {
	all := spelledDocuments(f)
	for i := range all {
		for k := range 16 {
			f.Add(uint8(i), []byte{byte(k), 2, byte(37 * k), byte(k + 129), 3, byte(k)}, "")
		}
	}
	f.Fuzz(func(t *testing.T, which uint8, script []byte, insert string) {
		d := all[int(which)%len(all)]
		text := respelled(d.text, script)
		if len(script) > 1 && len(insert) < 200 {
			at := (int(script[0])<<8 | int(script[1])) * 7 % len(text)
			text = text[:at] + insert + text[at:]
		}
		sameValues(t, d, text)
	})
}

// TestNamespacesOfRealPrograms: more of them on the root than a document has
// attributes, in protocols and in documents about КМСЗ.
func TestNamespacesOfRealPrograms(t *testing.T) {
	var b strings.Builder
	for i := range 200 {
		fmt.Fprintf(&b, ` xmlns:jns%d="urn://egisso-ru/msg/10.01.O/%d"`, i, i)
	}
	for _, d := range spelledDocuments(t) {
		at := strings.IndexAny(d.text, " >")
		got, err := d.read([]byte(d.text[:at] + b.String() + d.text[at:]))
		if err != nil || !reflect.DeepEqual(got, d.want) {
			t.Errorf("%s: %v", d.name, err)
		}
	}
}

// TestDeviationsAreCapped: a document cannot make its reader write a book.
func TestDeviationsAreCapped(t *testing.T) {
	p, err := wire.ReadProtocol([]byte(packageHead + strings.Repeat("<p:x/>", 5000) + packageTail))
	if err != nil {
		t.Fatal(err)
	}
	if n := len(p.Deviations); n != wire.MaxDeviations+1 || !strings.Contains(p.Deviations[n-1], "другие") {
		t.Errorf("%d deviations, the last %q", n, p.Deviations[n-1])
	}
}
