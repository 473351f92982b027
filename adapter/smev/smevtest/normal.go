package smevtest

import (
	"bufio"
	"fmt"
	"io"
	"sort"
	"strconv"
	"strings"
	"unicode/utf16"

	"egissogw/crypto/xmlsafe"
)

// normalForm writes the SMEV transform of the exclusive canonical form of an
// element (adapter/smev/SPEC.md#transform). It is a second
// implementation, made from the text of the specification alone and kept apart
// from crypto/xmldsig on purpose: the rules are followed step by step, with no
// thought of speed.
func normalForm(w io.Writer, e *xmlsafe.Element) error {
	n := &normalizer{out: bufio.NewWriter(w), counter: 1}
	if err := n.element(e); err != nil {
		return err
	}
	return n.out.Flush()
}

type normalizer struct {
	out     *bufio.Writer
	counter int
	frames  [][]nsBinding
}

type nsBinding struct{ prefix, uri string }

func (n *normalizer) lookup(uri string) (string, bool) {
	for _, frame := range n.frames {
		for _, b := range frame {
			if b.uri == uri {
				return b.prefix, true
			}
		}
	}
	return "", false
}

// prefix finds or makes the prefix of a namespace, steps 3 and 5.
func (n *normalizer) prefix(uri string) (string, error) {
	if uri == "" || uri == xmlsafe.XMLNamespace {
		return "", fmt.Errorf("namespace %q cannot pass the transform", uri)
	}
	if p, ok := n.lookup(uri); ok {
		return p, nil
	}
	p := "ns" + strconv.Itoa(n.counter)
	n.counter++
	top := len(n.frames) - 1
	n.frames[top] = append(n.frames[top], nsBinding{p, uri})
	return p, nil
}

func (n *normalizer) element(e *xmlsafe.Element) error {
	n.frames = append(n.frames, nil)
	p, err := n.prefix(e.Space)
	if err != nil {
		return err
	}
	tag := p + ":" + e.Local

	attrs := append([]xmlsafe.Attr(nil), e.Attrs...)
	sort.SliceStable(attrs, func(i, j int) bool { // step 4
		a, b := attrs[i], attrs[j]
		if (a.Space != "") != (b.Space != "") {
			return a.Space != ""
		}
		if a.Space != b.Space {
			return lessUTF16(a.Space, b.Space)
		}
		return lessUTF16(a.Local, b.Local)
	})
	var written strings.Builder
	for _, a := range attrs {
		name := a.Local
		if a.Space != "" {
			ap, err := n.prefix(a.Space)
			if err != nil {
				return err
			}
			name = ap + ":" + a.Local
		}
		written.WriteString(" " + name + `="` + attrEscaper.Replace(a.Value) + `"`)
	}
	n.write("<" + tag)
	for _, b := range n.frames[len(n.frames)-1] {
		n.write(" xmlns:" + b.prefix + `="` + attrEscaper.Replace(b.uri) + `"`)
	}
	n.write(written.String() + ">")

	var block strings.Builder
	for _, c := range e.Children {
		switch c := c.(type) {
		case xmlsafe.Text:
			block.WriteString(string(c))
		case xmlsafe.Comment: // gone already in the canonical form: neighbours merge
		default:
			n.text(block.String())
			block.Reset()
			if el, ok := c.(*xmlsafe.Element); ok {
				if err := n.element(el); err != nil {
					return err
				}
			}
		}
	}
	n.text(block.String())
	n.write("</" + tag + ">")
	n.frames = n.frames[:len(n.frames)-1]
	return nil
}

func (n *normalizer) write(s string) { _, _ = n.out.WriteString(s) } // Flush reports the error

var attrEscaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", `"`, "&quot;",
	"\t", "&#x9;", "\n", "&#xa;", "\r", "&#xd;")

const (
	shortBlock = 12 // UTF-16 units from which the long rule for > applies
	chunk      = 512
)

// text writes one block, step 2 and the table of escaping.
func (n *normalizer) text(block string) {
	if strings.Trim(block, "\x00\x01\x02\x03\x04\x05\x06\x07\x08\t\n\x0b\x0c\r\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f ") == "" {
		return
	}
	units := 0
	for _, r := range block {
		units += utf16.RuneLen(r)
	}
	at := 0
	previous := rune(-1)
	escapedPrevious := false
	for _, r := range block {
		entity := ""
		switch {
		case r == '&':
			entity = "&amp;"
		case r == '<':
			entity = "&lt;"
		case r == '\r':
			entity = "&#xd;"
		case r >= 0x7f && r <= 0x9f:
			entity = "&#x" + strconv.FormatInt(int64(r), 16) + ";"
		case r == '>' && units < shortBlock && (at == 0 || previous == ']'):
			entity = "&gt;"
		case r == '>' && units >= shortBlock && (at%chunk == 0 || previous == ']' || escapedPrevious):
			entity = "&gt;"
		}
		if entity != "" {
			n.write(entity)
		} else {
			_, _ = n.out.WriteRune(r)
		}
		escapedPrevious = entity != ""
		previous = r
		at += utf16.RuneLen(r)
	}
}

// lessUTF16 compares like Java's String.compareTo.
func lessUTF16(a, b string) bool {
	x, y := utf16.Encode([]rune(a)), utf16.Encode([]rune(b))
	for i := 0; i < len(x) && i < len(y); i++ {
		if x[i] != y[i] {
			return x[i] < y[i]
		}
	}
	return len(x) < len(y)
}
