package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"egissogw/cmd/egissogw/internal/fault"
	"egissogw/cmd/egissogw/internal/signature"
	"egissogw/crypto/cms"
)

// run finds out what kind of file it is and explains its signatures. A file
// without signatures of its own may have one beside it.
func (v *verification) run(ctx context.Context) (*signature.Report, error) {
	head, err := v.head(ctx)
	if err != nil {
		return nil, err
	}
	switch {
	case isZip(head):
		return v.explainArchive(ctx)
	case signature.IsDocument(head):
		r, err := v.explainXML(ctx)
		if errors.Is(err, signature.ErrNoSignature) && v.beside() {
			return v.explainCMS(ctx)
		}
		return r, err
	case looksLikeCMS(head):
		r, err := v.explainCMS(ctx)
		if errors.Is(err, cms.ErrMalformed) && v.beside() {
			return v.explainCMS(ctx)
		}
		return r, err
	case v.beside():
		return v.explainCMS(ctx)
	}
	return nil, fmt.Errorf("%s: это не XML и не CMS, и рядом нет файла подписи (%s)", shownName(v.name), strings.Join(signatureSuffixes, ", "))
}

// head gives the beginning of the file. Standard input is read whole and kept.
func (v *verification) head(ctx context.Context) ([]byte, error) {
	if v.name == stdinName {
		data, err := v.app.read(ctx, v.name)
		if err != nil {
			return nil, err
		}
		again := *v.app
		again.stdin = bytes.NewReader(data)
		v.app = &again
		return data, nil
	}
	file, err := v.app.open(ctx, v.name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	const enough = 4096
	head, err := bufio.NewReaderSize(file, enough).Peek(enough)
	if len(head) == 0 {
		if err == nil || errors.Is(err, context.Canceled) {
			return nil, err
		}
		return nil, fmt.Errorf("%s: пусто или не читается (%w)", v.name, err)
	}
	return head, nil
}

// beside makes the file the content of the detached signature beside it, if
// there is one.
func (v *verification) beside() bool {
	if v.name == stdinName || v.content != "" {
		return false
	}
	for _, suffix := range signatureSuffixes {
		if info, err := os.Stat(v.name + suffix); err == nil && info.Mode().IsRegular() {
			v.name, v.content = v.name+suffix, v.name
			return true
		}
	}
	return false
}

// looksLikeCMS recognises DER or BER with a long length, PEM and bare base64 of it.
func looksLikeCMS(head []byte) bool {
	text := bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n")
	return len(head) > 1 && head[0] == 0x30 && head[1] >= 0x80 && head[1] <= 0x84 ||
		bytes.HasPrefix(text, []byte("-----BEGIN ")) || bytes.HasPrefix(text, []byte("MI"))
}

// contentFor is the file a detached signature is for: the one given, or the one
// the signature's name points to.
func (v *verification) contentFor(suffixes ...string) string {
	if v.content != "" {
		return v.content
	}
	for _, suffix := range suffixes {
		name, ok := strings.CutSuffix(v.name, suffix)
		if !ok {
			continue
		}
		if info, err := os.Stat(name); err == nil && info.Mode().IsRegular() {
			return name
		}
	}
	return ""
}

// explainXML explains every signature of an XML document or saved HTTP body.
func (v *verification) explainXML(ctx context.Context) (*signature.Report, error) {
	doc, err := v.app.readOutline(ctx, v.name)
	if err != nil {
		return nil, err
	}
	r := &signature.Report{File: shownName(v.name), Kind: doc.Kind(), At: v.At, Notes: doc.Notes}
	var content *signature.Document
	if doc.IsSignature() {
		if name := v.contentFor(detachedSuffix); name != "" {
			if content, err = v.app.readOutline(ctx, name); err != nil {
				return nil, err
			}
			r.Content = shownName(name)
		} else {
			r.Notes = append(r.Notes, "в файле только подпись; подписанный документ задаётся параметром --content")
		}
	}
	if r.Signatures, err = v.Document(doc, content); err != nil {
		return nil, fmt.Errorf("%s: %w", shownName(v.name), err)
	}
	r.Conclude()
	return r, nil
}

// explainCMS explains the signatures of a CMS, detached or with its content.
func (v *verification) explainCMS(ctx context.Context) (*signature.Report, error) {
	data, err := v.app.read(ctx, v.name)
	if err != nil {
		return nil, err
	}
	der, err := cms.Decode(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", shownName(v.name), fault.Because(err))
	}
	_, attached, err := cms.Content(der)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", shownName(v.name), fault.Because(err))
	}
	r := &signature.Report{File: shownName(v.name), Kind: "cms", At: v.At}
	name := v.content
	if name == "" && !attached {
		if name = v.contentFor(signatureSuffixes...); name == "" {
			return nil, fmt.Errorf("%s: %w", shownName(v.name), fault.Because(cms.ErrNoContent))
		}
	}
	if attached && name != "" {
		r.Notes = append(r.Notes, "в CMS есть и собственное содержимое; проверено указанное в --content")
	}
	var content io.Reader // none: the one included
	if name != "" {
		file, err := v.app.open(ctx, name)
		if err != nil {
			return nil, err
		}
		defer file.Close()
		r.Content, content = shownName(name), file
	}
	r.Signatures = v.CMS(der, content)
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	r.Conclude()
	return r, nil
}
