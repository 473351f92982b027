package receiver

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"hash"
	"io"
	"strings"

	"egissogw/crypto/xmlsafe"
)

// The helpers below find elements by local name: the structure, with
// namespaces, has been checked before.

func child(e *xmlsafe.Element, path ...string) *xmlsafe.Element {
	for _, local := range path {
		var next *xmlsafe.Element
		for _, c := range e.Elements() {
			if c.Local == local {
				next = c
				break
			}
		}
		if next == nil {
			return nil
		}
		e = next
	}
	return e
}

// value is a copy, so that the registers do not keep whole packages in memory.
func value(e *xmlsafe.Element, path ...string) string {
	c := child(e, path...)
	if c == nil {
		return ""
	}
	return strings.Clone(strings.TrimSpace(c.Text()))
}

func values(e *xmlsafe.Element, local string) []*xmlsafe.Element {
	var out []*xmlsafe.Element
	for _, c := range e.Elements() {
		if c.Local == local {
			out = append(out, c)
		}
	}
	return out
}

// day is the date part of an xs:date, whose zone has no meaning for the rules.
func day(s string) string {
	if len(s) > 10 {
		return s[:10]
	}
	return s
}

// shown writes a date the way reports do (DD-MM-YYYY).
func shown(day string) string {
	if len(day) != 10 {
		return day
	}
	return day[8:] + "-" + day[5:7] + "-" + day[:4]
}

// contentHash is a hash of everything in the element but its own uuid.
func contentHash(e *xmlsafe.Element) string {
	h := sha256.New()
	for _, c := range e.Elements() {
		if c.Local != "uuid" {
			hashTree(h, c)
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

func hashTree(h hash.Hash, e *xmlsafe.Element) {
	_, _ = io.WriteString(h, "<"+e.Local+">")
	kids := e.Elements()
	if len(kids) == 0 {
		_, _ = io.WriteString(h, strings.TrimSpace(e.Text()))
	}
	for _, c := range kids {
		hashTree(h, c)
	}
	_, _ = io.WriteString(h, "</>")
}

// marshal cannot fail: the states are structs of strings.
func marshal(v any) json.RawMessage {
	b, err := json.Marshal(v)
	if err != nil {
		return nil
	}
	return b
}
