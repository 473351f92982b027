package egisso

import (
	"encoding/binary"

	"github.com/google/uuid"
)

// idSpace is the namespace of every identifier the gateway derives. Changing
// it would make ЕГИССО see every record as a new one.
var idSpace = uuid.MustParse("6f0c6a52-8d4e-5b0f-9a3b-2c1f7e5d9b41")

// Identifiers are UUID version 5 over the source's key, so that building a
// record again, even after the gateway's own database was lost, gives the same
// identifier and ЕГИССО can recognise a repeat (SPEC.md#identifiers).

// FactID is the uuid of a fact of assignment. The sequence number tells apart
// several lives of one source row: it grows when a row comes back after its
// fact was invalidated.
func FactID(provider, rowKey string, seq int) uuid.UUID {
	return deriveID("fact", provider, rowKey, number(seq))
}

// MeasureID is the id of one version of a local measure. Every accepted version
// has its own id (SPEC.md#which-event), so the content and the version before it
// take part.
func MeasureID(provider, rowKey string, previous uuid.UUID, content [32]byte) uuid.UUID {
	return deriveID("lmsz", provider, rowKey, string(previous[:]), string(content[:]))
}

// OrganizationID is the id of one version of an organisation, PointID that of a
// presence point: every accepted version has its own, as measures do.
func OrganizationID(provider, rowKey string, previous uuid.UUID, content [32]byte) uuid.UUID {
	return deriveID("organization", provider, rowKey, string(previous[:]), string(content[:]))
}

// PointID is the id of one version of a presence point; see OrganizationID.
func PointID(provider, rowKey string, previous uuid.UUID, content [32]byte) uuid.UUID {
	return deriveID("point", provider, rowKey, string(previous[:]), string(content[:]))
}

// ApplicationID is the id of an application on a participant. The sequence
// number is the count of applications on the row decided before, so that a
// refused application can be made again.
func ApplicationID(provider, rowKey string, action ApplicationAction, seq int, content [32]byte) uuid.UUID {
	return deriveID("application", provider, rowKey, string(action), number(seq), string(content[:]))
}

// CategoryID is the id of a category of a local measure; it stays the same from
// version to version, because facts name it.
func CategoryID(provider, measureKey, categoryKey string) uuid.UUID {
	return deriveID("category", provider, measureKey, categoryKey)
}

// EventID is the uuid of an event on an accepted record: a change or removal.
// The sequence number is the count of events on the record accepted before, so
// that the same change made twice at different times is two events. An
// invalidation has no content: pass the zero hash.
func EventID(kind Kind, target uuid.UUID, seq int, content [32]byte) uuid.UUID {
	return deriveID("event", string(kind), string(target[:]), number(seq), string(content[:]))
}

// deriveID hashes the parts with their lengths, so that no two different lists
// of parts give the same name.
func deriveID(parts ...string) uuid.UUID {
	return uuid.NewSHA1(idSpace, []byte(joined(parts...)))
}

func number(n int) string {
	return string(binary.BigEndian.AppendUint64(nil, uint64(n)))
}
