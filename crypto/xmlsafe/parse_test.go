package xmlsafe_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"egissogw/crypto/xmlsafe"
)

func parse(t *testing.T, doc string) *xmlsafe.Element {
	t.Helper()
	d, err := xmlsafe.Parse([]byte(doc), xmlsafe.Limits{})
	if err != nil {
		t.Fatalf("parse: %v", err)
	}
	return d.Root
}

func TestParseRefuses(t *testing.T) {
	var (
		malformed = xmlsafe.ErrMalformed
		forbidden = xmlsafe.ErrForbidden
	)
	cases := []struct {
		name   string
		doc    string
		class  error
		offset int
	}{
		{"empty document", "", malformed, 0},
		{"white space only", " \n", malformed, 2},
		{"byte order mark only", "\uFEFF", malformed, 3},
		{"second byte order mark", "\uFEFF\uFEFF<a/>", malformed, 3},
		{"text before the root", "x<a/>", malformed, 0},
		{"text after the root", "<a/>x", malformed, 4},
		{"reference after the root", "<a/>&#32;", malformed, 4},
		{"CDATA after the root", "<a/><![CDATA[]]>", malformed, 4},
		{"two roots", "<a/><b/>", malformed, 4},
		{"root not closed", "<a>", malformed, 3},
		{"inner element not closed", "<a><b></a>", malformed, 6},
		{"end tag without start", "</a>", malformed, 0},
		{"end tag too many", "<a/></a>", malformed, 4},
		{"end tag in another case", "<a></A>", malformed, 3},
		{"end tag with another prefix of the same namespace", `<p:a xmlns:p="u" xmlns:q="u"></q:a>`, malformed, 29},
		{"end tag with attribute", "<a></a b='c'>", malformed, 7},
		{"lone less-than", "<", malformed, 0},
		{"space after less-than", "< a/>", malformed, 1},
		{"space after slash", "<a></ a>", malformed, 5},
		{"slash inside a tag", "<a / >", malformed, 3},
		{"tag not closed", "<a", malformed, 2},
		{"name starts with a digit", "<1a/>", malformed, 1},
		{"name starts with a combining mark", "<\u0301a/>", malformed, 1},
		{"name with two colons", `<p:a:b xmlns:p="u"/>`, malformed, 4},
		{"name ends with a colon", `<p: xmlns:p="u"/>`, malformed, 3},
		{"name starts with a colon", `<:a/>`, malformed, 1},
		{"undeclared element prefix", "<p:a/>", malformed, 0},
		{"undeclared attribute prefix", "<a p:b='c'/>", malformed, 3},
		{"prefix declared on a sibling only", `<a><b xmlns:p="u"/><p:c/></a>`, malformed, 19},
		{"prefix declared on a child only", `<p:a><b xmlns:p="u"/></p:a>`, malformed, 0},
		{"prefix unbound", `<a xmlns:p=""/>`, malformed, 3},
		{"prefix declared twice", `<a xmlns:p="u" xmlns:p="u"/>`, malformed, 15},
		{"default namespace declared twice", `<a xmlns="u" xmlns='u'/>`, malformed, 13},
		{"xml bound to another namespace", `<a xmlns:xml="u"/>`, malformed, 3},
		{"another prefix bound to the xml namespace", `<a xmlns:p="http://www.w3.org/XML/1998/namespace"/>`, malformed, 3},
		{"xml namespace as default", `<a xmlns="http://www.w3.org/XML/1998/namespace"/>`, malformed, 3},
		{"prefix bound to the xmlns namespace", `<a xmlns:p="http://www.w3.org/2000/xmlns/"/>`, malformed, 3},
		{"xmlns declared", `<a xmlns:xmlns="u"/>`, malformed, 3},
		{"element with prefix xmlns", `<xmlns:a/>`, malformed, 0},
		{"duplicate attribute", `<a b="1" b="1"/>`, malformed, 9},
		{"duplicate attribute by two prefixes", `<a xmlns:p="u" xmlns:q="u" p:b="1" q:b="2"/>`, malformed, 35},
		{"duplicate attribute among many", `<a a1="" a2="" a3="" a4="" a5="" a6="" a7="" a8="" a9="" b1="" b2="" b3="" b4="" a5=""/>`, malformed, 81},
		{"attributes not separated", `<a b="1"c="2"/>`, malformed, 8},
		{"attribute without value", `<a b/>`, malformed, 4},
		{"attribute without quotes", `<a b=c/>`, malformed, 5},
		{"attribute value not closed", `<a b="c/>`, malformed, 5},
		{"less-than in an attribute value", `<a b="<"/>`, malformed, 6},
		{"duplicate Id", `<a Id="x"><b Id="x"/></a>`, forbidden, 13},
		{"duplicate of Id as wsu:Id", `<a Id="x"><b xmlns:w="` + xmlsafe.WSUNamespace + `" w:Id="x"/></a>`, forbidden, 106},
		{"duplicate of Id as xml:id", `<a Id="x"><b xml:id="x"/></a>`, forbidden, 13},
		{"Id and xml:id alike in one element", `<a Id="x" xml:id="x"/>`, forbidden, 10},
		{"bare ampersand", "<a>a & b</a>", malformed, 5},
		{"ampersand at the end", "<a>&", malformed, 3},
		{"reference without semicolon", "<a>&amp</a>", malformed, 3},
		{"HTML entity", "<a>&nbsp;</a>", forbidden, 3},
		{"undefined entity in an attribute", `<a b="&x;"/>`, forbidden, 6},
		{"entity name in another case", "<a>&LT;</a>", forbidden, 3},
		{"empty reference", "<a>&;</a>", malformed, 3},
		{"empty character reference", "<a>&#;</a>", malformed, 3},
		{"empty hexadecimal reference", "<a>&#x;</a>", malformed, 3},
		{"capital X in a reference", "<a>&#X20;</a>", malformed, 3},
		{"signed reference", "<a>&#+9;</a>", malformed, 3},
		{"reference to NUL", "<a>&#0;</a>", malformed, 3},
		{"reference to a control character", "<a>&#x1F;</a>", malformed, 3},
		{"reference to a surrogate", "<a>&#xD800;</a>", malformed, 3},
		{"reference to U+FFFE", "<a>&#xFFFE;</a>", malformed, 3},
		{"reference beyond Unicode", "<a>&#x110000;</a>", malformed, 3},
		{"reference overflowing 32 bits", "<a>&#4294967361;</a>", malformed, 3},
		{"closing CDATA marker in text", "<a>]]></a>", malformed, 3},
		{"CDATA not closed", "<a><![CDATA[x]]</a>", malformed, 3},
		{"CDATA in another case", "<a><![cdata[x]]></a>", malformed, 3},
		{"comment not closed", "<a><!-- x</a>", malformed, 3},
		{"comment not closed at the end", "<a/><!-- x--", malformed, 4},
		{"double hyphen in a comment", "<a><!-- x -- y --></a>", malformed, 10},
		{"comment ending in three hyphens", "<a><!-- x ---></a>", malformed, 10},
		{"processing instruction not closed", "<a><?x y></a>", malformed, 3},
		{"processing instruction without target", "<a><? x?></a>", malformed, 5},
		{"processing instruction with a colon", "<a><?x:y z?></a>", malformed, 6},
		{"processing instruction called xml", "<a><?XML x?></a>", malformed, 3},
		{"XML declaration after white space", " <?xml version='1.0'?><a/>", malformed, 1},
		{"XML declaration twice", "<?xml version='1.0'?><?xml version='1.0'?><a/>", malformed, 21},
		{"XML declaration without version", "<?xml encoding='UTF-8'?><a/>", malformed, 6},
		{"empty XML declaration", "<?xml ?><a/>", malformed, 0},
		{"XML declaration in the wrong order", "<?xml version='1.0' standalone='no' encoding='UTF-8'?><a/>", malformed, 36},
		{"XML declaration with bad standalone", "<?xml version='1.0' standalone='maybe'?><a/>", malformed, 20},
		{"XML declaration with stray text", "<?xml version='1.0' x?><a/>", malformed, 21},
		{"version 1.1", "<?xml version='1.1'?><a/>", forbidden, 6},
		{"encoding windows-1251", "<?xml version='1.0' encoding='windows-1251'?><a/>", forbidden, 20},
		{"encoding UTF-16 declared", "<?xml version='1.0' encoding='UTF-16'?><a/>", forbidden, 20},
		{"UTF-16 big-endian", "\xFE\xFF\x00<\x00a", forbidden, 0},
		{"UTF-16 little-endian", "\xFF\xFE<\x00a\x00", forbidden, 0},
		{"UTF-16 without a mark", "<\x00a\x00/\x00>\x00", forbidden, 0},
		{"document type declaration", "<!DOCTYPE a><a/>", forbidden, 0},
		{"document type with entities", `<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>`, forbidden, 21},
		{"document type inside the root", "<a><!DOCTYPE a></a>", forbidden, 3},
		{"entity declaration", "<a><!ENTITY x 'y'></a>", malformed, 3},
		{"NUL", "<a>\x00</a>", malformed, 3},
		{"control character", "<a>\x0B</a>", malformed, 3},
		{"control character far inside", "<a>" + strings.Repeat("x", 100) + "\x01</a>", malformed, 103},
		{"U+FFFF", "<a>\uFFFF</a>", malformed, 3},
		{"surrogate in UTF-8", "<a>\xED\xA0\x80</a>", malformed, 3},
		{"overlong UTF-8", "<a>\xC0\xBC</a>", malformed, 3},
		{"UTF-8 cut short", "<a>\xD0</a>", malformed, 3},
		{"lone continuation byte", "<a>\x80</a>", malformed, 3},
		{"bad UTF-8 in a comment", "<a><!--\xFF--></a>", malformed, 7},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := xmlsafe.Parse([]byte(c.doc), xmlsafe.Limits{})
			if !errors.Is(err, c.class) {
				t.Fatalf("got %v, want class %q", err, c.class)
			}
			var se *xmlsafe.SyntaxError
			if !errors.As(err, &se) || se.Offset != c.offset {
				t.Fatalf("got %v, want offset %d", err, c.offset)
			}
		})
	}
}

