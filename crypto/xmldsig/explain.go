package xmldsig

import (
	"bytes"
	"errors"
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
	// Source is the document as it was read. Elements are read from it again, so
	// that the tree may be an Outline; without it they are those of the tree.
	Source []byte
	// Content is the signed element where signatures are in a document of
	// their own, ContentSource that document.
	Content       *xmlsafe.Element
	ContentSource []byte
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
//
// The work is bounded by a multiple of the document's size, however many
// signatures and Ids there are.
func Explain(root *xmlsafe.Element, opts ExplainOptions) []Explanation {
	const most = 100
	var all []Explanation
	size := 0
	for _, r := range []*xmlsafe.Element{root, opts.Content} {
		if r != nil {
			size += r.Root().End + inlined(r.Root())
		}
	}
	left := effortFactor*size + 1<<20
	root.Walk(func(e *xmlsafe.Element) bool {
		if e.Is(Namespace, "Signature") {
			x := explainer{opts: opts, left: &left, size: size, signature: e, result: Explanation{Place: e.Path()}}
			x.run()
			all = append(all, x.result)
		}
		return len(all) < most
	})
	return all
}

// effortFactor is how often the octets of a document may be hashed to explain its
// signatures: twice for each of three that contain each other, and for hints.
const effortFactor = 32

// inlined is about how many bytes of parts were put into the tree.
func inlined(root *xmlsafe.Element) int {
	n := 0
	root.Walk(func(e *xmlsafe.Element) bool {
		if len(e.Children) == 1 {
			if text, ok := e.Children[0].(xmlsafe.Text); ok && len(text) > e.End-e.Start {
				n += len(text)
			}
		}
		return true
	})
	return n
}

// explainer examines one signature.
type explainer struct {
	opts ExplainOptions
	// left is how many bytes of elements may still be hashed.
	left *int
	// size is that of the documents with the parts put into them.
	size      int
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

// read takes the signature apart.
func (x *explainer) read() (err error) {
	if x.parts, err = readSignature(x.signature); err != nil {
		return err
	}
	x.result.Certificate = x.parts.certificate
	x.verify = VerifyOptions{
		Trust:     func(*cert.Certificate) error { return nil },
		Enveloped: slices.Contains(x.parts.info.transforms, EnvelopedSignature),
		Plain:     !slices.Contains(x.parts.info.transforms, SMEVTransform),
		Separate:  x.opts.Content != nil,
	}
	return nil
}

// run takes the steps in order.
func (x *explainer) run() {
	err := x.read()
	if err != nil {
		x.step(false, "Строение подписи", "%s", inRussian(err))
		return
	}
	info := x.parts.info
	x.step(true, "Строение подписи", "SignatureMethod %s, DigestMethod %s, преобразования: %s",
		info.signatureMethod, info.digestMethod, strings.Join(info.transforms, ", "))
	if x.findTarget() {
		x.explainDigest()
	}
	x.explainCertificate()
	x.explainValue()
	err = x.parts.checkReference(x.target, x.verify)
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

// form is how the octets of an element are made that this signature refers to.
func (x *explainer) form(e *xmlsafe.Element) form {
	f := form{target: e, source: x.opts.Source, size: x.size, plain: x.verify.Plain}
	if x.opts.Content != nil {
		f.source = x.opts.ContentSource
	}
	if x.verify.Enveloped && e.Contains(x.signature) {
		f.cut = x.signature
	}
	return f
}

// digest gives the digest of a form and its size in octets.
func (x *explainer) digest(f form) ([]byte, int64, error) {
	if *x.left -= f.target.End - f.target.Start; *x.left < 0 {
		return nil, 0, errEffort
	}
	return f.digest(x.parts.family.digestSize())
}

// has tells whether the digest of a form is the expected one.
func (x *explainer) has(f form, expected []byte) bool {
	d, _, err := x.digest(f)
	return err == nil && bytes.Equal(d, expected)
}

// explainDigest compares digests and guesses why they differ.
func (x *explainer) explainDigest() {
	f := x.form(x.target)
	canonical := f
	canonical.plain = true
	plainDigest, n, err := x.digest(canonical)
	if err != nil {
		x.step(false, "Каноническая форма", "%s", inRussian(err))
		return
	}
	x.step(true, "Каноническая форма", "%d байт", n)
	actual, expected := plainDigest, x.parts.info.digest
	if !f.plain {
		f.strict = true
		actual, n, err = x.digest(f)
		if errors.Is(err, ErrInstruction) {
			x.step(false, "Инструкции обработки", "%s", inRussian(err))
			f.strict = false
			actual, n, err = x.digest(f)
		}
		if err != nil {
			x.step(false, "Трансформация СМЭВ", "%s", inRussian(err))
			return
		}
		x.step(true, "Трансформация СМЭВ", "%d байт", n)
	}
	ok := bytes.Equal(actual, expected)
	s := x.step(ok, "Дайджест", "в подписи %s, вычислен %s", encoded(expected), encoded(actual))
	if ok {
		return
	}
	sum := func(b []byte) []byte { h := cert.NewDigest(len(actual)); h.Write(b); return h.Sum(nil) }
	hint := func(matches bool, text string) {
		if matches {
			s.Hints = append(s.Hints, text)
		}
	}
	hint(bytes.Equal(reversed(actual), expected), "сошлось бы с обратным порядком байтов дайджеста")
	hint(!x.verify.Plain && bytes.Equal(plainDigest, expected), "сошлось бы без трансформации СМЭВ: дайджест взят с канонической формы")
	hint(x.opts.Source != nil && x.opts.Content == nil && bytes.Equal(sum(x.opts.Source[x.target.Start:x.target.End]), expected),
		"сошлось бы без канонизации и трансформации: дайджест взят с исходных байтов")
	hint(hasXOP(f), "в элементе остались xop:Include: двоичные части сообщения не подставлены")
	hint(x.sameWithoutSignature(expected), "сошлось бы, если вынуть подпись из элемента: нет преобразования enveloped-signature")
	for _, other := range x.otherTargets() {
		hint(x.has(x.form(other), expected), fmt.Sprintf("дайджест принадлежит другому элементу: %s", other.Path()))
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
