package egisso

import "strings"

// Severity says what a finding does to its record.
type Severity string

// Severities: an error keeps the record out of packages, a warning is shown and
// lets it go.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
)

// Finding is one result of a local check (SPEC.md#checks).
type Finding struct {
	Code     string   `json:"code"` // official rule code ("014") or own ("L-SNILS")
	Severity Severity `json:"severity"`
	Field    string   `json:"field"` // path of XSD names, like "mszReceiver/SNILS"
	Text     string   `json:"text"`  // Russian; never holds the value of personal data

	// Schema marks a value the official XSD does not accept. One such record
	// would make ЕГИССО refuse the whole package, so no policy lets it out.
	Schema bool `json:"schema,omitempty"`

	// ByPolicy marks an error that only the policy makes one: a person may let the
	// record go in spite of it.
	ByPolicy bool `json:"byPolicy,omitempty"`
}

// String returns "L-SNILS mszReceiver/SNILS: text".
func (f Finding) String() string {
	var b strings.Builder
	b.WriteString(f.Code)
	if f.Field != "" {
		b.WriteString(" " + f.Field)
	}
	b.WriteString(": " + f.Text)
	return b.String()
}

// Blocks reports whether any of the findings is an error.
func Blocks(findings []Finding) bool {
	for _, f := range findings {
		if f.Severity == Error {
			return true
		}
	}
	return false
}
