package egisso

// Register is a register of ЕГИССО the gateway keeps up to date.
type Register string

// Registers.
const (
	RegisterMeasure Register = "lmsz" // реестр локальных МСЗ, 10.05.I
	RegisterFact    Register = "fact" // реестр фактов назначения, 10.06.S inside 10.10.I
)

// Title returns the register's name as shown in the journal (spec egisso.md h).
func (r Register) Title() string {
	switch r {
	case RegisterMeasure:
		return "Реестр локальных мер социальной защиты"
	case RegisterFact:
		return "Реестр фактов назначений"
	}
	return string(r)
}

// Valid reports whether r is a known register.
func (r Register) Valid() bool { return r == RegisterMeasure || r == RegisterFact }

// Kind is the kind of one element of a package; its value is the element's
// name in the XSD (package-LMSZ/2.1.0 and package-RAF/1.1.0).
type Kind string

// Kinds the gateway decides to send by itself (spec egisso.md g.5).
const (
	KindMeasure             Kind = "localMSZ"
	KindMeasureInvalidation Kind = "invalidation"
	KindFact                Kind = "fact"
	KindFactAlteration      Kind = "alterationBasedOnPreviousErrors"
	KindFactInvalidation    Kind = "errorsInvalidation"
)

// Other events on facts (spec egisso.md b.3).
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

// measureKinds and factKinds are the lists of a package in the order of the
// schema's sequence (spec egisso.md a.5).
var (
	measureKinds = []Kind{KindMeasure, KindMeasureInvalidation}
	factKinds    = []Kind{
		KindFact,
		KindFactRecalculation,
		KindFactDeathOrMovingRecalculation,
		KindFactAlteration,
		KindFactEndByRecalculation,
		KindFactEndByIneligibility,
		KindFactEndOfRight,
		KindFactEndOfValidityPeriod,
		KindFactRecipientRefusal,
		KindFactDuplicate,
		KindFactInvalidation,
	}
)

// Register returns the register the kind belongs to, or "" for an unknown kind.
func (k Kind) Register() Register {
	for _, m := range measureKinds {
		if k == m {
			return RegisterMeasure
		}
	}
	for _, f := range factKinds {
		if k == f {
			return RegisterFact
		}
	}
	return ""
}

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

// Kinds returns the kinds of the register in the order of the schema's lists.
func (r Register) Kinds() []Kind {
	switch r {
	case RegisterMeasure:
		return append([]Kind(nil), measureKinds...)
	case RegisterFact:
		return append([]Kind(nil), factKinds...)
	}
	return nil
}
