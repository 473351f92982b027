package wire_test

import (
	"errors"
	"strings"
	"testing"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/egissotest"
	"egissogw/adapter/egisso/wire"
	"egissogw/crypto/xmlsafe"
)

// read is a sample as it was understood.
type read struct {
	what     string // for the table
	written  []byte // by our writer; nil for documents only ЕГИССО writes and no simulator needs
	findings []egisso.Finding
	strict   error // departures from the schema that can be lived with
	pack     *egisso.Package
}

// readSampleDocument reads a document of any kind with the reader for it and
// runs every check there is.
func readSampleDocument(t testing.TB, content []byte) (*read, error) {
	t.Helper()
	doc, err := xmlsafe.Parse(content, xmlsafe.DefaultLimits)
	if err != nil {
		t.Fatal(err)
	}
	code, number, _ := strings.Cut(strings.TrimPrefix(doc.Root.Space, egisso.NamespaceMessages), "/")
	v, err := egisso.FindVersion(code, number)
	if err != nil {
		t.Fatal(err)
	}
	var w egissotest.TextWriter
	r := &read{}
	switch kind := v.Code + " " + doc.Root.Local; kind {
	case "10.02.I request":
		var code string
		if code, err = wire.ReadClassifierRequest(content); err == nil {
			r.what = "request for " + code
			err = wire.WriteClassifierRequest(&w, code)
		}
	case "10.02.I response":
		var a *egisso.ClassifierAnswer
		if a, err = wire.ReadClassifierAnswer(content); err == nil {
			r.what = "classifier " + a.Code
			wire.WriteClassifierAnswer(&w, a)
		}
	case "10.01.O request":
		var p *egisso.Publication
		if p, err = wire.ReadPublication(content); err == nil {
			r.what = "publication"
			wire.WritePublication(&w, p)
		}
	case "10.03.O request":
		var list []egisso.KMSZVersion
		if list, err = wire.ReadActivation(content); err == nil {
			r.what = "activation"
			wire.WriteActivation(&w, list)
		}
	case "10.10.I request":
		if v, err = wire.ReadStorageRequest(content); err == nil {
			r.what = "storage request"
			wire.WriteStorageRequest(&w, v)
		}
	case "10.11.I response":
		var a *egisso.ApplicationAnswer
		if a, err = wire.ReadApplicationAnswer(content); err == nil {
			r.what = "decision on an application"
			if len(a.Deviations) > 0 {
				r.strict = errors.New(strings.Join(a.Deviations, "; "))
			}
			wire.WriteApplicationAnswer(&w, a)
		}
	default:
		if doc.Root.Local == "response" {
			var p *egisso.Protocol
			if p, err = wire.ReadProtocol(content); err == nil {
				r.what, r.strict = "protocol", p.Strict()
			}
			return r, err
		}
		r.pack, v, err = wire.ReadPackage(content)
		if err == nil {
			r.what = "package"
			r.findings = checkPackage(egissotest.Checker(t, v), r.pack)
			if !egisso.Blocks(r.findings) && wire.Validate(r.pack, v) == nil {
				r.written = egissotest.WrittenAs(t, r.pack, v)
			}
		}
		return r, err
	}
	if err == nil {
		r.written = []byte(w.String())
	}
	return r, err
}
