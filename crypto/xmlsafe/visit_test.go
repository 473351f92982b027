package xmlsafe_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"egissogw/crypto/xmlsafe"
)

// teller writes down what it is shown.
type teller struct {
	b    strings.Builder
	stop string // the element at which it gives up
}

var errEnough = errors.New("enough")

func (t *teller) StartElement(e *xmlsafe.Element) error {
	if e.Local == t.stop {
		return errEnough
	}
	fmt.Fprintf(&t.b, "<%s|%s", e.Space, e.Path())
	for _, a := range e.Attrs {
		fmt.Fprintf(&t.b, " %s|%s=%s", a.Space, a.Local, a.Value)
	}
	for _, d := range e.Decls {
		fmt.Fprintf(&t.b, " %s:%s", d.Prefix, d.URI)
	}
	t.b.WriteString(">")
	return nil
}
func (t *teller) Text(s string) error { t.b.WriteString(s); return nil }
func (t *teller) ProcInst(target, data string) error {
	t.b.WriteString("?" + target + " " + data)
	return nil
}
func (t *teller) EndElement(e *xmlsafe.Element) error {
	fmt.Fprintf(&t.b, "</%s %d>", e.Local, e.End-e.Start)
	return nil
}

const visited = `<?xml version="1.0"?><a xmlns="u" xmlns:p="v"><!--c--><p:b p:x="1" y="&lt;" Id="i">t&amp;<![CDATA[<]]><!--c-->u<?i d?><c xmlns="w"><p:d/></c></p:b>tail<b/></a>`

// TestVisit holds the ways of being shown a document against each other.
func TestVisit(t *testing.T) {
	doc, err := xmlsafe.Parse([]byte(visited), xmlsafe.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	var tree, whole teller
	if err := xmlsafe.Walk(doc.Root, &tree); err != nil {
		t.Fatal(err)
	}
	if err := xmlsafe.Visit([]byte(visited), xmlsafe.Limits{}, &whole); err != nil {
		t.Fatal(err)
	}
	if tree.b.String() != whole.b.String() {
		t.Errorf("tree  %s\nvisit %s", &tree.b, &whole.b)
	}
	outline, err := xmlsafe.ParseOutline([]byte(visited), xmlsafe.Limits{}, func(e *xmlsafe.Element) bool { return e.Is("v", "b") }, nil)
	if err != nil {
		t.Fatal(err)
	}
	closed, ok := outline.Root.Only("v", "b")
	if !ok || len(closed.Children) != 0 || outline.Root.Text() != "tail" || len(outline.Root.Elements()) != 2 {
		t.Fatalf("outline: %+v", outline.Root)
	}
	var inside, again teller
	if err := xmlsafe.Walk(doc.Root.Child("v", "b"), &inside); err != nil {
		t.Fatal(err)
	}
	if err := xmlsafe.VisitElement([]byte(visited), closed, xmlsafe.Limits{}, &again); err != nil {
		t.Fatal(err)
	}
	if inside.b.String() != again.b.String() {
		t.Errorf("tree  %s\nvisit %s", &inside.b, &again.b)
	}
	for _, v := range []func(*teller) error{
		func(v *teller) error { return xmlsafe.Visit([]byte(visited), xmlsafe.Limits{}, v) },
		func(v *teller) error { return xmlsafe.VisitElement([]byte(visited), closed, xmlsafe.Limits{}, v) },
		func(v *teller) error { return xmlsafe.Walk(doc.Root, v) },
	} {
		if err := v(&teller{stop: "d"}); !errors.Is(err, errEnough) {
			t.Errorf("error of the visitor: %v", err)
		}
	}
	if err := xmlsafe.VisitElement([]byte(visited), closed, xmlsafe.Limits{Depth: 2}, &teller{}); !errors.Is(err, xmlsafe.ErrLimit) {
		t.Errorf("depth: %v", err)
	}
	if err := xmlsafe.Visit([]byte("<a><b>"), xmlsafe.Limits{}, &teller{}); !errors.Is(err, xmlsafe.ErrMalformed) {
		t.Errorf("cut off: %v", err)
	}
}

// TestManyNamespaces: programs declare every namespace they know on the root.
func TestManyNamespaces(t *testing.T) {
	var b strings.Builder
	for i := range 1024 {
		fmt.Fprintf(&b, ` xmlns:n%d="urn:%d"`, i, i)
	}
	doc := "<n7:a" + b.String() + `><n1023:b n0:c="1"><n3:d xmlns:n3="urn:other"/><n3:d/></n1023:b></n7:a>`
	d, err := xmlsafe.Parse([]byte(doc), xmlsafe.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	inner := d.Root.Elements()[0]
	if d.Root.Space != "urn:7" || inner.Space != "urn:1023" || inner.Attrs[0].Space != "urn:0" ||
		inner.Elements()[0].Space != "urn:other" || inner.Elements()[1].Space != "urn:3" {
		t.Errorf("%+v", d.Root)
	}
	for what, bad := range map[string]string{
		"one more":                          `<a xmlns="u"` + b.String() + "/>",
		"twice":                             "<a" + strings.Replace(b.String(), "n1000", "n40", 1) + "/>",
		"prefix of an element that is gone": "<a><b" + b.String() + "/><n900:c/></a>",
	} {
		if _, err := xmlsafe.Parse([]byte(bad), xmlsafe.Limits{}); err == nil {
			t.Errorf("%s: accepted", what)
		}
	}
}
