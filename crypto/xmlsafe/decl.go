package xmlsafe

import "strings"

// xmlDecl reads the XML declaration, if there is one, and insists on version
// 1.0 and encoding UTF-8.
func (p *parser) xmlDecl() error {
	rest := p.src[p.pos:]
	if !strings.HasPrefix(rest, "<?xml") || len(rest) == 5 || classes[rest[5]]&whiteSpace == 0 {
		return nil
	}
	start := p.pos
	p.pos += len("<?xml")
	seen := 0 // how many of the three have been passed
	for {
		spaced := p.skipSpace()
		if strings.HasPrefix(p.src[p.pos:], "?>") {
			if seen == 0 {
				return p.fail(start, ErrMalformed, "XML declaration without a version")
			}
			p.pos += len("?>")
			return nil
		}
		if !spaced {
			return p.fail(p.pos, ErrMalformed, "bad XML declaration")
		}
		at := p.pos
		name, value, err := p.pseudoAttribute()
		if err != nil {
			return err
		}
		switch {
		case name == "version" && seen == 0:
			if value != "1.0" {
				return p.fail(at, ErrForbidden, "version is not 1.0")
			}
			seen = 1
		case name == "encoding" && seen == 1:
			if !strings.EqualFold(value, "UTF-8") {
				return p.fail(at, ErrForbidden, "encoding is not UTF-8")
			}
			seen = 2
		case name == "standalone" && (seen == 1 || seen == 2):
			if value != "yes" && value != "no" {
				return p.fail(at, ErrMalformed, "standalone is neither yes nor no")
			}
			seen = 3
		default:
			return p.fail(at, ErrMalformed, "bad XML declaration")
		}
	}
}

// pseudoAttribute reads name="value" of the XML declaration.
func (p *parser) pseudoAttribute() (name, value string, err error) {
	n := scanNCName(p.src[p.pos:])
	name = p.src[p.pos : p.pos+n]
	p.pos += n
	p.skipSpace()
	if n == 0 || p.pos == len(p.src) || p.src[p.pos] != '=' {
		return "", "", p.fail(p.pos, ErrMalformed, "bad XML declaration")
	}
	p.pos++
	p.skipSpace()
	if p.pos == len(p.src) || p.src[p.pos] != '"' && p.src[p.pos] != '\'' {
		return "", "", p.fail(p.pos, ErrMalformed, "bad XML declaration")
	}
	quote := p.src[p.pos]
	n = strings.IndexByte(p.src[p.pos+1:], quote)
	if n < 0 {
		return "", "", p.fail(p.pos, ErrMalformed, "bad XML declaration")
	}
	value = p.src[p.pos+1 : p.pos+1+n]
	p.pos += n + 2
	return name, value, nil
}