func TestParseAccepts(t *testing.T) {
	cases := []struct {
		name string
		doc  string
		text string
	}{
		{"byte order mark", "\uFEFF<a>x</a>", "x"},
		{"declaration", `<?xml version="1.0" encoding="utf-8" standalone='yes' ?>` + "\r\n<a>x</a>", "x"},
		{"misc around the root", "<!-- c --><?p i?>\n<a>x</a>\n<?p?><!---->\n", "x"},
		{"predefined entities", "<a>&lt;&gt;&amp;&apos;&quot;</a>", `<>&'"`},
		{"character references", "<a>&#65;&#x42;&#x1F600;&#0067;</a>", "AB\U0001F600C"},
		{"line ends", "<a>1\r\n2\r3\n4\r\r\n5&#13;</a>", "1\n2\n3\n4\n\n5\r"},
		{"CDATA merges", "<a>x<![CDATA[<&>]]>y<![CDATA[]]>z</a>", "x<&>yz"},
		{"CDATA with brackets", "<a><![CDATA[]]]]><![CDATA[>]]></a>", "]]>"},
		{"CDATA line ends", "<a><![CDATA[1\r\n2]]></a>", "1\n2"},
		{"brackets in text", "<a>]] > ]x]></a>", "]] > ]x]>"},
		{"comments do not hide text", "<a>x<!-- - -->y</a>", "xy"},
		{"white space in tags", "<a\n\tb = 'c'\r\n>x</a\n>", "x"},
		{"names beyond ASCII", "<имя атрибут='é'>x</имя>", "x"},
		{"prefix called xml", "<a xml:lang='ru'>x</a>", "x"},
		{"xml declared as itself", `<a xmlns:xml="http://www.w3.org/XML/1998/namespace">x</a>`, "x"},
		{"C1 controls", "<a>\u0085\u007F</a>", "\u0085\u007F"},
		{"U+FEFF inside", "<a>\uFEFF</a>", "\uFEFF"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := parse(t, c.doc).Text(); got != c.text {
				t.Fatalf("text %q, want %q", got, c.text)
			}
		})
	}
}

