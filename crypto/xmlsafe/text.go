package xmlsafe

import (
	"strings"
	"unicode/utf8"
)

// charData reads character data up to the next markup.
func (p *parser) charData() error {
	if len(p.open) == 0 {
		return p.outsideRoot()
	}
	s, start := p.src, p.pos
	i := until(s, start, textStop)
	for ; i < len(s) && s[i] != '<'; i = until(s, i, textStop) {
		switch s[i] {
		case ']':
			if strings.HasPrefix(s[i:], "]]>") {
				return p.fail(i, ErrMalformed, "\"]]>\" in character data")
			}
			i++
		case '\r':
			if err := p.addText(start, s[start:i]); err != nil {
				return err
			}
			start = i + 1
			if start == len(s) || s[start] != '\n' {
				if err := p.addText(i, "\n"); err != nil {
					return err
				}
			}
			i = start
		case '&':
			if err := p.addText(start, s[start:i]); err != nil {
				return err
			}
			r, next, err := p.reference(i)
			if err != nil {
				return err
			}
			var enc [utf8.UTFMax]byte
			if err := p.addText(i, string(enc[:utf8.EncodeRune(enc[:], r)])); err != nil {
				return err
			}
			start, i = next, next
		}
	}
	p.pos = i
	return p.addText(start, s[start:i])
}

// outsideRoot passes over the white space allowed before and after the root.
func (p *parser) outsideRoot() error {
	p.skipSpace()
	if p.pos < len(p.src) && p.src[p.pos] != '<' {
		return p.fail(p.pos, ErrMalformed, "text outside the root element")
	}
	return nil
}

// addText appends decoded text to the pending run.
func (p *parser) addText(offset int, s string) error {
	if s == "" {
		return nil
	}
	if len(p.text)+len(p.textBuf)+len(s) > p.lim.TextLength {
		return p.fail(offset, ErrLimit, "text longer than %d bytes", p.lim.TextLength)
	}
	switch {
	case !p.hasText:
		p.text, p.hasText = s, true
	case p.text != "":
		p.textBuf = append(append(p.textBuf[:0], p.text...), s...)
		p.text = ""
	default:
		p.textBuf = append(p.textBuf, s...)
	}
	return nil
}

// cdata reads a CDATA section, which is text with its own quoting.
func (p *parser) cdata() error {
	start := p.pos
	if len(p.open) == 0 {
		return p.fail(start, ErrMalformed, "CDATA section outside the root element")
	}
	body := start + len("<![CDATA[")
	n := strings.Index(p.src[body:], "]]>")
	if n < 0 {
		return p.fail(start, ErrMalformed, "CDATA section is not closed")
	}
	p.pos = body + n + len("]]>")
	return p.addText(start, unixLines(p.src[body:body+n]))
}

// comment reads a comment.
func (p *parser) comment() error {
	start := p.pos
	body := start + len("<!--")
	n := strings.Index(p.src[body:], "--")
	if n < 0 || body+n+2 == len(p.src) {
		return p.fail(start, ErrMalformed, "comment is not closed")
	}
	if p.src[body+n+2] != '>' {
		return p.fail(body+n, ErrMalformed, "\"--\" inside a comment")
	}
	if n > p.lim.TextLength {
		return p.fail(start, ErrLimit, "comment longer than %d bytes", p.lim.TextLength)
	}
	p.pos = body + n + len("-->")
	if len(p.open) == 0 {
		return nil
	}
	return p.addComment(p.src[body : body+n])
}

// procInst reads a processing instruction.
func (p *parser) procInst() error {
	start := p.pos
	p.pos += len("<?")
	n := scanNCName(p.src[p.pos:])
	if n == 0 {
		return p.fail(p.pos, ErrMalformed, "processing instruction without a target")
	}
	target := p.src[p.pos : p.pos+n]
	p.pos += n
	if strings.EqualFold(target, "xml") {
		return p.fail(start, ErrMalformed, "XML declaration not at the start of the document")
	}
	spaced := p.skipSpace()
	n = strings.Index(p.src[p.pos:], "?>")
	if n < 0 {
		return p.fail(start, ErrMalformed, "processing instruction is not closed")
	}
	if n > 0 && !spaced {
		return p.fail(p.pos, ErrMalformed, "white space expected after the target of a processing instruction")
	}
	if n > p.lim.TextLength {
		return p.fail(start, ErrLimit, "processing instruction longer than %d bytes", p.lim.TextLength)
	}
	data := p.src[p.pos : p.pos+n]
	p.pos += n + len("?>")
	if len(p.open) == 0 {
		return nil
	}
	return p.addProcInst(target, data)
}

// unixLines normalises line ends: CR LF and lone CR become LF (XML 1.0, 2.11).
func unixLines(s string) string {
	if strings.IndexByte(s, '\r') < 0 {
		return s
	}
	return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
}

// reference decodes the character or predefined entity reference at offset i,
// where the source has '&', and gives the offset behind it.
func (p *parser) reference(i int) (r rune, next int, err error) {
	const longest = 32 // room for more leading zeros than anybody writes
	window := p.src[i+1 : min(i+1+longest, len(p.src))]
	semicolon := strings.IndexByte(window, ';')
	if semicolon < 0 {
		return 0, 0, p.fail(i, ErrMalformed, "\"&\" does not start a reference")
	}
	name, next := window[:semicolon], i+1+semicolon+1
	switch name {
	case "lt":
		return '<', next, nil
	case "gt":
		return '>', next, nil
	case "amp":
		return '&', next, nil
	case "apos":
		return '\'', next, nil
	case "quot":
		return '"', next, nil
	}
	if !strings.HasPrefix(name, "#") {
		if !IsNCName(name) {
			return 0, 0, p.fail(i, ErrMalformed, "\"&\" does not start a reference")
		}
		return 0, 0, p.fail(i, ErrForbidden, "reference to undefined entity %s", shown(name))
	}
	r, ok := charRef(name[1:])
	if !ok {
		return 0, 0, p.fail(i, ErrMalformed, "bad character reference")
	}
	if !IsChar(r) {
		return 0, 0, p.fail(i, ErrMalformed, "reference to a character XML 1.0 does not allow")
	}
	return r, next, nil
}

// charRef decodes what stands between "&#" and ";".
func charRef(s string) (r rune, ok bool) {
	base := rune(10)
	if strings.HasPrefix(s, "x") {
		base, s = 16, s[1:]
	}
	if s == "" {
		return 0, false
	}
	for _, c := range []byte(s) {
		var digit rune
		switch {
		case '0' <= c && c <= '9':
			digit = rune(c - '0')
		case base == 16 && 'a' <= c && c <= 'f':
			digit = rune(c-'a') + 10
		case base == 16 && 'A' <= c && c <= 'F':
			digit = rune(c-'A') + 10
		default:
			return 0, false
		}
		if r = r*base + digit; r > utf8.MaxRune {
			return 0, false
		}
	}
	return r, true
}
