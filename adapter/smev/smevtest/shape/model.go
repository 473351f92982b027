package shape

import "regexp"

// Schema is a set of document elements a document may have, with everything
// below them.
type Schema struct {
	roots map[name]*particle
}

// name is the expanded name of an element.
type name struct{ space, local string }

type kind int

const (
	kindElement kind = iota
	kindSequence
	kindChoice
	kindAny
)

// unbounded is the max of a particle marked * or +.
const unbounded = 1 << 30

// particle is one line of a schema.
type particle struct {
	kind     kind
	name     name
	min, max int
	attrs    []attribute
	text     *simpleType // nil: element content
	skip     bool        // contents are not checked
	not      string      // kindAny: the namespace that is not allowed
	children []*particle
}

// attribute is an attribute without a namespace.
type attribute struct {
	name     string
	required bool
	text     *simpleType
}

// simpleType is a named simple type: a base and facets.
type simpleType struct {
	label   string
	base    baseType
	pattern []*regexp.Regexp
	max     int // characters; -1 = no limit
	min     int
	enum    []string
	gt      string // exclusive lower bound, as a decimal
	ge, le  string
}

// nullable reports whether nothing at all satisfies the particle.
func (p *particle) nullable() bool {
	if p.min == 0 {
		return true
	}
	switch p.kind {
	case kindSequence:
		for _, c := range p.children {
			if !c.nullable() {
				return false
			}
		}
		return true
	case kindChoice:
		for _, c := range p.children {
			if c.nullable() {
				return true
			}
		}
	}
	return false
}

// starts reports whether an element of this name can be the first of the particle.
func (p *particle) starts(n name) bool {
	switch p.kind {
	case kindElement:
		return p.name == n
	case kindAny:
		return n.space != "" && n.space != p.not
	case kindChoice:
		for _, c := range p.children {
			if c.starts(n) {
				return true
			}
		}
	case kindSequence:
		for _, c := range p.children {
			if c.starts(n) {
				return true
			}
			if !c.nullable() {
				return false
			}
		}
	}
	return false
}
