package wsdl_test

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// node is one element of a schema document.
type node struct {
	XMLName  xml.Name
	Attrs    []xml.Attr `xml:",any,attr"`
	Children []node     `xml:",any"`
}

func (n *node) attr(local string) string {
	for _, a := range n.Attrs {
		if a.Name.Local == local {
			return a.Value
		}
	}
	return ""
}

func (n *node) child(locals ...string) *node {
	for i := range n.Children {
		if slices.Contains(locals, n.Children[i].XMLName.Local) {
			return &n.Children[i]
		}
	}
	return nil
}

// model flattens the content of a schema's global elements into comparable
// lines. Groups lose their order and what stands in a choice becomes optional;
// that is as far as ours may differ from the operator's.
type model struct {
	types    map[string]*node // named types of all parts
	elements map[string]*node // global elements of all parts
	lines    []string
}

func newModel(t *testing.T, documents map[string][]byte) *model {
	t.Helper()
	m := &model{types: map[string]*node{}, elements: map[string]*node{}}
	for part, data := range documents {
		root := new(node)
		if err := xml.Unmarshal(data, root); err != nil {
			t.Fatalf("%s: %v", part, err)
		}
		for i := range root.Children {
			c := &root.Children[i]
			switch c.XMLName.Local {
			case "simpleType", "complexType":
				m.types[part+":"+c.attr("name")] = c
			case "element":
				m.elements[part+":"+c.attr("name")] = c
			}
		}
	}
	return m
}

// name resolves a QName; the operator calls the own namespace "tns" and that of
// routing "rout".
func (m *model) name(part, qname string) string {
	prefix, local, found := strings.Cut(qname, ":")
	switch {
	case !found || prefix == "xs":
		return qname
	case prefix == "tns":
		prefix = part
	case prefix == "rout":
		prefix = "routing"
	}
	return prefix + ":" + local
}

func (m *model) element(path, part string, e *node) {
	if typ := e.attr("type"); typ != "" {
		m.named(path, part, typ)
		return
	}
	if typ := e.child("complexType", "simpleType"); typ != nil {
		m.content(path, part, typ, false)
	}
}

// named expands a type in place, so that it does not matter whether it has a
// name, which namespace it is in, or what it is called.
func (m *model) named(path, part, qname string) {
	full := m.name(part, qname)
	typ, ok := m.types[full]
	if !ok {
		m.lines = append(m.lines, path+" = "+full)
		return
	}
	home, _, _ := strings.Cut(full, ":")
	m.content(path, home, typ, false)
}

func (m *model) content(path, part string, n *node, optional bool) {
	for i := range n.Children {
		c := &n.Children[i]
		switch c.XMLName.Local {
		case "annotation", "appinfo", "documentation":
		case "sequence":
			m.content(path, part, c, optional || c.attr("minOccurs") == "0")
		case "choice":
			m.content(path, part, c, optional || len(c.Children) > 1 || c.attr("minOccurs") == "0")
		case "complexContent", "simpleContent":
			m.content(path, part, c, optional)
		case "extension", "restriction":
			if c.child("enumeration") == nil { // the lengths of a base say no more than the list
				m.named(path, part, c.attr("base"))
			}
			m.content(path, part, c, optional)
		case "union":
			m.named(path, part, c.attr("memberTypes"))
		case "enumeration", "maxLength", "pattern":
			m.lines = append(m.lines, path+" "+c.XMLName.Local+" "+c.attr("value"))
		case "any":
			m.lines = append(m.lines, path+" any "+c.attr("namespace")+occurs(c, optional))
		case "attribute":
			inner := path + "/@" + c.attr("name")
			m.lines = append(m.lines, inner+" use "+cmp.Or(c.attr("use"), "optional"))
			m.named(inner, part, c.attr("type"))
		case "element":
			m.inner(path, part, c, optional)
		default:
			m.lines = append(m.lines, path+" ? "+c.XMLName.Local)
		}
	}
}

// inner describes a child. One we made global for gowsdl is treated as if it
// stood where it is referred to.
func (m *model) inner(path, part string, c *node, optional bool) {
	local := c.attr("name")
	target := c
	if ref := c.attr("ref"); ref != "" {
		full := m.name(part, ref)
		var home string
		home, local, _ = strings.Cut(full, ":")
		if !slices.Contains(onlyOurs[home], local) {
			m.lines = append(m.lines, path+"/"+full+occurs(c, optional))
			return
		}
		target = m.elements[full]
	}
	m.lines = append(m.lines, path+"/"+local+occurs(c, optional))
	m.element(path+"/"+local, part, target)
}

func occurs(n *node, optional bool) string {
	low, high := "1", "1"
	if optional || n.attr("minOccurs") == "0" {
		low = "0"
	}
	if most := n.attr("maxOccurs"); most != "" && most != "1" {
		high = "n" // 1000 and unbounded alike
	}
	return fmt.Sprintf(" %s..%s", low, high)
}

// of lists what the global elements of one part hold.
func (m *model) of(part string) []string {
	m.lines = nil
	for name, e := range m.elements {
		home, local, _ := strings.Cut(name, ":")
		if home == part && !slices.Contains(onlyOurs[part], local) {
			m.element(local, part, e)
		}
	}
	slices.Sort(m.lines)
	return slices.Compact(m.lines)
}

// TestSameStructureAsOfficial compares what every element of the envelope may
// hold, how often, and which values: names, occurrence, lengths, patterns,
// enumerations and attributes.
func TestSameStructureAsOfficial(t *testing.T) {
	for _, version := range official {
		t.Run(version, func(t *testing.T) {
			ourDocuments, theirDocuments := map[string][]byte{}, map[string][]byte{}
			for _, part := range schemaParts(version) {
				ourDocuments[part], theirDocuments[part] = schemas(t, version, part)
			}
			ours, theirs := newModel(t, ourDocuments), newModel(t, theirDocuments)
			for _, part := range schemaParts(version) {
				got, want := ours.of(part), theirs.of(part)
				if len(want) < 5 {
					t.Errorf("%s: only %d lines compared", part, len(want))
				}
				for _, line := range got {
					if !slices.Contains(want, line) {
						t.Errorf("%s: only ours: %s", part, line)
					}
				}
				for _, line := range want {
					if !slices.Contains(got, line) {
						t.Errorf("%s: only the operator's: %s", part, line)
					}
				}
			}
		})
	}
}
