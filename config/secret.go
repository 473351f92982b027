package config

import (
	"fmt"
	"io"
	"log/slog"
)

// masked is what every attempt to print a Secret gives.
const masked = "***"

// Secret is a text that must not be printed: however it is formatted, logged or
// marshalled it shows as ***.
type Secret struct {
	value string
}

// NewSecret wraps a value.
func NewSecret(value string) Secret { return Secret{value} }

// Reveal returns the value itself.
func (s Secret) Reveal() string { return s.value }

// IsZero reports whether there is no value.
func (s Secret) IsZero() bool { return s.value == "" }

// Format implements fmt.Formatter for every verb.
func (s Secret) Format(f fmt.State, _ rune) { io.WriteString(f, masked) }

// LogValue implements slog.LogValuer.
func (s Secret) LogValue() slog.Value { return slog.StringValue(masked) }

// MarshalText implements encoding.TextMarshaler, which encoding/json uses too.
func (s Secret) MarshalText() ([]byte, error) { return []byte(masked), nil }

// EnvDecode implements envconfig.Decoder.
func (s *Secret) EnvDecode(value string) error {
	s.value = value
	return nil
}
