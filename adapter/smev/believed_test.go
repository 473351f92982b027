package smev

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"egissogw/crypto/cert"
	"egissogw/crypto/gost3410"
	"egissogw/crypto/xmldsig"
)

// believable is a reply the bus of a test has signed, and what is read from it.
type believable struct {
	op   Operation
	text string
	want any
}

// believables gives one reply of every kind.
func believables(t testing.TB) (all []believable, trust TrustFunc) {
	t.Helper()
	b := &testBus{t: t, signer: newTestSigner(t, gost3410.CryptoProXchA())}
	trust = func(c *cert.Certificate) error {
		if !c.Equal(b.signer.Certificate()) {
			return cert.ErrUntrusted
		}
		return nil
	}
	const id = "22222222-0000-11ef-8000-000000000000"
	v := Version13
	content := func(w *xmldsig.Writer) {
		w.Start(v.Basic, "MessagePrimaryContent")
		w.StartAttrs("urn:x", "response", xmldsig.Attr{Space: schemaInstanceNamespace, Local: "type", Value: "p:kind"})
		w.Element("urn:y", "code", "0001.000001")
		w.Element("urn:y", "title", "текст > & < ]]> и ещё")
		w.Element("urn:x", "empty", "")
		w.End()
		w.End()
	}
	status := func(w *xmldsig.Writer) {
		w.Start(v.Types, "AsyncProcessingStatus")
		w.Element(v.Types, "OriginalMessageId", "11111111-0000-11ef-8000-000000000000")
		w.Element(v.Types, "StatusCategory", "requestIsRejectedBySmev")
		w.Element(v.Types, "StatusDetails", "подробности")
		w.StartAttrs(v.Types, "SmevFault", xmldsig.Attr{Space: schemaInstanceNamespace, Local: "type", Value: "f:" + "InvalidContent"})
		w.Element(v.Basic, "Code", "SMEV-102")
		w.Element(v.Basic, "Description", "описание")
		w.Start(v.Faults, "ValidationError")
		w.Text("ошибка")
		w.End()
		w.End()
		w.End()
	}
	all = []believable{
		{op: OpGetResponse, text: b.message(id, content)},
		{op: OpGetResponse, text: b.message(id, func(w *xmldsig.Writer) {
			w.Start(v.Types, "RequestRejected")
			w.Element(v.Types, "RejectionReasonCode", "NO_DATA")
			w.Element(v.Types, "RejectionReasonDescription", "данных нет")
			w.End()
		})},
		{op: OpGetResponse, text: b.message(id, func(w *xmldsig.Writer) {
			w.Start(v.Types, "RequestStatus")
			w.Element(v.Types, "StatusCode", "7")
			w.Element(v.Types, "StatusDescription", "ещё работаем")
			w.End()
		})},
		{op: OpGetResponse, text: b.message(id, status)},
		{op: OpGetRequest, text: b.request(id, "BROADCAST", "reply to", content)},
		{op: OpSendRequest, text: b.receipt(id)},
		{op: OpGetStatus, text: inReply(OpGetStatus, `<t:SmevAsyncProcessingMessage>`+b.signed(func(w *xmldsig.Writer) {
			w.StartAttrs(v.Types, "AsyncProcessingStatusData", idAttr("SIGNED_BY_SMEV"))
			status(w)
			w.End()
		}, "SIGNED_BY_SMEV")+`</t:SmevAsyncProcessingMessage>`)},
	}
	for i := range all {
		want, err := valuesOfReply(all[i].op, all[i].text, trust)
		if err != nil {
			t.Fatalf("reply %d: %v", i, err)
		}
		all[i].want = want
	}
	return all, trust
}

