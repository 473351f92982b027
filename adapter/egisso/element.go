package egisso

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/google/uuid"
)

// Element is one element of a package: a record of a register, or an event on one.
type Element interface {
	ElementKind() Kind
	// ElementID is what protocols report it by (SPEC.md#identifiers).
	ElementID() uuid.UUID
	// Target is the record an event is on, uuid.Nil for a record.
	Target() uuid.UUID

	// writable reports what no check of the record may have let pass because the
	// gateway fills it, and what the version cannot say.
	writable(v *Version) error
	write(o output)
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

var errNoTarget = errors.New("names no record that it is on")

// eventOn is an error where an event names nothing.
func eventOn(target uuid.UUID) error {
	if target == uuid.Nil {
		return errNoTarget
	}
	return nil
}

var errLastChanging = errors.New("lastChanging is absent or not in the years 2000 to 2999")

// resolved reports whether every record named was found.
func resolved[T any](list []T, id func(*T) uuid.UUID, what string) error {
	for i := range list {
		if id(&list[i]) == uuid.Nil {
			return errors.New(what)
		}
	}
	return nil
}
