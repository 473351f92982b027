package xmldsig_test

import (
	"math/rand/v2"
	"strings"
)

// documents makes random XML sources, spelled as oddly as XML allows.
type documents struct {
	*rand.Rand
	b strings.Builder
	// unqualified allows elements without a namespace.
	unqualified bool
	// comments allows comments; rawSpace allows tabs and line ends inside
	// attribute values. Some second implementations differ there.
	comments, rawSpace bool
	// exotic allows names and namespaces other implementations have no tables
	// for.
	exotic bool
	// onePrefix keeps qualified attributes of one element in one namespace.
	onePrefix bool
	budget    int
}

var (
	testURIs     = []string{"urn:a", "urn:b", "urn:b2", "urn:x?a=1", "URN:A"}
	exoticURIs   = []string{"http://example.org/ns/я", "urn:x?a=1&b=\"2\"", "urn:\U0001F600", "urn:\uE000", "urn:a b"}
	testPrefixes = []string{"", "p", "q", "ns1", "ns2", "пр", "a-b", "A", "_x"}
	testLocals   = []string{"a", "b", "item", "Элемент", "x.y", "x-y", "_z", "B", "x1"}
	exoticLocals = []string{"\U00010400", "\uF900", "x\U00010400", "x\uF900"}
	testPieces   = []string{
		"text", "x", " ", "\n", "\t", "]", "&gt;", ">", "&lt;", "&amp;", "&quot;", "'", "\"", "&apos;", "&#13;", "&#xD;", "&#9;", "&#10;",
		"кириллица", "\u00A0", "\u2003", "\u0085", "&#x85;", "\u007F", "\u009F", "\u00BF", "«»", "\U0001F600", "\uFEFF", "€", "]]", "a>b", "->",
		"<![CDATA[<&>]]>", "<![CDATA[ ]]>", "<![CDATA[]]>", "<![CDATA[]]]]>", "pppppppppppp", "&#x1F600;", "\r\n", "\r",
	}
)

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

// document gives the next random document.
func (d *documents) document() []byte {
	d.b.Reset()
	d.budget = 1 + d.IntN(60)
	if d.IntN(8) == 0 {
		d.b.WriteString("\uFEFF")
	}
	if d.IntN(4) == 0 {
		d.b.WriteString("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")
	}
	d.element(map[string]string{"": ""}, 0)
	return []byte(d.b.String())
}

// element writes a random element; scope maps prefixes to URIs.
func (d *documents) element(outer map[string]string, depth int) {
	d.budget--
	scope := make(map[string]string, len(outer))
	for p, u := range outer {
		scope[p] = u
	}
	var parts []string // declarations and attributes
	declared := map[string]bool{}
	declare := func(prefix, uri string) {
		if declared[prefix] {
			return
		}
		declared[prefix] = true
		scope[prefix] = uri
		name := "xmlns"
		if prefix != "" {
			name += ":" + prefix
		}
		parts = append(parts, name+"="+d.quoted(uri))
	}
	for d.IntN(3) == 0 {
		if d.unqualified && d.IntN(6) == 0 {
			declare("", "")
		} else {
			declare(pick(d.Rand, testPrefixes), d.uri())
		}
	}
	prefix := d.prefixFrom(scope)
	if scope[prefix] == "" && !d.unqualified {
		if prefix = pick(d.Rand, testPrefixes); scope[prefix] == "" {
			declare(prefix, d.uri())
		}
	}
	used := map[[2]string]bool{}
	for d.IntN(5) < 2 {
		p, local := d.prefixFrom(scope), d.local()
		if d.onePrefix {
			p = pick(d.Rand, []string{"", prefix})
		}
		uri := scope[p]
		if p == "" {
			uri = ""
		}
		if used[[2]string{uri, local}] {
			continue
		}
		used[[2]string{uri, local}] = true
		parts = append(parts, qualified(p, local)+"="+d.value())
	}
	d.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
	name := qualified(prefix, d.local())
	d.b.WriteString("<" + name)
	for _, p := range parts {
		d.b.WriteString(pick(d.Rand, []string{" ", "\n", "  ", "\t"}) + p)
	}
	if d.IntN(6) == 0 {
		d.b.WriteString("/>")
		return
	}
	d.b.WriteString(">")
	for d.IntN(5) > 0 {
		switch n := d.IntN(20); {
		case n < 8 && d.budget > 0 && depth < 12:
			d.element(scope, depth+1)
		case n < 16:
			d.text()
		case n == 16:
			d.b.WriteString(pick(d.Rand, []string{"<?p?>", "<?p d?>", "<?p  a > b & c ?>"}))
		case n == 17 && d.comments:
			d.b.WriteString(pick(d.Rand, []string{"<!---->", "<!-- c -->", "<!-- <&> -->"}))
		case n == 18:
			d.b.WriteString(strings.Repeat(" ", d.IntN(5)) + "\n")
		}
	}
	d.b.WriteString("</" + name + ">")
}

// text writes a run of pieces; sometimes a long one, to cross chunks.
func (d *documents) text() {
	n := 1 + d.IntN(6)
	if d.IntN(200) == 0 {
		n = 300 + d.IntN(600)
	}
	for range n {
		piece := pick(d.Rand, testPieces)
		if strings.Contains(piece, ">") && !strings.HasPrefix(piece, "<!") && strings.HasSuffix(d.b.String(), "]]") {
			piece = "&gt;"
		}
		d.b.WriteString(piece)
	}
}

func (d *documents) uri() string {
	if d.exotic && d.IntN(3) == 0 {
		return pick(d.Rand, exoticURIs)
	}
	return pick(d.Rand, testURIs)
}

func (d *documents) local() string {
	if d.exotic && d.IntN(3) == 0 {
		return pick(d.Rand, exoticLocals)
	}
	return pick(d.Rand, testLocals)
}

func (d *documents) prefixFrom(scope map[string]string) string {
	for range 20 {
		if p := pick(d.Rand, testPrefixes); scope[p] != "" {
			return p
		}
	}
	return ""
}

// value makes a quoted attribute value.
func (d *documents) value() string {
	var b strings.Builder
	for range d.IntN(4) {
		b.WriteString(pick(d.Rand, []string{"v", " ", "&lt;", "&amp;", ">", "&#9;", "&#10;", "&#13;", "'", "&quot;", "&gt;", "ж", "\u0085", "\u007F", "\U0001F600"}))
		if d.rawSpace && d.IntN(6) == 0 {
			b.WriteString(pick(d.Rand, []string{"\t", "\n", "\r\n", "\r"}))
		}
	}
	return "\"" + b.String() + "\""
}

// quoted writes a URI as an attribute value.
func (d *documents) quoted(s string) string {
	return "\"" + strings.NewReplacer("&", "&amp;", "\"", "&quot;").Replace(s) + "\""
}

func qualified(prefix, local string) string {
	if prefix == "" {
		return local
	}
	return prefix + ":" + local
}

// seeds gives independent generators for numbered cases, so that a failing
// case can be repeated alone.
func seeded(n int) *rand.Rand { return rand.New(rand.NewPCG(uint64(n), 0x5EED)) }
