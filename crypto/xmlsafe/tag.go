package xmlsafe

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// startTag reads a start tag or an empty-element tag.
func (p *parser) startTag() error {
	start := p.pos
	p.pos++
	prefix, local, err := p.qname()
	if err != nil {
		return err
	}
	if err := p.admitElement(start); err != nil {
		return err
	}
	p.attrs, p.attrPos, p.decls = p.attrs[:0], p.attrPos[:0], p.decls[:0]
	empty, err := p.attributes()
	if err != nil {
		return err
	}
	e, err := p.newElement()
	if err != nil {
		return err
	}
	e.Prefix, e.Local, e.Start = prefix, local, start
	if err := p.enter(e); err != nil {
		return err
	}
	if err := p.resolve(e); err != nil {
		return err
	}
	if err := p.entered(e); err != nil {
		return err
	}
	if empty {
		return p.leave(e)
	}
	return nil
}

// admitElement checks what must hold before one more element starts.
func (p *parser) admitElement(start int) error {
	if len(p.open) == 0 && p.root != nil {
		return p.fail(start, ErrMalformed, "second root element")
	}
	if len(p.open) >= p.lim.Depth {
		return p.fail(start, ErrLimit, "elements nested deeper than %d", p.lim.Depth)
	}
	if p.elements++; p.elements > p.lim.Elements {
		return p.fail(start, ErrLimit, "more than %d elements", p.lim.Elements)
	}
	return nil
}

// attributes reads the rest of a start tag into attrs and decls and tells
// whether the tag was an empty-element tag.
func (p *parser) attributes() (empty bool, err error) {
	for {
		spaced := p.skipSpace()
		if p.pos == len(p.src) {
			return false, p.fail(p.pos, ErrMalformed, "document ends inside a tag")
		}
		switch p.src[p.pos] {
		case '>':
			p.pos++
			return false, nil
		case '/':
			if !strings.HasPrefix(p.src[p.pos:], "/>") {
				return false, p.fail(p.pos, ErrMalformed, "\"/\" inside a tag")
			}
			p.pos += 2
			return true, nil
		}
		if !spaced {
			return false, p.fail(p.pos, ErrMalformed, "white space expected before an attribute")
		}
		if err := p.attribute(); err != nil {
			return false, err
		}
	}
}

// attribute reads one attribute or namespace declaration.
func (p *parser) attribute() error {
	start := p.pos
	prefix, local, err := p.qname()
	if err != nil {
		return err
	}
	p.skipSpace()
	if p.pos == len(p.src) || p.src[p.pos] != '=' {
		return p.fail(p.pos, ErrMalformed, "\"=\" expected after the name of an attribute")
	}
	p.pos++
	p.skipSpace()
	value, err := p.attributeValue()
	if err != nil {
		return err
	}
	switch {
	case prefix == "xmlns":
		return p.declare(start, local, value)
	case prefix == "" && local == "xmlns":
		return p.declare(start, "", value)
	}
	if len(p.attrs) >= p.lim.Attributes {
		return p.fail(start, ErrLimit, "more than %d attributes", p.lim.Attributes)
	}
	p.attrs = append(p.attrs, Attr{Prefix: prefix, Local: local, Value: value})
	p.attrPos = append(p.attrPos, start)
	return nil
}

