package shape

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Parse reads a schema in the package's notation for one version (see the
// package comment); version replaces {V} in namespaces.
func Parse(source, version string) (*Schema, error) {
	p := &parser{
		version: version,
		spaces:  map[string]string{},
		types:   map[string]*simpleType{},
		groups:  map[string][]*particle{},
		schema:  &Schema{roots: map[name]*particle{}},
	}
	for label, base := range baseTypes {
		p.types[label] = &simpleType{label: label, base: base, max: -1}
	}
	lines, err := p.split(source)
	if err != nil {
		return nil, err
	}
	for len(lines) > 0 {
		if lines, err = p.top(lines); err != nil {
			return nil, err
		}
	}
	return p.schema, nil
}

// known are the schemas Known has read, by text and version.
var known sync.Map

// Known is Parse for the texts of this program, which it reads once: every
// simulator needs them, and a schema never changes.
func Known(source, version string) (*Schema, error) {
	key := [2]string{source, version}
	if schema, ok := known.Load(key); ok {
		return schema.(*Schema), nil
	}
	schema, err := Parse(source, version)
	if err != nil {
		return nil, err
	}
	first, _ := known.LoadOrStore(key, schema)
	return first.(*Schema), nil
}

type parser struct {
	version string
	spaces  map[string]string
	types   map[string]*simpleType
	groups  map[string][]*particle
	schema  *Schema
}

type line struct {
	number, indent int
	text           string
}

var versionMark = regexp.MustCompile(`\s+\[([0-9. ]+)\]$`)

// split cuts the source into lines and drops comments and everything that does
// not belong to the version.
func (p *parser) split(source string) ([]line, error) {
	var out []line
	skipDeeper := -1
	for i, raw := range strings.Split(source, "\n") {
		text := strings.TrimSpace(raw)
		if text == "" || strings.HasPrefix(text, "#") {
			continue
		}
		if strings.Contains(raw, "\t") {
			return nil, fmt.Errorf("schema line %d: tab; indent with spaces", i+1)
		}
		indent := len(raw) - len(strings.TrimLeft(raw, " "))
		if skipDeeper >= 0 && indent > skipDeeper {
			continue
		}
		skipDeeper = -1
		if m := versionMark.FindStringSubmatch(text); m != nil {
			if !slices.Contains(strings.Fields(m[1]), p.version) {
				skipDeeper = indent
				continue
			}
			text = strings.TrimSpace(strings.TrimSuffix(text, m[0]))
		}
		out = append(out, line{i + 1, indent, text})
	}
	return out, nil
}

// top reads one unindented block.
func (p *parser) top(lines []line) ([]line, error) {
	head := lines[0]
	word, rest, _ := strings.Cut(head.text, " ")
	rest = strings.TrimSpace(rest)
	switch word {
	case "ns":
		prefix, uri, ok := strings.Cut(rest, " ")
		if !ok {
			return nil, fmt.Errorf("schema line %d: ns needs a prefix and a URI", head.number)
		}
		p.spaces[prefix] = strings.ReplaceAll(strings.TrimSpace(uri), "{V}", p.version)
		return lines[1:], nil
	case "type":
		return lines[1:], p.simple(head, rest)
	case "def":
		children, left, err := p.block(lines[1:], head.indent)
		p.groups[rest] = children
		return left, err
	case "root":
		el, left, err := p.particle(line{head.number, head.indent, rest}, lines[1:])
		if err != nil {
			return nil, err
		}
		p.schema.roots[el[0].name] = el[0]
		return left, nil
	}
	return nil, fmt.Errorf("schema line %d: unknown keyword %q", head.number, word)
}

// block reads the lines indented deeper than indent.
func (p *parser) block(lines []line, indent int) ([]*particle, []line, error) {
	var out []*particle
	for len(lines) > 0 && lines[0].indent > indent {
		head := lines[0]
		children, left, err := p.particle(head, lines[1:])
		if err != nil {
			return nil, nil, err
		}
		out, lines = append(out, children...), left
	}
	return out, lines, nil
}

var particleHead = regexp.MustCompile(`^([A-Za-z0-9_.:-]+)(\?|\*|\+|\{\d+,\d+\})?$`)

