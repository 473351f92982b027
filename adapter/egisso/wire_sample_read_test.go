package egisso

import (
	"errors"
	"strings"
	"testing"

	"egissogw/crypto/xmlsafe"
)

// read is a sample as it was understood.
type read struct {
	what     string // for the table
	written  []byte // by our writer; nil for documents only ЕГИССО writes and no simulator needs
	findings []Finding
	strict   error // departures from the schema that can be lived with
	pack     *Package
}

// readSampleDocument reads a document of any kind with the reader for it and
// runs every check there is.
func readSampleDocument(t testing.TB, content []byte) (*read, error) {
	t.Helper()
	doc, err := xmlsafe.Parse(content, xmlsafe.DefaultLimits)
	if err != nil {
		t.Fatal(err)
	}
	code, number, _ := strings.Cut(strings.TrimPrefix(doc.Root.Space, NamespaceMessages), "/")
	v, err := FindVersion(code, number)
	if err != nil {
		t.Fatal(err)
	}
	var w textWriter
	r := &read{}
	switch kind := v.Code + " " + doc.Root.Local; kind {
	case "10.02.I request":
		var code string
		if code, err = ReadClassifierRequest(content); err == nil {
			r.what = "request for " + code
			err = WriteClassifierRequest(&w, code)
		}
	case "10.02.I response":
		var a *ClassifierAnswer
		if a, err = ReadClassifierAnswer(content); err == nil {
			r.what = "classifier " + a.Code
			WriteClassifierAnswer(&w, a)
		}
	case "10.01.O request":
		var p *Publication
		if p, err = ReadPublication(content); err == nil {
			r.what = "publication"
			WritePublication(&w, p)
		}
	case "10.03.O request":
		var list []KMSZVersion
		if list, err = ReadActivation(content); err == nil {
			r.what = "activation"
			WriteActivation(&w, list)
		}
	case "10.10.I request":
		if v, err = ReadStorageRequest(content); err == nil {
			r.what = "storage request"
			WriteStorageRequest(&w, v)
		}
	case "10.11.I response":
		var a *ApplicationAnswer
		if a, err = ReadApplicationAnswer(content); err == nil {
			r.what = "decision on an application"
			if len(a.Deviations) > 0 {
				r.strict = errors.New(strings.Join(a.Deviations, "; "))
			}
			WriteApplicationAnswer(&w, a)
		}
	default:
		if doc.Root.Local == "response" {
			var p *Protocol
			if p, err = ReadProtocol(content); err == nil {
				r.what, r.strict = "protocol", p.Strict()
			}
			return r, err
		}
		r.pack, v, err = ReadPackage(content)
		if err == nil {
			r.what = "package"
			r.findings = checkPackage(worldChecker(t, v), r.pack)
			if !Blocks(r.findings) && Validate(r.pack, v) == nil {
				r.written = writtenAs(t, r.pack, v)
			}
		}
		return r, err
	}
	if err == nil {
		r.written = []byte(w.String())
	}
	return r, err
}
