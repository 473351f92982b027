package xmldsig

import (
	"fmt"
	"strconv"
	"strings"

	"egissogw/crypto/xmlsafe"
)

// endBlock writes the pending block of text in both forms.
func (w *Writer) endBlock() {
	if w.block == "" {
		return
	}
	block := w.block
	w.block = ""
	if len(w.pieces) > 0 {
		block = string(w.pieces)
		w.pieces = w.pieces[:0]
	}
	if insignificant(block) {
		if strings.Trim(block, " \t\r\n") != "" {
			w.fail("text of %q has a character XML does not allow", w.path())
		}
		return
	}
	w.endTag()
	class := classify(block)
	if class == 0 {
		w.wire.buf = append(w.wire.buf, block...)
		w.normal.buf = append(w.normal.buf, block...)
		return
	}
	if class&^escapeClass != 0 {
		if block = w.normalised(block); w.err != nil {
			return
		}
	}
	if class&escapeClass == 0 {
		w.wire.buf = append(w.wire.buf, block...)
		w.normal.buf = append(w.normal.buf, block...)
		return
	}
	w.wire.buf = appendC14NText(w.wire.buf, block)
	w.normal.buf = appendText(w.normal.buf, block)
}

// What classify finds in a block of text.
const (
	escapeClass = 1 << iota // a byte one of the forms may have to escape
	checkClass              // a byte that needs normalised: CR, controls, beyond ASCII
)

// textClasses gives the class of each byte of text.
var textClasses = func() (t [256]uint8) {
	for c := range t {
		if textCare[c] && c != '\r' {
			t[c] |= escapeClass
		}
		if c >= 0x80 || c < ' ' && c != '\t' && c != '\n' {
			t[c] |= checkClass
		}
	}
	return t
}()

// classify collects the classes of all bytes of s.
func classify(s string) uint8 {
	var class uint8
	for i := 0; i < len(s); i++ {
		class |= textClasses[s[i]]
	}
	return class
}

// normalised gives s with line ends as LF; it must be valid text.
func (w *Writer) normalised(s string) string {
	if xmlsafe.InvalidChar(s) >= 0 {
		w.fail("text or attribute of %q has a character XML does not allow", w.path())
		return ""
	}
	if strings.IndexByte(s, '\r') < 0 {
		return s
	}
	return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
}

// endTag completes the last start tag of the wire form.
func (w *Writer) endTag() {
	if w.tagOpen {
		w.wire.buf = append(w.wire.buf, '>')
		w.tagOpen = false
	}
}

// leaveScope drops what the innermost open element declared, and the element.
func (w *Writer) leaveScope(e openElement) {
	for _, i := range w.bound[e.bound:] {
		w.spaces[i].tag = w.spaces[i].tag[:0]
	}
	for _, i := range w.visible[e.visible:] {
		w.spaces[i].declared = false
	}
	w.bound, w.visible = w.bound[:e.bound], w.visible[:e.visible]
	w.open = w.open[:len(w.open)-1]
}

// namespace gives the index of a URI, making it known first if it is not.
func (w *Writer) namespace(uri string) int {
	for i := range w.spaces {
		if w.spaces[i].uri == uri {
			return i
		}
	}
	return w.addNamespace(uri, w.makePrefix())
}

// attributeSpace is namespace for the wire form of attributes, which cannot
// use a default namespace.
func (w *Writer) attributeSpace(uri string) int {
	for i := range w.spaces {
		if w.spaces[i].uri == uri && w.spaces[i].prefix != "" {
			return i
		}
	}
	return w.addNamespace(uri, w.makePrefix())
}

// addNamespace makes a URI known with its prefix of the wire form.
func (w *Writer) addNamespace(uri, prefix string) int {
	if uri == "" || uri == xmlsafe.XMLNamespace || uri == xmlsafe.XMLNSNamespace || xmlsafe.InvalidChar(uri) >= 0 {
		w.fail("%q is not usable as a namespace", uri)
	}
	w.spaces = append(w.spaces, namespace{
		uri: uri, prefix: prefix,
		normalBinding: `="` + string(appendValue(nil, uri)) + `"`,
		wireBinding:   `="` + string(appendC14NValue(nil, uri)) + `"`,
	})
	return len(w.spaces) - 1
}

// makePrefix makes up a prefix nobody listed.
func (w *Writer) makePrefix() string {
	for {
		w.made++
		prefix := "q" + strconv.Itoa(w.made)
		taken := false
		for i := range w.spaces {
			taken = taken || w.spaces[i].prefix == prefix
		}
		if !taken {
			return prefix
		}
	}
}

// number makes sure that a namespace has a prefix of the normal form in scope:
// a new one, bound to the element being started, if there is none.
func (w *Writer) number(i int) {
	ns := &w.spaces[i]
	if len(ns.tag) > 0 {
		return
	}
	ns.tag = append(append(append(ns.tag, "ns"...), w.next...), ':')
	w.bound = append(w.bound, i)
	w.next = increment(w.next)
}

// increment adds one to a decimal number.
func increment(digits []byte) []byte {
	for i := len(digits) - 1; i >= 0; i-- {
		if digits[i] < '9' {
			digits[i]++
			return digits
		}
		digits[i] = '0'
	}
	return append([]byte("1"), digits...)
}

// declare appends the declaration of a namespace to a start tag of the wire
// form and takes it into scope.
func (w *Writer) declare(buf []byte, i int) []byte {
	ns := &w.spaces[i]
	ns.declared = true
	w.visible = append(w.visible, i)
	buf = append(buf, " xmlns"...)
	if ns.prefix != "" {
		buf = append(append(buf, ':'), ns.prefix...)
	}
	return append(buf, ns.wireBinding...)
}

// fail keeps the first error. Texts and values are never part of it.
func (w *Writer) fail(format string, args ...any) {
	if w.err == nil {
		w.err = fmt.Errorf("%w: %w", ErrWriter, fmt.Errorf(format, args...))
	}
}

// path names the open elements.
func (w *Writer) path() string {
	var names []string
	for _, e := range w.open {
		names = append(names, e.local)
	}
	return strings.Join(names, "/")
}

// appendName appends prefix:local, or local where there is no prefix.
func appendName(dst []byte, prefix, local string) []byte {
	if prefix != "" {
		dst = append(append(dst, prefix...), ':')
	}
	return append(dst, local...)
}