// attributeValue reads a quoted value and normalises it (XML 1.0, 3.3.3, with
// every attribute of type CDATA).
func (p *parser) attributeValue() (string, error) {
	if p.pos == len(p.src) || p.src[p.pos] != '"' && p.src[p.pos] != '\'' {
		return "", p.fail(p.pos, ErrMalformed, "quote expected before an attribute value")
	}
	s, quote := p.src, p.src[p.pos]
	p.pos++
	start := p.pos
	i := start
	p.valueBuf = p.valueBuf[:0]
	whole := true
	for {
		if i = until(s, i, valueStop); i == len(s) {
			return "", p.fail(p.pos-1, ErrMalformed, "attribute value is not closed")
		}
		if i-start+len(p.valueBuf) > p.lim.TextLength {
			return "", p.fail(p.pos, ErrLimit, "attribute value longer than %d bytes", p.lim.TextLength)
		}
		switch c := s[i]; c {
		case quote:
			p.pos = i + 1
			if whole {
				return s[start:i], nil
			}
			return string(append(p.valueBuf, s[start:i]...)), nil
		case '"', '\'':
			i++
			continue
		case '<':
			return "", p.fail(i, ErrMalformed, "\"<\" in an attribute value")
		case '&':
			p.valueBuf = append(p.valueBuf, s[start:i]...)
			r, next, err := p.reference(i)
			if err != nil {
				return "", err
			}
			p.valueBuf = utf8.AppendRune(p.valueBuf, r)
			i = next
		default: // white space
			p.valueBuf = append(append(p.valueBuf, s[start:i]...), ' ')
			if c == '\r' && i+1 < len(s) && s[i+1] == '\n' {
				i++
			}
			i++
		}
		whole, start = false, i
	}
}

// declare records a namespace declaration after the checks of Namespaces in
// XML 1.0, section 3.
func (p *parser) declare(start int, prefix, uri string) error {
	switch {
	case prefix == "xmlns":
		return p.fail(start, ErrMalformed, "prefix xmlns declared")
	case (prefix == "xml") != (uri == XMLNamespace):
		return p.fail(start, ErrMalformed, "prefix xml and its namespace belong together only")
	case uri == XMLNSNamespace:
		return p.fail(start, ErrMalformed, "namespace of xmlns bound to a prefix")
	case uri == "" && prefix != "":
		return p.fail(start, ErrMalformed, "prefix %s bound to an empty namespace", shown(prefix))
	}
	if p.declared(prefix) {
		return p.fail(start, ErrMalformed, "prefix %s declared twice in one tag", shown(prefix))
	}
	switch {
	case len(uri) > p.lim.NamespaceLength:
		return p.fail(start, ErrLimit, "namespace name longer than %d bytes", p.lim.NamespaceLength)
	case len(p.decls) >= p.lim.Declarations:
		return p.fail(start, ErrLimit, "more than %d namespace declarations in one tag", p.lim.Declarations)
	case p.scope.Len()+len(p.decls) >= p.lim.Namespaces:
		return p.fail(start, ErrLimit, "more than %d namespace declarations in scope", p.lim.Namespaces)
	}
	p.decls = append(p.decls, Decl{Prefix: prefix, URI: uri})
	return nil
}

// declared tells whether the tag being read has declared the prefix, which from
// then on it has.
func (p *parser) declared(prefix string) bool {
	if len(p.decls) < few {
		return slices.ContainsFunc(p.decls, func(d Decl) bool { return d.Prefix == prefix })
	}
	if len(p.decls) == few {
		p.declSeen = make(map[string]struct{})
		for i := range p.decls {
			p.declSeen[p.decls[i].Prefix] = struct{}{}
		}
	}
	_, seen := p.declSeen[prefix]
	p.declSeen[prefix] = struct{}{}
	return seen
}

// resolve finds the namespaces of the element and its attributes and refuses
// duplicates.
func (p *parser) resolve(e *Element) error {
	space, ok := p.lookup(e.Prefix)
	if !ok {
		return p.fail(e.Start, ErrMalformed, "prefix %s of an element is not declared", shown(e.Prefix))
	}
	e.Space = space
	for i := range p.attrs {
		a := &p.attrs[i]
		if a.Prefix != "" {
			if a.Space, ok = p.lookup(a.Prefix); !ok {
				return p.fail(p.attrPos[i], ErrMalformed, "prefix %s of an attribute is not declared", shown(a.Prefix))
			}
		}
	}
	if err := p.uniqueAttributes(); err != nil {
		return err
	}
	if p.lim.AllowDuplicateIDs {
		return nil
	}
	for i := range p.attrs {
		if !IsID(p.attrs[i]) {
			continue
		}
		if _, seen := p.ids[p.attrs[i].Value]; seen {
			return p.fail(p.attrPos[i], ErrForbidden, "identifier used by an earlier element")
		}
		if p.ids == nil {
			p.ids = make(map[string]struct{})
		}
		p.ids[p.attrs[i].Value] = struct{}{}
		if err := p.grow(idSize); err != nil {
			return err
		}
	}
	return nil
}

