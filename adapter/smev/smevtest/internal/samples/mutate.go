package samples

import (
	"math/rand/v2"
	"strings"
	"testing"

	"egissogw/crypto/xmlsafe"
)

// Mutate deletes, doubles or swaps an element of a document, or replaces its
// text by one of the texts.
func Mutate(t testing.TB, rng *rand.Rand, source []byte, texts []string) []byte {
	t.Helper()
	var all []*xmlsafe.Element
	doc, err := xmlsafe.Parse(source, xmlsafe.DefaultLimits)
	if err != nil {
		t.Fatal(err)
	}
	doc.Root.Walk(func(e *xmlsafe.Element) bool {
		if e.Parent != nil {
			all = append(all, e)
		}
		return true
	})
	e := all[rng.IntN(len(all))]
	own := string(source[e.Start:e.End])
	replace := func(with string) []byte {
		return []byte(string(source[:e.Start]) + with + string(source[e.End:]))
	}
	switch rng.IntN(4) {
	case 0:
		return replace("")
	case 1:
		return replace(own + own)
	case 2:
		siblings := e.Parent.Elements()
		if e == siblings[len(siblings)-1] {
			return replace(own + own)
		}
		for i, s := range siblings {
			if s == e {
				next := siblings[i+1]
				return []byte(string(source[:e.Start]) + string(source[next.Start:next.End]) +
					string(source[e.End:next.Start]) + own + string(source[next.End:]))
			}
		}
	}
	if len(e.Elements()) > 0 {
		return replace("")
	}
	open := own[:strings.IndexByte(own, '>')+1]
	shut := own[strings.LastIndexByte(own, '<'):]
	return replace(open + texts[rng.IntN(len(texts))] + shut)
}
