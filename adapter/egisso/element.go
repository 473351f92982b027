package egisso

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/google/uuid"
)

// Element is one element of a package: a record of a register, or an event on one. The
// types are those of the kinds, made by DecodeElement; others cannot be written.
type Element interface {
	ElementKind() Kind
	// ElementID is what protocols report it by (SPEC.md#identifiers).
	ElementID() uuid.UUID
	// Target is the record an event is on, uuid.Nil for a record.
	Target() uuid.UUID
}

// DecodeElement reads an element of the kind from its JSON form.
func DecodeElement(kind Kind, content []byte) (Element, error) {
	s := kind.spec()
	if s == nil {
		return nil, fmt.Errorf("kind %q is not known", kind)
	}
	e := s.blank(kind)
	if err := json.Unmarshal(content, e); err != nil {
		// The decoder's own text may show the value.
		if wrong := new(json.UnmarshalTypeError); errors.As(err, &wrong) {
			return nil, fmt.Errorf("decode element %s: field %s is not a %s", kind, wrong.Field, wrong.Type)
		}
		return nil, fmt.Errorf("decode element %s: broken JSON or an unreadable value", kind)
	}
	return e, nil
}