func TestParseAttributeValues(t *testing.T) {
	cases := []struct{ name, source, value string }{
		{"plain", `"x"`, "x"},
		{"single quotes", `'x'`, "x"},
		{"other quote inside", `'"'`, `"`},
		{"white space becomes spaces", "\"a\tb\nc\rd\r\ne\"", "a b c d e"},
		{"references stay", `"&#9;&#10;&#13;&lt;"`, "\t\n\r<"},
		{"greater-than is legal", `">"`, ">"},
		{"empty", `""`, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, ok := parse(t, "<a b="+c.source+"/>").Attr("", "b")
			if !ok || got != c.value {
				t.Fatalf("got %q %v, want %q", got, ok, c.value)
			}
		})
	}
}

func TestParseNamespaces(t *testing.T) {
	root := parse(t, `<a xmlns="d" xmlns:p="u" b="1" p:c="2"><p:x><y xmlns="" xmlns:p="v" p:z=""/></p:x><q/></a>`)
	x := root.Child("u", "x")
	if root.Space != "d" || x == nil || root.Child("d", "q") == nil {
		t.Fatal("namespaces of elements are wrong")
	}
	y := x.Child("", "y")
	if y == nil {
		t.Fatal("xmlns=\"\" did not undeclare the default namespace")
	}
	if _, ok := y.Attr("v", "z"); !ok {
		t.Fatal("redeclared prefix is not resolved")
	}
	if v, ok := root.Attr("u", "c"); !ok || v != "2" {
		t.Fatal("qualified attribute is not found")
	}
	if v, ok := root.Attr("", "b"); !ok || v != "1" {
		t.Fatal("the default namespace must not apply to attributes")
	}
	if len(root.Decls) != 2 || root.Decls[0] != (xmlsafe.Decl{URI: "d"}) || root.Decls[1] != (xmlsafe.Decl{Prefix: "p", URI: "u"}) {
		t.Fatalf("declarations: %v", root.Decls)
	}
}