// valuesOfReply reads a reply and gives everything a caller is told to believe.
func valuesOfReply(op Operation, text string, trust TrustFunc) (any, error) {
	e, err := openEnvelope(op, 200, "text/xml", []byte(text), Limits{Body: 1 << 20}.withDefaults())
	switch {
	case err != nil:
		return nil, err
	case e.fault != nil || e.body == nil:
		return nil, errors.New("a fault")
	}
	switch op {
	case OpGetResponse, OpGetStatus:
		read := readAnswer
		if op == OpGetStatus {
			read = readStatus
		}
		a, err := read(e, Version13, trust)
		if err != nil || a == nil {
			return nil, errors.Join(err, errors.New("no answer"))
		}
		a.Raw = nil
		return *a, nil
	case OpGetRequest:
		m, err := readIncoming(e, Version13, trust)
		if err != nil || m == nil {
			return nil, errors.Join(err, errors.New("no message"))
		}
		m.Raw = nil
		return *m, nil
	}
	r, err := readReceipt(e, Version13, op, trust)
	r.Raw = nil
	return r, err
}

// spellings change a reply in ways XML or the transform may not care about, at the
// place chosen; those who do not fit there change nothing.
var spellings = []func(s string, at int) string{
	insertBehindTag("<!--c-->"),
	insertBehindTag(" \n\t"),
	insertBehindTag("<?x?>"),
	insertBehindTag("<?x?> <?x?>"),
	insertBehindTag("<![CDATA[]]>"),
	insertInText("<!-- -->"),
	insertInText("<?x y?>"),
	insertInText("<?x?> <?x?>"),
	insertInText("<![CDATA[]]>"),
	spellCharacter(func(c byte) string { return fmt.Sprintf("&#%d;", c) }),
	spellCharacter(func(c byte) string { return fmt.Sprintf("&#x%x;", c) }),
	spellCharacter(func(c byte) string { return fmt.Sprintf("<![CDATA[%c]]>", c) }),
	insertInTag(` xmlns:f="urn:evil"`),
	insertInTag(` xmlns:p="` + Version13.Faults + `"`),
	insertInTag(` xmlns="urn:evil"`),
	insertInTag("\n  "),
	func(s string, _ int) string {
		return strings.NewReplacer("ns2:", "qq:", "xmlns:ns2=", "xmlns:qq=").Replace(s)
	},
	func(s string, at int) string { return s[:at] + strings.ReplaceAll(s[at:], `"`, `'`) },
	func(s string, at int) string { return s[:at] + s[min(at+1, len(s)):] },
}

func insertBehindTag(what string) func(string, int) string {
	return func(s string, at int) string {
		i := strings.IndexByte(s[at:], '>')
		if i < 0 {
			return s
		}
		return s[:at+i+1] + what + s[at+i+1:]
	}
}

func insertInTag(what string) func(string, int) string {
	return func(s string, at int) string {
		i := strings.IndexByte(s[at:], '>')
		if i < 1 || s[at+i-1] == '/' || strings.LastIndex(s[:at+i], "</") > strings.LastIndexByte(s[:at+i], '>') {
			return s
		}
		return s[:at+i] + what + s[at+i:]
	}
}

// textAt finds plain text at or behind a place.
func textAt(s string, at int) int {
	for i := at; i < len(s); i++ {
		letter := s[i] >= '0' && s[i] <= '9' || s[i] >= 'a' && s[i] <= 'z'
		if letter && strings.LastIndexByte(s[:i], '>') > strings.LastIndexByte(s[:i], '<') && strings.LastIndexByte(s[max(0, i-8):i], '&') < 0 {
			return i
		}
	}
	return -1
}

func insertInText(what string) func(string, int) string {
	return func(s string, at int) string {
		if i := textAt(s, at); i >= 0 {
			return s[:i] + what + s[i:]
		}
		return s
	}
}

func spellCharacter(spell func(byte) string) func(string, int) string {
	return func(s string, at int) string {
		if i := textAt(s, at); i >= 0 {
			return s[:i] + spell(s[i]) + s[i+1:]
		}
		return s
	}
}

// respell applies a script of spellings: three bytes each, which and where.
func respell(s string, script []byte) string {
	const most = 3 * 40
	for script = script[:min(len(script), most)]; len(script) >= 3 && len(s) < 64<<10; script = script[3:] {
		at := (int(script[1])<<8 | int(script[2])) % len(s)
		s = spellings[int(script[0])%len(spellings)](s, at)
	}
	return s
}

