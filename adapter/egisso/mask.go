package egisso

import (
	"fmt"
	"io"
	"log/slog"

	"github.com/google/uuid"
)

// Types that hold personal or medical data print as «***» whatever verb or
// logger is used. Their JSON form is not masked: it is what the store keeps.
// A record keeps its uuid, which says nothing about the person.

const masked = "***"

func maskedRecord(what string, id uuid.UUID) string {
	return what + " " + id.String() + " " + masked
}

func (Person) String() string               { return masked }
func (Person) Format(s fmt.State, _ rune)   { io.WriteString(s, masked) }
func (Person) LogValue() slog.Value         { return slog.StringValue(masked) }
func (Address) String() string              { return masked }
func (Address) Format(s fmt.State, _ rune)  { io.WriteString(s, masked) }
func (Address) LogValue() slog.Value        { return slog.StringValue(masked) }
func (Document) String() string             { return masked }
func (Document) Format(s fmt.State, _ rune) { io.WriteString(s, masked) }
func (Document) LogValue() slog.Value       { return slog.StringValue(masked) }

func (IdentityDoc) String() string             { return masked }
func (IdentityDoc) Format(s fmt.State, _ rune) { io.WriteString(s, masked) }
func (IdentityDoc) LogValue() slog.Value       { return slog.StringValue(masked) }
func (BasisPerson) String() string             { return masked }
func (BasisPerson) Format(s fmt.State, _ rune) { io.WriteString(s, masked) }
func (BasisPerson) LogValue() slog.Value       { return slog.StringValue(masked) }
func (Assignment) String() string              { return masked }
func (Assignment) Format(s fmt.State, _ rune)  { io.WriteString(s, masked) }
func (Assignment) LogValue() slog.Value        { return slog.StringValue(masked) }

func (Ending) String() string             { return masked }
func (Ending) Format(s fmt.State, _ rune) { io.WriteString(s, masked) }
func (Ending) LogValue() slog.Value       { return slog.StringValue(masked) }

// String returns the fact's uuid and nothing else of it.
func (f Fact) String() string { return maskedRecord("fact", f.ID) }

// Format implements fmt.Formatter, so that no verb prints the fact's data.
func (f Fact) Format(s fmt.State, _ rune) { io.WriteString(s, f.String()) }

// LogValue implements slog.LogValuer.
func (f Fact) LogValue() slog.Value { return slog.StringValue(f.String()) }

// String returns the event's uuid and nothing else of it.
func (a FactAlteration) String() string { return maskedRecord("alteration", a.ID) }

// Format implements fmt.Formatter, so that no verb prints the fact's data.
func (a FactAlteration) Format(s fmt.State, _ rune) { io.WriteString(s, a.String()) }

// LogValue implements slog.LogValuer.
func (a FactAlteration) LogValue() slog.Value { return slog.StringValue(a.String()) }

func (Entrepreneur) String() string             { return masked }
func (Entrepreneur) Format(s fmt.State, _ rune) { io.WriteString(s, masked) }
func (Entrepreneur) LogValue() slog.Value       { return slog.StringValue(masked) }
func (Registration) String() string             { return masked }
func (Registration) Format(s fmt.State, _ rune) { io.WriteString(s, masked) }
func (Registration) LogValue() slog.Value       { return slog.StringValue(masked) }

// String returns the organisation's id and nothing else: it may be a person.
func (o Organization) String() string { return maskedRecord("organization", o.ID) }

// Format implements fmt.Formatter.
func (o Organization) Format(s fmt.State, _ rune) { io.WriteString(s, o.String()) }

// LogValue implements slog.LogValuer.
func (o Organization) LogValue() slog.Value { return slog.StringValue(o.String()) }

// String returns the point's id: contacts may name people.
func (p PresencePoint) String() string { return maskedRecord("presence point", p.ID) }

// Format implements fmt.Formatter.
func (p PresencePoint) Format(s fmt.State, _ rune) { io.WriteString(s, p.String()) }

// LogValue implements slog.LogValuer.
func (p PresencePoint) LogValue() slog.Value { return slog.StringValue(p.String()) }

// String returns the package's id, register and size.
func (p Package) String() string {
	return fmt.Sprintf("package %s %s, %d elements", p.ID, p.Register, len(p.Elements))
}

// Format implements fmt.Formatter.
func (p Package) Format(s fmt.State, _ rune) { io.WriteString(s, p.String()) }

// LogValue implements slog.LogValuer.
func (p Package) LogValue() slog.Value { return slog.StringValue(p.String()) }
