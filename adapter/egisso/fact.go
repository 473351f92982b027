package egisso

import (
	"github.com/google/uuid"
	"github.com/shopspring/decimal"
)

// ProvisionForm is a form of provision (форма предоставления), КМСЗ facet 016.
type ProvisionForm string

// Forms of provision. The electronic certificate (05) cannot go by 10.06.S.
const (
	FormMonetary  ProvisionForm = "01"
	FormNatural   ProvisionForm = "02"
	FormExemption ProvisionForm = "03"
	FormService   ProvisionForm = "04"
)

// Element is the name of the form's element of assignmentInfo, "" if 10.06.S has none
// for it (SPEC.md#forms).
func (f ProvisionForm) Element() string {
	switch f {
	case FormMonetary:
		return "monetaryForm"
	case FormNatural:
		return "naturalForm"
	case FormExemption:
		return "exemptionForm"
	case FormService:
		return "serviceForm"
	}
	return ""
}

// OKEIElement is the name of the ОКЕИ unit in the form's element: serviceForm spells it
// otherwise (SPEC.md#spelling).
func (f ProvisionForm) OKEIElement() string {
	if f == FormService {
		return "OKEICode"
	}
	return "okeiCode"
}

// Fact is the content of a fact of assignment (факт назначения МСЗ), element
// fact of 10.06.S. Source: SPEC.md#fact, XSD assignment-fact/1.0.8.
//
// The source names the measure and the category by its own keys; MeasureID and
// CategoryID are resolved by the gateway to the accepted version of the local
// measure and are not part of the content hash, nor is ID. OSZKey is the source's
// key of the organisation in the register of participants: where the source does
// not know the code, the gateway takes the one ЕГИССО gave.
type Fact struct {
	ID                  uuid.UUID     `json:"uuid,omitzero"`
	OSZCode             string        `json:"oszCode"`
	OSZKey              string        `json:"oszKey,omitempty"`
	Receiver            Person        `json:"mszReceiver"`
	ReasonPersons       []BasisPerson `json:"reasonPersons,omitempty"`
	MeasureKey          string        `json:"measureKey"`
	MeasureID           uuid.UUID     `json:"lmszId,omitzero"`
	MeasureProviderCode string        `json:"lmszProviderCode,omitempty"`
	CategoryKey         string        `json:"categoryKey"`
	CategoryID          uuid.UUID     `json:"categoryId,omitzero"`
	DecisionDate        Date          `json:"decisionDate"`
	DateStart           Date          `json:"dateStart"`
	DateFinish          Date          `json:"dateFinish,omitzero"`
	Documents           []Document    `json:"documents,omitempty"`
	NeedsUsed           bool          `json:"usingSign"`
	NeedsCodes          []string      `json:"needsCriteria,omitempty"`
	Assignment          Assignment    `json:"assignmentInfo"`

	// Ending is set when the source says that the assignment stopped before
	// dateFinish; see lifecycle.NextFactStep. It is no element of a fact.
	Ending *Ending `json:"ending,omitempty"`
}

// Assignment says how much of what is granted. Which fields are used depends on
// Form: SPEC.md#forms.
type Assignment struct {
	Form         ProvisionForm       `json:"form"`
	Amount       decimal.Decimal     `json:"amount"`               // 01: roubles; others: quantity
	MeasureCode  string              `json:"measuryCode,omitzero"` // ЕГИССО unit, dictionary 023
	OKEICode     string              `json:"okeiCode,omitzero"`    // ОКЕИ unit; exactly one of the two
	Monetization *bool               `json:"monetization,omitempty"`
	Content      string              `json:"content,omitempty"`
	Comment      string              `json:"comment,omitempty"`
	Equivalent   decimal.NullDecimal `json:"equivalentAmount,omitzero"` // roubles, not for 01
}