// sameOrRefused is the property: what is believed is what was digested, so that
// who cannot sign may change spellings only, and changes no value by that.
func sameOrRefused(t testing.TB, b believable, text string, trust TrustFunc) (read bool) {
	t.Helper()
	got, err := valuesOfReply(b.op, text, trust)
	if err != nil {
		return false
	}
	if !reflect.DeepEqual(got, b.want) {
		t.Fatalf("%s reads other values under the same signature:\n%+v\nwant\n%+v\n%s", b.op, got, b.want, text)
	}
	return true
}

// TestSameDigestSameValues: every reader of replies, under random spellings.
func TestSameDigestSameValues(t *testing.T) {
	all, trust := believables(t)
	const cases = 1500
	read := make([]int, len(spellings))
	for n := range cases {
		r := rand.New(rand.NewPCG(9, uint64(n)))
		b := all[n%len(all)]
		script := make([]byte, 3*(1+r.IntN(2)))
		for i := range script {
			script[i] = byte(r.Uint32())
		}
		if sameOrRefused(t, b, respell(b.text, script), trust) {
			read[int(script[0])%len(spellings)]++
		}
	}
	for i, n := range read[:2] {
		if n == 0 {
			t.Errorf("spelling %d is never read", i)
		}
	}
	t.Logf("read by the first spelling: %v", read)
}

// TestInstructionsInValues: at every place of every reply.
func TestInstructionsInValues(t *testing.T) {
	all, trust := believables(t)
	for _, b := range all {
		begin, end := strings.Index(b.text, "SIGNED_BY_SMEV"), strings.Index(b.text, "SMEVSignature")
		for at := textAt(b.text, begin); at >= 0 && at < end; at = textAt(b.text, strings.IndexByte(b.text[at:], '<')+at) {
			changed := b.text[:at+1] + "<?x?> <?x?>" + b.text[at+1:]
			if _, err := valuesOfReply(b.op, changed, trust); !errors.Is(err, ErrUnverified) || !errors.Is(err, xmldsig.ErrInstruction) {
				t.Errorf("%s, byte %d: %v", b.op, at, err)
			}
		}
	}
}

// FuzzSameDigestSameValues looks for a spelling that changes a value and keeps the
// signature. Keys are new in every process: the script is what is kept.
func FuzzSameDigestSameValues(f *testing.F) {
	all, trust := believables(f)
	for i := range all {
		for k := range spellings {
			f.Add(uint8(i), []byte{byte(k), 2, byte(37 * k), byte(k + 1), 3, byte(k)}, "")
		}
		f.Add(uint8(i), []byte{}, "<?x?> <?x?>")
	}
	f.Fuzz(func(t *testing.T, which uint8, script []byte, insert string) {
		b := all[int(which)%len(all)]
		text := respell(b.text, script)
		if len(script) > 1 && len(insert) < 200 {
			at := (int(script[0])<<8 | int(script[1])) % len(text)
			text = text[:at] + insert + text[at:]
		}
		sameOrRefused(t, b, text, trust)
	})
}

// FuzzBelieved changes signed replies in any way at all: what verifies has the
// values of one of those that were signed.
func FuzzBelieved(f *testing.F) {
	all, trust := believables(f)
	for i, b := range all {
		f.Add(uint8(i), uint16(0), uint16(0), b.text[len(b.text)/2:])
		f.Add(uint8(i), uint16(300), uint16(4), "<?x?>")
	}
	f.Fuzz(func(t *testing.T, which uint8, from, length uint16, by string) {
		b := all[int(which)%len(all)]
		at := int(from) % len(b.text)
		to := min(at+int(length), len(b.text))
		text := b.text[:at] + by + b.text[to:]
		if bytes.Count([]byte(text), []byte("<")) > 4000 {
			return
		}
		sameOrRefused(t, b, text, trust)
	})
}
