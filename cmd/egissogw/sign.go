package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"egissogw/crypto/cert"
	"egissogw/crypto/cms"
	"egissogw/crypto/xmldsig"
	"egissogw/crypto/xmlsafe"
)

// signRequest is what sign was asked for.
type signRequest struct {
	name   string
	xml    string // "", "enveloped" or "detached"
	id     string
	plain  bool
	pem    bool
	output output
}

// Ends of the names of signature files, which verify finds the content by.
const (
	cmsSuffix       = ".sig"
	detachedSuffix  = ".sig.xml"
	envelopedSuffix = ".signed"
)

// signFile signs a file with the configured signer. It does not ask the switch of
// the service: signing by hand is an act of the administrator who started it.
func signFile(ctx context.Context, a *app, args []string) error {
	r, err := parseSign(a, args)
	if err != nil {
		return err
	}
	if err := r.output.check(); err != nil {
		return err
	}
	s, err := a.signer(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	if err := s.Certificate().CheckTerm(a.now()); err != nil {
		return because(err)
	}
	var signed []byte
	switch r.xml {
	case "enveloped":
		signed, err = a.signEnveloped(ctx, s, r)
	case "detached":
		signed, err = a.signElement(ctx, s, r)
	default:
		signed, err = a.signCMS(ctx, s, r)
	}
	if err != nil {
		return err
	}
	if err := r.output.write(a, signed); err != nil {
		return err
	}
	if a.asJSON {
		return a.printJSON(map[string]string{"file": r.output.path})
	}
	if r.output.path != stdinName {
		fprintf(a.stderr, "подписано: %s\n", r.output.path)
	}
	return nil
}

func parseSign(a *app, args []string) (signRequest, error) {
	var r signRequest
	f := a.flags("sign")
	asJSON := a.jsonFlag(f)
	f.StringVar(&r.xml, "xml", "", "подпись XML вместо CMS: enveloped — внутри корня документа, detached — отдельно")
	f.StringVar(&r.id, "id", "", "Id подписываемого элемента, для --xml detached; без него подписывается корень")
	f.BoolVar(&r.plain, "plain", false, "подпись XML без трансформации СМЭВ, не для сообщений СМЭВ")
	f.BoolVar(&r.pem, "pem", false, "CMS в виде PEM, иначе DER")
	f.StringVar(&r.output.path, "out", "", "куда записать; - — стандартный вывод")
	f.BoolVar(&r.output.force, "force", false, "заменить файл, если он уже есть")
	positional, err := parse(f, args)
	if err != nil {
		return r, err
	}
	if r.name, err = oneFile(positional); err != nil {
		return r, err
	}
	switch {
	case r.xml != "" && r.xml != "enveloped" && r.xml != "detached":
		return r, usageError{"--xml: нужно enveloped или detached"}
	case r.xml != "" && r.pem:
		return r, usageError{"--pem относится только к CMS"}
	case r.xml == "" && r.plain:
		return r, usageError{"--plain относится только к --xml"}
	case r.xml != "detached" && r.id != "":
		return r, usageError{"--id относится только к --xml detached"}
	}
	if r.output.path == "" {
		r.output.path = r.defaultOutput()
	}
	if *asJSON && r.output.path == stdinName {
		return r, usageError{"с --json подпись пишется в файл: --out ФАЙЛ"}
	}
	return r, nil
}

func (r signRequest) defaultOutput() string {
	switch {
	case r.name == stdinName:
		return stdinName
	case r.xml == "enveloped":
		extension := filepath.Ext(r.name)
		return strings.TrimSuffix(r.name, extension) + envelopedSuffix + extension
	case r.xml == "detached":
		return r.name + detachedSuffix
	}
	return r.name + cmsSuffix
}

// signCMS makes a detached CMS signature; the file is streamed.
func (a *app) signCMS(ctx context.Context, s signer, r signRequest) ([]byte, error) {
	file, err := a.open(ctx, r.name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	digest, err := cms.Digest(s.Certificate().DigestSize(), file)
	if err != nil {
		return nil, fmt.Errorf("чтение %s: %w", shownName(r.name), err)
	}
	der, err := cms.SignDetached(ctx, digest, s, a.now())
	if err != nil {
		return nil, because(err)
	}
	if r.pem {
		return cms.EncodePEM(der), nil
	}
	return der, nil
}

// signEnveloped puts a signature into the root of the document, of which nothing
// else changes.
func (a *app) signEnveloped(ctx context.Context, s signer, r signRequest) ([]byte, error) {
	doc, err := a.readSignable(ctx, r.name)
	if err != nil {
		return nil, err
	}
	signed, err := xmldsig.SignEnveloped(ctx, s, doc.source, r.plain)
	if err != nil {
		return nil, signingReason(err)
	}
	result, err := xmlsafe.Parse(signed, xmlsafe.Limits{})
	if err != nil {
		return nil, fmt.Errorf("проверка сделанной подписи: %w", err)
	}
	all := result.Root.Childs(xmldsig.Namespace, "Signature")
	options := xmldsig.VerifyOptions{Enveloped: true, Plain: r.plain}
	return signed, checkSigned(s, all[len(all)-1], result.Root, options)
}

// signElement signs one element and gives the signature alone.
func (a *app) signElement(ctx context.Context, s signer, r signRequest) ([]byte, error) {
	doc, err := a.readSignable(ctx, r.name)
	if err != nil {
		return nil, err
	}
	id := r.id
	if id == "" {
		if id = elementID(doc.root); id == "" {
			return nil, errors.New("у корневого элемента нет Id: укажите подписываемый элемент, --id ID")
		}
	}
	e, err := doc.byID(id)
	if err != nil {
		return nil, err
	}
	digest, err := xmldsig.Digest(e, s.Certificate().DigestSize(), r.plain)
	if err != nil {
		return nil, signingReason(err)
	}
	signature, err := xmldsig.SignReference(ctx, s, xmldsig.Reference{ID: id, Digest: digest, Plain: r.plain})
	if err != nil {
		return nil, signingReason(err)
	}
	result, err := xmlsafe.Parse(signature, xmlsafe.Limits{})
	if err != nil {
		return nil, fmt.Errorf("проверка сделанной подписи: %w", err)
	}
	return signature, checkSigned(s, result.Root, e, xmldsig.VerifyOptions{Plain: r.plain, Separate: true})
}

// readSignable reads a document whose bytes as they are in the file are signed.
func (a *app) readSignable(ctx context.Context, name string) (*document, error) {
	data, err := a.read(ctx, name)
	if err != nil {
		return nil, err
	}
	if !looksLikeXML(data) {
		return nil, fmt.Errorf("%s: %w; для любых файлов есть CMS, без --xml", shownName(name), errNotXML)
	}
	doc, err := parseDocument(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", shownName(name), err)
	}
	if xmldsig.HasXOP(doc.root) {
		return nil, fmt.Errorf("%s: xop:Include указывает на части, которых в файле нет: такой документ подписать нельзя", shownName(name))
	}
	return doc, nil
}

// checkSigned verifies what was made the way a receiver does.
func checkSigned(s signer, signature, target *xmlsafe.Element, options xmldsig.VerifyOptions) error {
	options.Trust = func(c *cert.Certificate) error {
		if !bytes.Equal(c.Raw, s.Certificate().Raw) {
			return errors.New("another certificate than the signer's")
		}
		return nil
	}
	if _, err := xmldsig.Verify(signature, target, options); err != nil {
		return fmt.Errorf("проверка сделанной подписи: %w", because(err))
	}
	return nil
}

// signingReason adds what to do about content the bus's transform cannot take.
func signingReason(err error) error {
	if errors.Is(err, xmldsig.ErrTransform) {
		return fmt.Errorf("%w; если документ не для СМЭВ, подпишите его с --plain", because(err))
	}
	return because(err)
}

// elementID is the identifier of an element, empty without one.
func elementID(e *xmlsafe.Element) string {
	for _, a := range e.Attrs {
		if xmlsafe.IsID(a) {
			return a.Value
		}
	}
	return ""
}