// particle reads one particle and its children. A "use" line gives several.
func (p *parser) particle(head line, lines []line) ([]*particle, []line, error) {
	words := strings.Fields(head.text)
	m := particleHead.FindStringSubmatch(words[0])
	if m == nil {
		return nil, nil, fmt.Errorf("schema line %d: cannot read %q", head.number, words[0])
	}
	q := &particle{min: 1, max: 1}
	switch card := m[2]; card {
	case "":
	case "?":
		q.min = 0
	case "*":
		q.min, q.max = 0, unbounded
	case "+":
		q.max = unbounded
	default:
		lo, hi, _ := strings.Cut(strings.Trim(card, "{}"), ",")
		q.min, _ = strconv.Atoi(lo)
		q.max, _ = strconv.Atoi(hi)
	}
	switch m[1] {
	case "use":
		group, ok := p.groups[words[1]]
		if !ok {
			return nil, nil, fmt.Errorf("schema line %d: no group %q", head.number, words[1])
		}
		return group, lines, nil
	case "choice":
		q.kind = kindChoice
	case "seq":
		q.kind = kindSequence
	case "any":
		q.kind = kindAny
		if len(words) != 3 || words[1] != "not" || p.spaces[words[2]] == "" {
			return nil, nil, fmt.Errorf("schema line %d: write \"any not PREFIX\"", head.number)
		}
		q.not = p.spaces[words[2]]
		return []*particle{q}, lines, nil
	default:
		if err := p.element(q, head, m[1], words[1:]); err != nil {
			return nil, nil, err
		}
	}
	var err error
	q.children, lines, err = p.block(lines, head.indent)
	return []*particle{q}, lines, err
}

// element reads the name, attributes and simple type of an element line.
func (p *parser) element(q *particle, head line, qname string, words []string) error {
	prefix, local, ok := strings.Cut(qname, ":")
	if !ok {
		return fmt.Errorf("schema line %d: element %q without a prefix", head.number, qname)
	}
	space, ok := p.spaces[prefix]
	if !ok {
		return fmt.Errorf("schema line %d: prefix %q is not declared", head.number, prefix)
	}
	q.name = name{space, local}
	for len(words) > 0 {
		word := words[0]
		words = words[1:]
		switch {
		case word == "skip":
			q.skip = true
		case word == "empty":
		case strings.HasPrefix(word, "@"):
			if len(words) == 0 {
				return fmt.Errorf("schema line %d: attribute %s without a type", head.number, word)
			}
			typ, ok := p.types[words[0]]
			if !ok {
				return fmt.Errorf("schema line %d: no type %q", head.number, words[0])
			}
			words = words[1:]
			label, optional := strings.CutSuffix(word[1:], "?")
			q.attrs = append(q.attrs, attribute{label, !optional, typ})
		default:
			typ, ok := p.types[word]
			if !ok {
				return fmt.Errorf("schema line %d: no type %q", head.number, word)
			}
			q.text = typ
		}
	}
	return nil
}

// simple reads the rest of a "type" line.
func (p *parser) simple(head line, rest string) error {
	before, pattern, hasPattern := strings.Cut(rest, " pattern ")
	words := strings.Fields(before)
	if len(words) < 2 {
		return fmt.Errorf("schema line %d: type needs a name and a base", head.number)
	}
	base, ok := p.types[words[1]]
	if !ok {
		return fmt.Errorf("schema line %d: no base type %q", head.number, words[1])
	}
	t := *base
	t.label = words[0]
	for i := 2; i+1 < len(words); i += 2 {
		value := words[i+1]
		n, _ := strconv.Atoi(value)
		switch words[i] {
		case "max":
			t.max = n
		case "min":
			t.min = n
		case "len":
			t.min, t.max = n, n
		case "gt":
			t.gt = value
		case "ge":
			t.ge = value
		case "le":
			t.le = value
		case "enum":
			t.enum = strings.Split(value, "|")
		default:
			return fmt.Errorf("schema line %d: unknown facet %q", head.number, words[i])
		}
	}
	if hasPattern {
		re, err := regexp.Compile(`^(?:` + strings.TrimSpace(pattern) + `)$`)
		if err != nil {
			return fmt.Errorf("schema line %d: %w", head.number, err)
		}
		t.pattern = append(slices.Clone(t.pattern), re)
	}
	p.types[t.label] = &t
	return nil
}
