package xmldsig

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"time"

	"egissogw/crypto/cert"
	"egissogw/crypto/xmlsafe"
)

// ExplainOptions say how to look at a document.
type ExplainOptions struct {
	// At is the moment the certificates are judged for.
	At time.Time
	// Trust decides about certificates; nil leaves that question open.
	Trust func(*cert.Certificate) error
	// Source is the document as it was parsed, for hints that need its bytes.
	Source []byte
	// Content is the signed element where signatures are in a document of
	// their own.
	Content *xmlsafe.Element
}

// Step is one thing checked about a signature. Texts are Russian, for the
// person who runs the check.
type Step struct {
	Title string `json:"title"`
	OK    bool   `json:"ok"`
	Text  string `json:"text"`
	// Hints name what would make the step hold: a wrong byte order, a
	// forgotten transform.
	Hints []string `json:"hints,omitempty"`
}

// Explanation is everything found out about one signature.
type Explanation struct {
	// Place is the path of the ds:Signature.
	Place string `json:"place"`
	// Holds: every step is in order, and Verify agrees.
	Holds       bool              `json:"holds"`
	Steps       []Step            `json:"steps"`
	Certificate *cert.Certificate `json:"-"`
}

// Explain looks at every ds:Signature of a document and tells step by step why
// it holds or does not. Unlike Verify it finds the signed element by its Id
// anywhere in the document, so its findings must not be taken for a
// verification of a particular element of a message.
func Explain(root *xmlsafe.Element, opts ExplainOptions) []Explanation {
	const most = 100
	var all []Explanation
	root.Walk(func(e *xmlsafe.Element) bool {
		if e.Is(Namespace, "Signature") {
			x := explainer{opts: opts, signature: e, result: Explanation{Place: e.Path()}}
			x.run()
			all = append(all, x.result)
		}
		return len(all) < most
	})
	return all
}

// explainer examines one signature.
type explainer struct {
	opts      ExplainOptions
	signature *xmlsafe.Element
	parts     *signatureParts
	verify    VerifyOptions
	target    *xmlsafe.Element
	result    Explanation
}

// step records the outcome of one step.
func (x *explainer) step(ok bool, title, format string, args ...any) *Step {
	x.result.Steps = append(x.result.Steps, Step{Title: title, OK: ok, Text: fmt.Sprintf(format, args...)})
	return &x.result.Steps[len(x.result.Steps)-1]
}

// run takes the steps in order.
func (x *explainer) run() {
	var err error
	if x.parts, err = readSignature(x.signature); err != nil {
		x.step(false, "Строение подписи", "%s", inRussian(err))
		return
	}
	info := x.parts.info
	x.result.Certificate = x.parts.certificate
	x.verify = VerifyOptions{
		Trust:     func(*cert.Certificate) error { return nil },
		Enveloped: slices.Contains(info.transforms, EnvelopedSignature),
		Plain:     !slices.Contains(info.transforms, SMEVTransform),
		Separate:  x.opts.Content != nil,
	}
	x.step(true, "Строение подписи", "SignatureMethod %s, DigestMethod %s, преобразования: %s",
		info.signatureMethod, info.digestMethod, strings.Join(info.transforms, ", "))
	if x.findTarget() {
		x.explainDigest()
	}
	x.explainCertificate()
	x.explainValue()
	_, err = Verify(x.signature, x.target, x.verify)
	x.result.Holds = err == nil && !slices.ContainsFunc(x.result.Steps, func(s Step) bool { return !s.OK })
	if err != nil && !slices.ContainsFunc(x.result.Steps, func(s Step) bool { return !s.OK }) {
		x.step(false, "Итог", "%s", inRussian(err))
	}
}

// findTarget looks for the signed element by the Reference.
func (x *explainer) findTarget() bool {
	const title = "Подписанный элемент"
	uri := x.parts.info.uri
	within := x.signature.Root()
	if x.opts.Content != nil {
		within = x.opts.Content.Root()
	}
	if uri == "" {
		x.target = within
		x.step(x.verify.Enveloped, title, "Reference с пустым URI: документ целиком (%s)", within.Path())
		return true
	}
	id, ok := strings.CutPrefix(uri, "#")
	if !ok {
		x.step(false, title, "Reference указывает не на элемент этого документа")
		return false
	}
	var found []*xmlsafe.Element
	within.Walk(func(e *xmlsafe.Element) bool {
		if slices.ContainsFunc(e.Attrs, func(a xmlsafe.Attr) bool { return xmlsafe.IsID(a) && a.Value == id }) {
			found = append(found, e)
		}
		return true
	})
	if len(found) == 0 {
		x.step(false, title, "элемента с Id %q в документе нет", id)
		return false
	}
	x.target = found[0]
	place := "подпись стоит отдельно от него"
	if x.target.Contains(x.signature) {
		place = "подпись стоит внутри него"
	}
	s := x.step(len(found) == 1, title, "Id %q: %s, байты %d–%d, %s", id, x.target.Path(), x.target.Start, x.target.End, place)
	if len(found) > 1 {
		s.Hints = append(s.Hints, fmt.Sprintf("этот Id имеют %d элемента(ов), подпись неоднозначна", len(found)))
	}
	if x.target.Contains(x.signature) && !x.verify.Enveloped {
		s.OK = false
		s.Hints = append(s.Hints, "подпись внутри подписанного элемента требует преобразования enveloped-signature первым в списке")
	}
	return true
}

