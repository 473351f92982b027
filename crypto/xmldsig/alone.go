package xmldsig

import (
	"fmt"
	"slices"
	"strconv"

	"egissogw/crypto/xmlsafe"
)

// alone writes elements of what the transformer writes so that each is a document
// of its own: every namespace is declared once, on the root.
type alone struct {
	// done are complete documents, chunks and body are the inside of the one being
	// written, attrs those of its root.
	done, body, attrs []byte
	chunks            [][]byte
	size              int            // of all of them
	numbers           map[string]int // of prefixes
	uris              []string
	open              []aloneTag
	pending           bool // the last start tag lacks its end
	most              int  // the most octets, 0: any number
}

type aloneTag struct {
	number int
	local  string
}

func (a *alone) start(e *xmlsafe.Element, attrs []xmlsafe.Attr) error {
	tag := aloneTag{a.number(e.Space), e.Local}
	if len(a.open) == 0 {
		a.attrs = a.appendAttrs(a.attrs[:0], attrs)
	} else {
		a.complete()
		a.body = appendNumbered(append(a.body, '<'), tag.number, tag.local)
		a.body = a.appendAttrs(a.body, attrs)
		a.pending = true
	}
	a.open = append(a.open, tag)
	return a.check()
}

// complete ends the start tag written last.
func (a *alone) complete() {
	if a.pending {
		a.body = append(a.body, '>')
		a.pending = false
	}
}

func (a *alone) text(block string) error {
	a.complete()
	for len(block) > sinkSize {
		a.body = appendC14NText(a.body, block[:sinkSize])
		if err := a.check(); err != nil {
			return err
		}
		block = block[sinkSize:]
	}
	a.body = appendC14NText(a.body, block)
	return a.check()
}

func (a *alone) end() error {
	tag := a.open[len(a.open)-1]
	a.open = a.open[:len(a.open)-1]
	if a.pending {
		a.body = append(a.body, "/>"...)
		a.pending = false
	} else {
		a.body = append(appendNumbered(append(a.body, "</"...), tag.number, tag.local), '>')
	}
	if len(a.open) == 0 {
		a.finish(tag)
	}
	return a.check()
}

// finish puts a document together.
func (a *alone) finish(root aloneTag) {
	head := appendNumbered([]byte{'<'}, root.number, root.local)
	for i, uri := range a.uris {
		head = append(head, " xmlns:ns"...)
		head = strconv.AppendInt(head, int64(i+1), 10)
		head = append(appendC14NValue(append(head, `="`...), uri), '"')
	}
	head = append(append(head, a.attrs...), '>')
	a.chunks = append(append([][]byte{head}, a.chunks...), a.body)
	a.done = slices.Concat(append([][]byte{a.done}, a.chunks...)...)
	a.size = len(a.done)
	a.body, a.chunks, a.uris, a.numbers = nil, nil, nil, nil
}

// check refuses octets out of proportion. It puts full chunks aside: one buffer for
// all would be copied again and again.
func (a *alone) check() error {
	if a.most > 0 && a.size+len(a.body) > a.most {
		return fmt.Errorf("%w: content of more than %d bytes", ErrGrowth, a.most)
	}
	const chunk = 256 << 10
	if len(a.body) >= chunk {
		a.chunks, a.size = append(a.chunks, a.body), a.size+len(a.body)
		a.body = make([]byte, 0, chunk+chunk/4)
	}
	return nil
}

func (a *alone) appendAttrs(dst []byte, attrs []xmlsafe.Attr) []byte {
	for i := range attrs {
		dst = append(dst, ' ')
		if space := attrs[i].Space; space != "" {
			dst = appendNumbered(dst, a.number(space), attrs[i].Local)
		} else {
			dst = append(dst, attrs[i].Local...)
		}
		dst = append(appendC14NValue(append(dst, `="`...), attrs[i].Value), '"')
	}
	return dst
}

// number gives that of a namespace's prefix.
func (a *alone) number(uri string) int {
	number, ok := a.numbers[uri]
	if !ok {
		if a.numbers == nil {
			a.numbers = make(map[string]int)
		}
		a.uris = append(a.uris, uri)
		number = len(a.uris)
		a.numbers[uri] = number
	}
	return number
}

// appendNumbered appends a name with the prefix of that number.
func appendNumbered(dst []byte, number int, local string) []byte {
	dst = strconv.AppendInt(append(dst, "ns"...), int64(number), 10)
	return append(append(dst, ':'), local...)
}