// Person is tPersonInfo of prsn-info/1.0.4. It holds personal data and prints
// masked.
type Person struct {
	SNILS               string       `json:"snils"` // 11 digits, no separators
	FamilyName          string       `json:"familyName"`
	FirstName           string       `json:"firstName"`
	Patronymic          string       `json:"patronymic,omitempty"`
	MaidenFamilyName    string       `json:"maidenFamilyName,omitempty"`
	Gender              Gender       `json:"gender"`
	BirthDate           Date         `json:"birthDate"`
	BirthPlace          string       `json:"birthPlace,omitempty"`
	PhoneNumber         string       `json:"phoneNumber,omitempty"`
	Citizenship         string       `json:"citizenship,omitempty"`
	IdentityDoc         *IdentityDoc `json:"identityDoc,omitempty"`
	PermanentResidence  *Address     `json:"permanentResidence,omitempty"`
	TemporaryResidence  *Address     `json:"temporaryResidence,omitempty"`
	ActualResidence     *Address     `json:"actualResidence,omitempty"`
	ResidencePermitInfo string       `json:"residencePermitInfo,omitempty"`
}

// Another reports whether two people cannot be one whose data were corrected: their СНИЛС
// differ, and their birth dates or their first and family names as well.
func (p Person) Another(q Person) bool {
	return p.SNILS != q.SNILS && (p.BirthDate != q.BirthDate || p.FamilyName != q.FamilyName || p.FirstName != q.FirstName)
}

// Gender is GenderType of the smev commons.
type Gender string

// Values of Gender.
const (
	Male   Gender = "Male"
	Female Gender = "Female"
)

// IdentityDoc is an identity document; Type is the XSD element's name
// (PassportRF, ForeignPassport, ResidencePermitRF, MilitaryPassport,
// BirthCertificate, TemporaryIdentityCardRF, RefugeeCertificate, OtherDocument).
type IdentityDoc struct {
	Type      string `json:"type"`
	Series    string `json:"series,omitempty"`
	Number    string `json:"number"`
	IssueDate Date   `json:"issueDate"`
	Issuer    string `json:"issuer"`
}

// Address is tAddress of basic/1.0.8.
type Address struct {
	OKSMCode  string `json:"oksmCode"`
	PostIndex string `json:"postIndex,omitempty"`
	Region    string `json:"region,omitempty"`
	District  string `json:"district,omitempty"`
	City      string `json:"city,omitempty"`
	Street    string `json:"street,omitempty"`
	House     string `json:"house,omitempty"`
	Housing   string `json:"housing,omitempty"`
	Apartment string `json:"apartment,omitempty"`
}

// BasisPerson is a person who is the reason for the right to a measure.
type BasisPerson struct {
	Person      Person `json:"person"`
	KinshipCode string `json:"kinshipTypeCode,omitempty"` // 7 digits
}

// Document gives the right to the measure.
type Document struct {
	Title      string `json:"title"`
	Series     string `json:"series,omitempty"`
	Number     string `json:"number,omitempty"`
	IssueDate  Date   `json:"issueDate"`
	Authority  string `json:"authority"`
	StartDate  Date   `json:"startDate"`
	FinishDate Date   `json:"finishDate,omitzero"`
}

// FactAlteration corrects an error in an accepted fact
// (alterationBasedOnPreviousErrors): the whole new content, without uuid.
type FactAlteration struct {
	ID           uuid.UUID `json:"uuid"`
	FactID       uuid.UUID `json:"assignmentFactUuid"`
	ProviderCode string    `json:"providerCode,omitempty"`
	Fact         Fact      `json:"fact"`
}

// FactInvalidation removes a fact: one loaded by mistake (errorsInvalidation) or one that
// is there twice (duplicatesInvalidation), as Kind says.
type FactInvalidation struct {
	Kind         Kind      `json:"-"` // of the record it is stored as
	ID           uuid.UUID `json:"uuid"`
	FactID       uuid.UUID `json:"assignmentFactUuid"`
	ProviderCode string    `json:"providerCode,omitempty"`
}

// WithPeopleOf returns the fact with the people of another one: what is left to
// say while a change of people is held back.
func (f Fact) WithPeopleOf(other Fact) Fact {
	f.Receiver, f.ReasonPersons = other.Receiver, other.ReasonPersons
	return f
}