// explainDigest compares digests and guesses why they differ.
func (x *explainer) explainDigest() {
	element := x.target
	if x.verify.Enveloped && element.Contains(x.signature) {
		element = without(element, x.signature)
	}
	size := x.parts.family.digestSize()
	var canonical, data bytes.Buffer
	if err := Canonicalize(&canonical, element); err != nil {
		x.step(false, "Каноническая форма", "%s", inRussian(err))
		return
	}
	x.step(true, "Каноническая форма", "%d байт", canonical.Len())
	if x.verify.Plain {
		data.Write(canonical.Bytes())
	} else if err := TransformElement(&data, element); err != nil {
		x.step(false, "Трансформация СМЭВ", "%s", inRussian(err))
		return
	} else {
		x.step(true, "Трансформация СМЭВ", "%d байт", data.Len())
	}
	sum := func(b []byte) []byte { h := cert.NewDigest(size); h.Write(b); return h.Sum(nil) }
	actual, expected := sum(data.Bytes()), x.parts.info.digest
	ok := bytes.Equal(actual, expected)
	s := x.step(ok, "Дайджест", "в подписи %s, вычислен %s", encoded(expected), encoded(actual))
	if ok {
		return
	}
	hint := func(matches bool, text string) {
		if matches {
			s.Hints = append(s.Hints, text)
		}
	}
	hint(bytes.Equal(reversed(actual), expected), "сошлось бы с обратным порядком байтов дайджеста")
	hint(!x.verify.Plain && bytes.Equal(sum(canonical.Bytes()), expected), "сошлось бы без трансформации СМЭВ: дайджест взят с канонической формы")
	hint(x.opts.Source != nil && x.opts.Content == nil && bytes.Equal(sum(x.opts.Source[x.target.Start:x.target.End]), expected),
		"сошлось бы без канонизации и трансформации: дайджест взят с исходных байтов")
	hint(HasXOP(element), "в элементе остались xop:Include: двоичные части сообщения не подставлены")
	hint(x.sameWithoutSignature(expected), "сошлось бы, если вынуть подпись из элемента: нет преобразования enveloped-signature")
	for _, other := range x.otherTargets() {
		if d, err := Digest(other, size, x.verify.Plain); err == nil && bytes.Equal(d, expected) {
			hint(true, fmt.Sprintf("дайджест принадлежит другому элементу: %s", other.Path()))
		}
	}
	if len(s.Hints) == 0 {
		s.Hints = []string{"содержимое элемента изменено после подписи либо сторона, которая подписывала, считает преобразование иначе"}
	}
}

// explainCertificate describes the certificate and its terms.
func (x *explainer) explainCertificate() {
	const day = "02.01.2006 15:04:05 MST"
	c := x.parts.certificate
	text := fmt.Sprintf("%s, ключ %d бит, действует с %s по %s", c, 8*c.DigestSize(), c.NotBefore.Format(day), c.NotAfter.Format(day))
	if p := c.PrivateKeyUsage; p != nil && !p.NotAfter.IsZero() {
		text += ", закрытый ключ по " + p.NotAfter.Format(day)
	}
	err := c.CheckValidity(x.opts.At)
	s := x.step(err == nil, "Сертификат", "%s", text)
	if err != nil {
		s.Hints = append(s.Hints, "на момент проверки срок сертификата не начался или истёк")
	}
	if x.opts.Trust != nil {
		err := x.opts.Trust(c)
		s := x.step(err == nil, "Доверие к сертификату", "%s", map[bool]string{true: "сертификат доверенный", false: "сертификату не доверяют"}[err == nil])
		if err != nil {
			s.Hints = append(s.Hints, err.Error())
		}
	}
}

// explainValue checks the signature value and tries what else it could be.
func (x *explainer) explainValue() {
	const title = "Значение подписи"
	if x.parts.checkValue() == nil {
		x.step(true, title, "соответствует SignedInfo (%d байт в канонической форме) и ключу", len(x.parts.canonical))
		return
	}
	s := x.step(false, title, "не соответствует SignedInfo (%d байт в канонической форме) и ключу", len(x.parts.canonical))
	for _, text := range x.signedInfoVariants() {
		for _, value := range valueVariants(x.parts.value) {
			h := cert.NewDigest(x.parts.family.digestSize())
			h.Write(text.octets)
			digest := h.Sum(nil)
			for _, order := range []variant{{"", digest}, {"хэш читается в обратном порядке байтов", reversed(digest)}} {
				if x.parts.certificate.PublicKey.Verify(order.octets, value.octets) == nil {
					notes := slices.DeleteFunc([]string{text.note, value.note, order.note}, func(n string) bool { return n == "" })
					s.Hints = append(s.Hints, "сошлось бы так: "+strings.Join(notes, "; "))
					return
				}
			}
		}
	}
	s.Hints = []string{"ни один из известных порядков байтов и вариантов SignedInfo не подходит: подписан другой SignedInfo или другим ключом"}
}
