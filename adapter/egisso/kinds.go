package egisso

import "slices"

// Kind is the kind of one element of a package. Its value is the element's name
// in the XSD, except KindPointInvalidation, whose element is named like that of
// a measure.
type Kind string

// Kinds the gateway decides to send by itself (SPEC.md#changed-records).
const (
	KindMeasure             Kind = "localMSZ"
	KindMeasureInvalidation Kind = "invalidation"
	KindFact                Kind = "fact"
	KindFactAlteration      Kind = "alterationBasedOnPreviousErrors"
	KindFactInvalidation    Kind = "errorsInvalidation"
	KindOrganization        Kind = "organization"
	KindApplication         Kind = "application"
	KindPoint               Kind = "presencePoint"
	KindPointInvalidation   Kind = "presencePointInvalidation"
)

// Other events on facts (SPEC.md#events).
const (
	KindFactRecalculation              Kind = "alterationBasedOnRecalculation"
	KindFactDeathOrMovingRecalculation Kind = "alterationBasedOnDeathOrMovingRecalculation"
	KindFactEndByRecalculation         Kind = "terminationBasedOnRecalculation"
	KindFactEndByIneligibility         Kind = "terminationBasedOnIneligibility"
	KindFactEndOfRight                 Kind = "terminationBasedOnEndOfRight"
	KindFactEndOfValidityPeriod        Kind = "terminationBasedOnEndOfValidityPeriod"
	KindFactRecipientRefusal           Kind = "terminationBasedOnRecipientRefusal"
	KindFactDuplicate                  Kind = "duplicatesInvalidation"
)

// Register returns the register the kind belongs to, or "" for an unknown kind.
func (k Kind) Register() Register {
	if s := k.spec(); s != nil {
		return s.register
	}
	return ""
}

func (k Kind) spec() *spec {
	for _, s := range specs {
		if slices.Contains(s.kinds, k) {
			return s
		}
	}
	return nil
}

// Ends reports whether the kind ends a fact, whatever else it says.
func (k Kind) Ends() bool { return k.Termination() || k == KindFactDeathOrMovingRecalculation }

// Termination reports whether the kind ends a fact before its date
// (tFactTermination of package-RAF).
func (k Kind) Termination() bool {
	switch k {
	case KindFactEndByRecalculation, KindFactEndByIneligibility, KindFactEndOfRight,
		KindFactEndOfValidityPeriod, KindFactRecipientRefusal:
		return true
	}
	return false
}

// RecordChange is what an element does to a record ЕГИССО holds. A slip in the source does it to
// many at once.
type RecordChange string

// The changes; "" is for what brings a new record.
const (
	ChangeRemoval     RecordChange = "removal"
	ChangeTermination RecordChange = "termination"
	ChangeAlteration  RecordChange = "alteration"
)

// RecordChanges returns them all.
func RecordChanges() []RecordChange {
	return []RecordChange{ChangeRemoval, ChangeTermination, ChangeAlteration}
}

// Change returns what the kind does. New versions of measures, points and organisations
// are records of their own.
func (k Kind) Change() RecordChange {
	switch {
	case k.Ends():
		return ChangeTermination
	case k == KindFactAlteration, k == KindFactRecalculation:
		return ChangeAlteration
	case k == KindFactInvalidation, k == KindFactDuplicate, k == KindMeasureInvalidation, k == KindPointInvalidation:
		return ChangeRemoval
	}
	return ""
}
