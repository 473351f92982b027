package cert

import (
	"encoding/asn1"
	"errors"
	"fmt"
	"strings"
)

// Subject is one attribute that tells whose a certificate is. An authority issues
// certificates to everybody, so that a chain alone says nothing of the owner.
type Subject struct {
	id    asn1.ObjectIdentifier
	value string
}

var (
	oidOGRN         = asn1.ObjectIdentifier{1, 2, 643, 100, 1}
	oidOrganization = asn1.ObjectIdentifier{2, 5, 4, 10}
)

// ParseSubject reads "ОГРН=1234567890123" (also "OGRN=…") or "O=организация", the
// organisation letter by letter as the certificate has it.
func ParseSubject(text string) (Subject, error) {
	label, value, found := strings.Cut(text, "=")
	value = strings.TrimSpace(value)
	switch strings.TrimSpace(label) {
	case "ОГРН", "OGRN":
		if len(value) != 13 || strings.Trim(value, "0123456789") != "" {
			return Subject{}, errors.New("an ОГРН has thirteen digits")
		}
		return Subject{oidOGRN, value}, nil
	case "O":
		if value == "" {
			return Subject{}, errors.New("the organisation is empty")
		}
		return Subject{oidOrganization, value}, nil
	}
	if !found {
		return Subject{}, errors.New("a subject is ОГРН=… or O=…")
	}
	return Subject{}, errors.New("a subject is told by ОГРН or O only")
}

// String is how ParseSubject reads it.
func (s Subject) String() string {
	if f := nameFieldOf(s.id); f != nil {
		return f.label + "=" + s.value
	}
	return ""
}

// names tells whether the name has the attribute, once and with this value. A name
// that has it twice could be read either way.
func (s Subject) names(n Name) bool {
	found := 0
	equal := false
	for _, a := range n.Attributes {
		if a.ID.Equal(s.id) {
			found++
			equal = strings.TrimSpace(a.Value) == s.value
		}
	}
	return found == 1 && equal
}

// Of makes the rule narrower: only certificates of this subject are believed.
func (t *Trust) Of(s Subject) *Trust {
	narrowed := *t
	narrowed.subject = &s
	return &narrowed
}

// checkSubject refuses a certificate that is trusted but somebody else's.
func (t *Trust) checkSubject(c *Certificate) error {
	if t.subject == nil || t.subject.names(c.Subject) {
		return nil
	}
	return fmt.Errorf("%w: %s is not the certificate of %s", ErrUntrusted, c, t.subject)
}