func TestOffsetsDelimitElements(t *testing.T) {
	doc := "\uFEFF<?xml version='1.0'?>\n<a><b x='1'>т</b><c/></a>\n"
	root := parse(t, doc)
	want := map[string]string{"a": "<a><b x='1'>т</b><c/></a>", "b": "<b x='1'>т</b>", "c": "<c/>"}
	root.Walk(func(e *xmlsafe.Element) bool {
		if got := doc[e.Start:e.End]; got != want[e.Local] {
			t.Errorf("source of %s is %q", e.Local, got)
		}
		return true
	})
}

func TestTreeNavigation(t *testing.T) {
	root := parse(t, "<a>1<b>2</b><!--c-->3<b/><?p i?><c><d/></c></a>")
	if got := len(root.Childs("", "b")); got != 2 {
		t.Errorf("children b: %d", got)
	}
	if _, ok := root.Only("", "b"); ok {
		t.Error("Only accepted two")
	}
	c, ok := root.Only("", "c")
	if !ok {
		t.Fatal("Only refused one")
	}
	d := c.Child("", "d")
	if d.Path() != "a/c/d" || d.Root() != root || !root.Contains(d) || !d.Contains(d) || d.Contains(c) {
		t.Error("paths are wrong")
	}
	if len(root.Elements()) != 3 || len(root.Children) != 7 || root.Text() != "13" {
		t.Errorf("children: %d elements, %d nodes, text %q", len(root.Elements()), len(root.Children), root.Text())
	}
	seen := 0
	root.Walk(func(*xmlsafe.Element) bool { seen++; return seen < 3 })
	if seen != 3 {
		t.Errorf("Walk did not stop: %d", seen)
	}
}

