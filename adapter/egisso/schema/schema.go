// Package schema checks documents against the official XSD of ЕГИССО, which are
// not part of this program: an administrator who has them may let every package
// be checked once more before it is signed (adapter/egisso/SPEC.md#local-checks, L-XSD).
//
// The validator is a third of the program. A build with the tag noschema leaves it out,
// and says so where a folder of schemas is configured.
package schema

import "strings"

// Violation is one thing in which a document departs from its schema. It never
// holds a value of the document.
type Violation struct {
	Element   string // local name
	Attribute string // "" unless the violation is about one
	Facet     string // of the type that does not accept the value; "" for anything else
}

// String says it in Russian.
func (v Violation) String() string {
	text := "элемент " + v.Element
	if v.Attribute != "" {
		text += ", атрибут " + v.Attribute
	}
	if v.Facet != "" {
		return text + ": значение не подходит под ограничение " + v.Facet
	}
	return text + ": не на своём месте, лишний или неполный"
}

// Error says that a document is not valid.
type Error struct{ Violations []Violation }

// Error names the first violations; all of them are in the field.
func (e *Error) Error() string {
	var texts []string
	for i, v := range e.Violations {
		if i == 3 {
			texts = append(texts, "…")
			break
		}
		texts = append(texts, v.String())
	}
	return "документ не соответствует схеме XSD: " + strings.Join(texts, "; ")
}
