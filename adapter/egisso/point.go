package egisso

import (
	"time"

	"github.com/google/uuid"
)

// PresencePoint is a place where an organisation that grants measures receives
// people (точка присутствия ОНМСЗ), the element presencePoint of 10.15.I.
// Source: SPEC.md#presence-point, XSD presence-point/1.0.4.
type PresencePoint struct {
	ID         uuid.UUID `json:"pointId,omitzero"`
	PreviousID uuid.UUID `json:"previousID,omitzero"` // last accepted version this one replaces

	ONMSZCode   string         `json:"onmszCode"`
	ONMSZKey    string         `json:"onmszKey,omitempty"` // source's key of the participant, see Fact.OSZKey
	Title       string         `json:"title"`
	Address     string         `json:"address"`
	OKTMO       string         `json:"oktmo"` // 8 digits
	Email       string         `json:"email,omitempty"`
	Contacts    string         `json:"contacts"`
	Schedule    string         `json:"schedule"`
	Rules       string         `json:"rules,omitempty"`
	Coordinates *Coordinates   `json:"point"` // required; nil: not given
	Measures    []PointMeasure `json:"msz"`

	LastChanging time.Time `json:"lastChanging,omitzero"` // not part of the content hash
}

// PointMeasure is a local measure granted at a point. The source names it by
// its own key; ID is resolved by the gateway.
type PointMeasure struct {
	Key string    `json:"measureKey"`
	ID  uuid.UUID `json:"id,omitzero"`
}

// PresencePointInvalidation removes a presence point.
type PresencePointInvalidation struct {
	ID           uuid.UUID `json:"Id"` // id of the removal event
	PointID      uuid.UUID `json:"pointId"`
	LastChanging time.Time `json:"lastChanging"`
}
