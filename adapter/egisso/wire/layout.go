package wire

import (
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"egissogw/adapter/egisso"
	"egissogw/crypto/xmlsafe"
)

// layout is how the elements of one register stand in messages; each is in the file of
// its register. In what versions differ is in the table of versions.
type layout struct {
	// bare: the message carries one element of the kind, without a package around it; ""
	// if there is a package.
	bare egisso.Kind
	// some is the list of which a package must hold one element at least, "" if none.
	some egisso.Kind
	// ready reports what no check of the record may have let pass because the gateway
	// fills it, what the version cannot say, and an element of a type it does not know.
	ready func(v *egisso.Version, e egisso.Element) error
	// write writes an element that is ready.
	write func(o output, e egisso.Element)
	// read reads an element of the kind.
	read func(d *decoder, kind egisso.Kind, e *xmlsafe.Element) egisso.Element
}

var layouts = map[egisso.Register]*layout{
	egisso.RegisterMeasure:      &measureLayout,
	egisso.RegisterFact:         &factLayout,
	egisso.RegisterOrganization: &organizationLayout,
	egisso.RegisterParticipant:  &participantLayout,
	egisso.RegisterPoint:        &pointLayout,
}

// tag is the name of the kind's XML element.
func tag(k egisso.Kind) string {
	if k == egisso.KindPointInvalidation {
		return "invalidation"
	}
	return string(k)
}

// unknownType is an error: nothing is known of how such an element is written.
func unknownType(e egisso.Element) error { return fmt.Errorf("type %T has no writer", e) }

var errNoTarget = errors.New("names no record that it is on")

// eventOn is an error where an event names nothing.
func eventOn(target uuid.UUID) error {
	if target == uuid.Nil {
		return errNoTarget
	}
	return nil
}

var errLastChanging = errors.New("lastChanging is absent or not in the years 2000 to 2999")

// timestampFits reports whether the year fits tTimestamp.
func timestampFits(t time.Time) bool {
	year := t.In(egisso.Moscow).Year()
	return year >= 2000 && year <= 2999
}

// resolved reports whether every record named was found.
func resolved[T any](list []T, id func(*T) uuid.UUID, what string) error {
	for i := range list {
		if id(&list[i]) == uuid.Nil {
			return errors.New(what)
		}
	}
	return nil
}
