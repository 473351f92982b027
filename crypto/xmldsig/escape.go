package xmldsig

import (
	"unicode/utf8"
)

// The escaping rules of the transform are those of the stream writer its
// reference implementation uses (adapter/smev/SPEC.md#escaping; methodical recommendations
// 3.5.0.27, step 9).
const (
	// shortBlock: blocks of text below this length, counted in UTF-16 units
	// after decoding, follow the simpler rule for '>'.
	shortBlock = 12
	// chunk: longer blocks are cut into pieces of that many UTF-16 units.
	chunk = 512
)

// textCare marks bytes of text that are not simply copied: markup, CR, U+007F
// and the lead byte of U+0080..U+00BF.
var textCare = func() (t [256]bool) {
	for _, c := range "&<>\r\x7F" {
		t[c] = true
	}
	t[0xC2] = true
	return t
}()

// plainText tells whether appendText would copy s unchanged.
func plainText(s string) bool {
	for i := 0; i < len(s); i++ {
		if textCare[s[i]] {
			return false
		}
	}
	return true
}

// insignificant tells whether the transform drops a block of text: all of it
// is at or below U+0020 (String.trim of Java). No other Unicode space counts.
func insignificant(block string) bool {
	for i := 0; i < len(block); i++ {
		if block[i] > ' ' {
			return false
		}
	}
	return true
}

// appendText appends one whole block of text as the transform writes it.
func appendText(dst []byte, block string) []byte {
	if plainText(block) {
		return append(dst, block...)
	}
	return appendCarefulText(dst, block)
}

// appendCarefulText is appendText for blocks that need escaping.
func appendCarefulText(dst []byte, block string) []byte {
	c := careful{long: utf16AtLeast(block, shortBlock)}
	return c.append(dst, block)
}

// careful is the place reached in a block that needs escaping. A '>' becomes an
// entity where the block or, in long blocks, a chunk begins and behind ']'; in
// long blocks also behind another entity.
type careful struct {
	long            bool
	unit            int  // position in UTF-16 units
	entity, bracket bool // what the previous character was
}

// append appends the next piece of the block, whole characters.
func (t *careful) append(dst []byte, block string) []byte {
	long, unit, entity, bracket := t.long, t.unit, t.entity, t.bracket
	const hex = "0123456789abcdef"   // digits of character references
	const c1Low, c1High = 0x80, 0x9F // written as references, like DEL
	for i := 0; i < len(block); {
		c := block[i]
		size, units, asEntity := 1, 1, true
		switch {
		case c == '&':
			dst = append(dst, "&amp;"...)
		case c == '<':
			dst = append(dst, "&lt;"...)
		case c == '\r':
			dst = append(dst, "&#xd;"...)
		case c == 0x7F:
			dst = append(dst, "&#x7f;"...)
		case c == '>' && (unit == 0 || bracket || long && (entity || unit%chunk == 0)):
			dst = append(dst, "&gt;"...)
		case c < utf8.RuneSelf:
			dst = append(dst, c)
			asEntity = false
		case c == 0xC2 && i+1 < len(block) && c1Low <= block[i+1] && block[i+1] <= c1High:
			size = 2
			dst = append(dst, '&', '#', 'x', hex[block[i+1]>>4], hex[block[i+1]&15], ';')
		default:
			_, size = utf8.DecodeRuneInString(block[i:])
			if size == 4 {
				units = 2
			}
			dst = append(dst, block[i:i+size]...)
			asEntity = false
		}
		entity, bracket = asEntity, c == ']'
		unit += units
		i += size
	}
	t.unit, t.entity, t.bracket = unit, entity, bracket
	return dst
}

// block adds one whole block of text as the transform writes it, however long.
func (s *sink) block(block string) {
	switch {
	case len(block) <= sinkSize:
		s.buf = appendText(s.buf, block)
		return
	case plainText(block):
		s.plain(block)
		return
	}
	c := careful{long: true}
	for len(block) > sinkSize {
		cut := sinkSize
		for !utf8.RuneStart(block[cut]) {
			cut--
		}
		s.buf = c.append(s.buf, block[:cut])
		s.spill()
		block = block[cut:]
	}
	s.buf = c.append(s.buf, block)
}

// utf16AtLeast tells whether s has n or more UTF-16 code units.
func utf16AtLeast(s string, n int) bool {
	if len(s) < n {
		return false
	}
	units := 0
	for _, r := range s {
		units++
		if r >= 0x10000 {
			units++
		}
		if units >= n {
			return true
		}
	}
	return false
}

// transformValue maps bytes to their replacements in attribute values and
// namespace URIs of the transform.
var transformValue = [256]string{'&': "&amp;", '<': "&lt;", '"': "&quot;", '\t': "&#x9;", '\n': "&#xa;", '\r': "&#xd;"}

func appendValue(dst []byte, s string) []byte { return appendEscaped(dst, s, &transformValue) }

// compareUTF16 orders strings by UTF-16 code units as String.compareTo of Java
// does. That is the order of bytes in UTF-8, except that characters beyond the
// basic plane come before U+E000..U+FFFF.
func compareUTF16(a, b string) int {
	n := min(len(a), len(b))
	for i := range n {
		x, y := a[i], b[i]
		if x == y {
			continue
		}
		const privateUse, beyondBMP = 0xEE, 0xF0 // lead bytes of U+E000 and U+10000
		if x >= privateUse && y >= privateUse && (x >= beyondBMP) != (y >= beyondBMP) {
			x, y = y, x
		}
		if x < y {
			return -1
		}
		return 1
	}
	return len(a) - len(b)
}
