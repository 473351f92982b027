package egisso

import (
	"github.com/google/uuid"
	"github.com/shopspring/decimal"
)

// Events on accepted facts beside FactAlteration and FactInvalidation.
// Source: SPEC.md#events, #which-event, XSD package-RAF/1.1.0.

// FactRecalculation changes the amount for past periods, dates unchanged
// (alterationBasedOnRecalculation).
type FactRecalculation struct {
	ID           uuid.UUID       `json:"uuid"`
	FactID       uuid.UUID       `json:"assignmentFactUuid"`
	ProviderCode string          `json:"providerCode,omitempty"`
	Amount       decimal.Decimal `json:"amount"` // roubles
}

// FactDeathOrMovingRecalculation changes the amount and the end because the
// recipient died or moved away (alterationBasedOnDeathOrMovingRecalculation).
type FactDeathOrMovingRecalculation struct {
	ID           uuid.UUID       `json:"uuid"`
	FactID       uuid.UUID       `json:"assignmentFactUuid"`
	ProviderCode string          `json:"providerCode,omitempty"`
	Amount       decimal.Decimal `json:"amount"` // roubles
	DateFinish   Date            `json:"dateFinish"`
}

// FactTermination ends a fact before its date; Kind, one of the five
// termination kinds, says why.
type FactTermination struct {
	Kind         Kind                `json:"-"` // of the record it is stored as
	ID           uuid.UUID           `json:"uuid"`
	FactID       uuid.UUID           `json:"assignmentFactUuid"`
	ProviderCode string              `json:"providerCode,omitempty"`
	DateFinish   Date                `json:"dateFinish"`
	Amount       decimal.NullDecimal `json:"amount,omitzero"`   // sum, or rouble equivalent
	Quantity     decimal.NullDecimal `json:"quantity,omitzero"` // not for the monetary form
}

// Event is an event on a fact as far as its checks ask (SPEC.md#local-checks, L-EVT); see
// FactDecision.Event.
type Event struct {
	Kind       Kind
	FactID     uuid.UUID
	DateFinish Date                // of terminations and the death or moving recalculation
	Amount     decimal.NullDecimal // roubles
	Quantity   decimal.NullDecimal
}
