package egisso

// Register is a register of ЕГИССО the gateway keeps up to date.
type Register string

// Registers.
const (
	RegisterMeasure      Register = "lmsz"         // реестр локальных МСЗ, 10.05.I
	RegisterFact         Register = "fact"         // реестр фактов назначения, 10.06.S inside 10.10.I
	RegisterOrganization Register = "organization" // реестр организаций, предоставляющих меры, 10.07.I
	RegisterParticipant  Register = "onmsz"        // реестр участников: организации, назначающие меры, 10.11.I
	RegisterPoint        Register = "point"        // реестр точек присутствия ОНМСЗ, 10.15.I
)

// RequestKMSZ stands for the register of a package that asks for the classifier
// (10.02.I) and holds no records. It is none of Registers.
const RequestKMSZ Register = "kmsz"

// registers in the order they are sent: an organisation needs its code before
// anything else, and everything else names local measures (SPEC.md#when).
var registers = []Register{RegisterParticipant, RegisterMeasure, RegisterPoint, RegisterOrganization, RegisterFact}

// Registers returns all registers in the order they are to be sent.
func Registers() []Register { return append([]Register(nil), registers...) }

// Title returns the register's name as shown in the journal (SPEC.md#journal).
func (r Register) Title() string {
	switch r {
	case RegisterMeasure:
		return "Реестр локальных мер социальной защиты"
	case RegisterFact:
		return "Реестр фактов назначений"
	case RegisterOrganization:
		return "Реестр организаций"
	case RegisterParticipant:
		return "Реестр ОНМСЗ"
	case RegisterPoint:
		return "Реестр точек присутствия ОНМСЗ"
	case RequestKMSZ:
		return "Запрос обновлений КМСЗ"
	}
	return string(r)
}

// Valid reports whether r is a known register.
func (r Register) Valid() bool {
	for _, known := range registers {
		if r == known {
			return true
		}
	}
	return false
}

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

// The lists of packages in the order of the schemas' sequences
// (SPEC.md#package-limits). An older version may lack some, see the table of versions.
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
	organizationKinds = []Kind{KindOrganization}
	participantKinds  = []Kind{KindApplication}
	pointKinds        = []Kind{KindPoint, KindPointInvalidation}
)

// element is the name of the kind's element.
func (k Kind) element() string {
	if k == KindPointInvalidation {
		return "invalidation"
	}
	return string(k)
}

// Register returns the register the kind belongs to, or "" for an unknown kind.
func (k Kind) Register() Register {
	for _, r := range registers {
		for _, known := range r.kinds() {
			if k == known {
				return r
			}
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
func (r Register) Kinds() []Kind { return append([]Kind(nil), r.kinds()...) }

func (r Register) kinds() []Kind {
	switch r {
	case RegisterMeasure:
		return measureKinds
	case RegisterFact:
		return factKinds
	case RegisterOrganization:
		return organizationKinds
	case RegisterParticipant:
		return participantKinds
	case RegisterPoint:
		return pointKinds
	}
	return nil
}
