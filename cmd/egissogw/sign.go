package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"egissogw/cmd/egissogw/internal/assemble"
	"egissogw/cmd/egissogw/internal/fault"
	"egissogw/cmd/egissogw/internal/screen"
	"egissogw/cmd/egissogw/internal/signature"
	"egissogw/crypto/cms"
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
		return fault.Because(err)
	}
	var signed []byte
	switch r.xml {
	case "enveloped", "detached":
		signed, err = a.signXML(ctx, s, r)
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
		screen.Fprintf(a.stderr, "подписано: %s\n", r.output.path)
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
func (a *app) signCMS(ctx context.Context, s assemble.Signer, r signRequest) ([]byte, error) {
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
		return nil, fault.Because(err)
	}
	if r.pem {
		return cms.EncodePEM(der), nil
	}
	return der, nil
}

// signXML puts a signature into the root of a document, or gives that of one element alone.
func (a *app) signXML(ctx context.Context, s assemble.Signer, r signRequest) ([]byte, error) {
	doc, err := a.readSignable(ctx, r.name)
	if err != nil {
		return nil, err
	}
	if r.xml == "enveloped" {
		return signature.SignEnveloped(ctx, s, doc, r.plain)
	}
	return signature.SignElement(ctx, s, doc, r.id, r.plain)
}

// readSignable reads a document whose bytes as they are in the file are signed.
func (a *app) readSignable(ctx context.Context, name string) (*signature.Document, error) {
	data, err := a.read(ctx, name)
	if err != nil {
		return nil, err
	}
	if !signature.LooksLikeXML(data) {
		return nil, fmt.Errorf("%s: %w; для любых файлов есть CMS, без --xml", shownName(name), signature.ErrNotXML)
	}
	doc, err := signature.Parse(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", shownName(name), err)
	}
	if doc.Refers() {
		return nil, fmt.Errorf("%s: xop:Include указывает на части, которых в файле нет: такой документ подписать нельзя", shownName(name))
	}
	return doc, nil
}