// uniqueAttributes refuses two attributes of the tag with one expanded name.
func (p *parser) uniqueAttributes() error {
	if len(p.attrs) > few {
		if p.attrSeen == nil {
			p.attrSeen = make(map[[2]string]struct{}, len(p.attrs))
		}
		clear(p.attrSeen)
	}
	for i := range p.attrs {
		a := &p.attrs[i]
		duplicate := false
		if len(p.attrs) > few {
			key := [2]string{a.Space, a.Local}
			_, duplicate = p.attrSeen[key]
			p.attrSeen[key] = struct{}{}
		} else {
			for j := range p.attrs[:i] {
				if b := &p.attrs[j]; b.Local == a.Local && b.Space == a.Space {
					duplicate = true
				}
			}
		}
		if duplicate {
			return p.fail(p.attrPos[i], ErrMalformed, "attribute %s given twice", shown(a.Local))
		}
	}
	return nil
}

// lookup resolves a prefix in the current scope.
func (p *parser) lookup(prefix string) (uri string, ok bool) {
	if uri, ok = p.scope.Lookup(prefix); ok {
		return uri, true
	}
	switch prefix {
	case "":
		return "", true
	case "xml":
		return XMLNamespace, true
	}
	return "", false
}

// endTag reads an end tag.
func (p *parser) endTag() error {
	start := p.pos
	if len(p.open) == 0 {
		return p.fail(start, ErrMalformed, "end tag without a start tag")
	}
	e := p.open[len(p.open)-1]
	p.pos += len("</")
	if after := p.pos + e.nameLength(); after < len(p.src) && p.src[after] == '>' && p.src[p.pos:after] == p.src[e.Start+1:e.Start+1+e.nameLength()] {
		p.pos = after + 1
		return p.leave(e)
	}
	prefix, local, err := p.qname()
	if err != nil {
		return err
	}
	if prefix != e.Prefix || local != e.Local {
		return p.fail(start, ErrMalformed, "end tag %s where %s is open", shown(local), shown(e.Local))
	}
	p.skipSpace()
	if p.pos == len(p.src) || p.src[p.pos] != '>' {
		return p.fail(p.pos, ErrMalformed, "\">\" expected at the end of an end tag")
	}
	p.pos++
	return p.leave(e)
}

// nameLength gives the length of the element's name as it stands in its tags.
func (e *Element) nameLength() int {
	if e.Prefix == "" {
		return len(e.Local)
	}
	return len(e.Prefix) + 1 + len(e.Local)
}

// qname reads a name with at most one colon inside.
func (p *parser) qname() (prefix, local string, err error) {
	s := p.src[p.pos:]
	n := scanNCName(s)
	if n == 0 {
		return "", "", p.fail(p.pos, ErrMalformed, "name expected")
	}
	local = s[:n]
	if n < len(s) && s[n] == ':' {
		m := scanNCName(s[n+1:])
		if m == 0 {
			return "", "", p.fail(p.pos+n+1, ErrMalformed, "name expected after a prefix")
		}
		prefix, local = local, s[n+1:n+1+m]
		n += 1 + m
		if n < len(s) && s[n] == ':' {
			return "", "", p.fail(p.pos+n, ErrMalformed, "second colon in a name")
		}
	}
	p.pos += n
	return prefix, local, nil
}