func TestLimits(t *testing.T) {
	cases := []struct {
		name  string
		lim   xmlsafe.Limits
		fits  string
		fails string
	}{
		{"bytes", xmlsafe.Limits{Bytes: 8}, "<a> </a>", "<a>  </a>"},
		{"depth", xmlsafe.Limits{Depth: 2}, "<a><b/><b/></a>", "<a><b><c/></b></a>"},
		{"elements", xmlsafe.Limits{Elements: 3}, "<a><b/><b/></a>", "<a><b/><b/><b/></a>"},
		{"attributes", xmlsafe.Limits{Attributes: 2}, `<a b="" c=""/>`, `<a b="" c="" d=""/>`},
		{"declarations", xmlsafe.Limits{Attributes: 1, Declarations: 2}, `<a b="" xmlns="u" xmlns:p="u"/>`, `<a xmlns="u" xmlns:p="u" xmlns:q="u"/>`},
		{"namespace name", xmlsafe.Limits{NamespaceLength: 4}, `<a xmlns="urn:"/>`, `<a xmlns="urn:x"/>`},
		{"tree", xmlsafe.Limits{Tree: 400}, `<a><b/></a>`, `<a><b/><b/></a>`},
		{"text", xmlsafe.Limits{TextLength: 4}, "<a>1234</a>", "<a>12345</a>"},
		{"text is counted decoded", xmlsafe.Limits{TextLength: 4}, "<a>&#49;&#50;&#51;&#52;</a>", "<a>&#49;&#50;&#51;&#52;&#53;</a>"},
		{"text in pieces", xmlsafe.Limits{TextLength: 4}, "<a>12<![CDATA[34]]></a>", "<a>12<![CDATA[345]]></a>"},
		{"attribute value", xmlsafe.Limits{TextLength: 4}, `<a b="1234"/>`, `<a b="12345"/>`},
		{"attribute value in pieces", xmlsafe.Limits{TextLength: 4}, `<a b="12&lt;4"/>`, `<a b="12&lt;45"/>`},
		{"comment", xmlsafe.Limits{TextLength: 4}, "<a><!--1234--></a>", "<a><!--12345--></a>"},
		{"processing instruction", xmlsafe.Limits{TextLength: 4}, "<a><?p 1234?></a>", "<a><?p 12345?></a>"},
		{"namespaces in scope", xmlsafe.Limits{Namespaces: 2}, `<a xmlns="u"><b xmlns="v"/><b xmlns="v"/></a>`, `<a xmlns="u"><b xmlns="v"><c xmlns="w"/></b></a>`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if _, err := xmlsafe.Parse([]byte(c.fits), c.lim); err != nil {
				t.Errorf("within the limit: %v", err)
			}
			if _, err := xmlsafe.Parse([]byte(c.fails), c.lim); !errors.Is(err, xmlsafe.ErrLimit) {
				t.Errorf("beyond the limit: %v", err)
			}
		})
	}
}

func TestDuplicateIDsCanBeAllowed(t *testing.T) {
	doc := []byte(`<a Id="x"><b Id="x"/></a>`)
	if _, err := xmlsafe.Parse(doc, xmlsafe.Limits{AllowDuplicateIDs: true}); err != nil {
		t.Fatal(err)
	}
}

