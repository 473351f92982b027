package egisso

import (
	"errors"
	"strings"
	"time"

	"github.com/google/uuid"
)

// Protocol is a protocol of loading and checking a package (протокол загрузки
// и проверки пакета), SPEC.md#protocol. Exactly one of MessageErrors, Package
// and Attached is set.
type Protocol struct {
	// MessageErrors are the reasons why the message could not be processed as a
	// package (messageResult). They name no package: the caller knows it from
	// the SMEV message.
	MessageErrors []ProtocolError
	// Package is the result of checking a package (packageResult).
	Package *PackageResult
	// Attached is set by a 10.10.I/1.0.4 response: the protocol itself is in an
	// attached file.
	Attached bool

	// Version is the version of the protocol's schema, "" if it is not known.
	Version string

	// Deviations are departures from the schema that did not keep the protocol
	// from being understood, in Russian. See Strict.
	Deviations []string
}

// ProtocolError is one error of a messageResult.
type ProtocolError struct {
	Code    string // may be empty
	Message string
	Time    time.Time // zero if not given or unreadable
}

// Package statuses of a protocol. Only PackageProcessed is final.
const (
	PackageTaken      = 1 // принят
	PackageInProgress = 2 // обрабатывается
	PackageProcessed  = 3 // обработан
)

// PackageResult is the packageResult of a protocol.
type PackageResult struct {
	PackageID        uuid.UUID // uuid.Nil if absent or unreadable
	PackageType      string    // for people; its texts are not fixed
	Status           int       // 1 taken, 2 in progress, 3 processed
	ReceivedAt       time.Time
	StartedAt        time.Time // zero if absent
	FinishedAt       time.Time // zero if absent
	RecordNum        *int      // nil if absent
	RecordNumSuccess *int      // nil if absent, which means 0
	Records          []RecordResult
}

// RecordResult is one recordResult. Despite the list's name, errorRecords,
// accepted records are listed too.
type RecordResult struct {
	ID       string // as received, trimmed; compare with SameID
	OK       bool
	Messages []ProtocolMessage
}

// Types of a protocol's message.
const (
	MessageError   = 1
	MessageWarning = 2
)

// ProtocolMessage is one message about a record. Whether it is an error is
// said by the type and by the record's OK, not by the rule code.
type ProtocolMessage struct {
	Type     int    // 1 error, 2 warning
	RuleCode string // may be empty; unknown codes are kept as they are
	Report   string // trimmed, white space collapsed
}

// Strict returns an error if the protocol departs from its schema.
func (p *Protocol) Strict() error {
	if len(p.Deviations) == 0 {
		return nil
	}
	return errors.New("protocol departs from its schema: " + strings.Join(p.Deviations, "; "))
}

// SameID reports whether a record id of a protocol is the given one; case does
// not matter (SPEC.md#types).
func (r RecordResult) SameID(id uuid.UUID) bool { return strings.EqualFold(r.ID, id.String()) }