func TestTreeDoesNotAliasInput(t *testing.T) {
	data := []byte("<a b='v'>text</a>")
	d, err := xmlsafe.Parse(data, xmlsafe.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	for i := range data {
		data[i] = 'z'
	}
	if v, _ := d.Root.Attr("", "b"); v != "v" || d.Root.Text() != "text" || d.Root.Local != "a" {
		t.Fatal("the tree changed with the caller's bytes")
	}
}

func TestErrorsLocateAndKeepSecrets(t *testing.T) {
	_, err := xmlsafe.Parse([]byte("<a>\n <b c=\"secret-value\" c=\"secret-value\"/>secret-text</a>"), xmlsafe.Limits{})
	var se *xmlsafe.SyntaxError
	if !errors.As(err, &se) || se.Line != 2 || se.Column != 22 {
		t.Fatalf("location: %+v", se)
	}
	if strings.Contains(err.Error(), "secret") {
		t.Fatalf("the error quotes content: %v", err)
	}
	if !strings.Contains(err.Error(), "byte 25 (line 2, column 22)") {
		t.Fatalf("the error does not say where: %v", err)
	}
}

func TestManyPiecesOfTextAreLinear(t *testing.T) {
	const pieces = 200_000
	doc := "<a>" + strings.Repeat("x<![CDATA[]]>&lt;", pieces) + "</a>"
	if got := len(parse(t, doc).Text()); got != 2*pieces {
		t.Fatalf("text of %d bytes", got)
	}
}

func TestInvalidChar(t *testing.T) {
	for n := range 40 {
		prefix := strings.Repeat("x", n)
		for _, c := range []struct {
			s   string
			bad bool
		}{{"\x1F", true}, {"\x00", true}, {" ", false}, {"\t", false}, {"\x7F", false}, {"я", false}, {"\U0001F600", false},
			{"\xD0", true}, {"\uFFFE", true}, {"€", false}, {"\xF4\x90\x80\x80", true}} {
			got := xmlsafe.InvalidChar(prefix + c.s + prefix)
			if want := map[bool]int{true: n, false: -1}[c.bad]; got != want {
				t.Fatalf("%q after %d bytes: %d, want %d", c.s, n, got, want)
			}
		}
	}
}

func TestIsNCName(t *testing.T) {
	for name, want := range map[string]bool{
		"a": true, "_1": true, "SIGNED_BY_CALLER": true, "имя": true, "a-b.c": true, "a·": true,
		"": false, "1a": false, "-a": false, "a:b": false, "a b": false, "a\xFF": false, "·": false, "a×": false,
	} {
		if got := xmlsafe.IsNCName(name); got != want {
			t.Errorf("%q: %v", name, got)
		}
	}
}

func ExampleParse() {
	_, err := xmlsafe.Parse([]byte("<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>"), xmlsafe.Limits{})
	fmt.Println(err)
	// Output: forbidden XML at byte 0 (line 1, column 1): document type declaration
}

// What is taken leaves no trace in the tree, and is whole when it is shown.
func TestParseEach(t *testing.T) {
	var taken []string
	doc, err := xmlsafe.ParseEach([]byte(`<a xmlns="urn:x"><list>0<item n="1">one<b/></item>1<item>two</item>2</list><item/></a>`), xmlsafe.Limits{}, func(e *xmlsafe.Element) bool {
		if e.Local != "item" || e.Parent.Local != "list" {
			return false
		}
		taken = append(taken, e.Path()+" "+e.Space+" "+e.Text()+fmt.Sprint(len(e.Elements())))
		return true
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(taken, ", "); got != "a/list/item urn:x one1, a/list/item urn:x two0" {
		t.Errorf("taken %s", got)
	}
	root := doc.Root.Elements()
	if len(root) != 2 || root[0].Text() != "012" || len(root[0].Elements()) != 0 || root[1].Local != "item" {
		t.Errorf("left %+v", root)
	}
	if _, err := xmlsafe.ParseString("<a>", xmlsafe.Limits{}); !errors.Is(err, xmlsafe.ErrMalformed) {
		t.Errorf("error %v", err)
	}
	if _, err := xmlsafe.ParseString("<a/>", xmlsafe.Limits{Bytes: 3}); !errors.Is(err, xmlsafe.ErrLimit) {
		t.Errorf("error %v", err)
	}
}
