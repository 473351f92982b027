package egisso

import (
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
)

// Organization provides measures (организация, предоставляющая МСЗ), the
// element organization of 10.07.I. Source: SPEC.md#organization, XSD
// organization/1.0.5. It prints masked: an entrepreneur is a person.
type Organization struct {
	ID         uuid.UUID `json:"organizationId,omitzero"`
	PreviousID uuid.UUID `json:"previosID,omitzero"` // (sic) last accepted version this one replaces

	Title        string                 `json:"title"`
	SiteURL      string                 `json:"siteUrl,omitempty"`
	Address      string                 `json:"address"`
	Email        string                 `json:"email"`
	Contacts     string                 `json:"contacts"` // phones
	Legal        *LegalPerson           `json:"legalPerson,omitempty"`
	Entrepreneur *Entrepreneur          `json:"individualBusinessman,omitempty"` // exactly one of the two
	Points       []OrganizationPoint    `json:"presencePoint"`
	Documents    []OrganizationDocument `json:"document"`

	LastChanging time.Time `json:"lastChanging,omitzero"` // not part of the content hash
}

// LegalPerson says who a legal person is.
type LegalPerson struct {
	INN          string       `json:"inn"` // 10 digits
	KPP          string       `json:"kpp"`
	OGRN         string       `json:"ogrn"`
	Registration Registration `json:"registration"`
}

// Entrepreneur says who an entrepreneur (индивидуальный предприниматель) is.
// It holds personal data and prints masked.
type Entrepreneur struct {
	INN          string       `json:"inn"` // 12 digits
	OGRNIP       string       `json:"ogrnip"`
	Registration Registration `json:"registration"`
}

// Registration is the entry of the state register (usrleDocument,
// usrieDocument), or a certificate on paper (legalEntityDocument,
// individualEntrepreneurDocument), which has a series and a number.
type Registration struct {
	Series    string `json:"series,omitempty"` // 1 or 2 characters
	Number    string `json:"number,omitempty"` // 1 to 9 characters
	GRN       string `json:"grn"`              // 13 characters; ГРНИП of an entrepreneur: 15
	IssueDate Date   `json:"issueDate"`
	Authority string `json:"authority"`
}

// Certificate reports whether the registration is one on paper.
func (r *Registration) Certificate() bool { return r.Series != "" || r.Number != "" }

// RegistrationNames are the names of a registration's elements, which differ by whose it is.
type RegistrationNames struct {
	Entry, Certificate string // the two elements of the choice
	Number             string // of the entry in the register
	Length             int    // of that number, in characters
}

// Names of the registration of a legal person and of an entrepreneur.
var (
	LegalRegistration        = RegistrationNames{"usrleDocument", "legalEntityDocument", "grn", 13}
	EntrepreneurRegistration = RegistrationNames{"usrieDocument", "individualEntrepreneurDocument", "grnip", 15}
)

// Element is the name of the registration's own element.
func (n *RegistrationNames) Element(r *Registration) string {
	if r.Certificate() {
		return n.Certificate
	}
	return n.Entry
}

// OrganizationPoint is a place where the organisation provides measures.
type OrganizationPoint struct {
	Title       string                `json:"title"`
	Address     string                `json:"address"`
	Email       string                `json:"email,omitempty"`
	Contacts    string                `json:"contacts,omitempty"`
	Note        string                `json:"note,omitempty"`
	Schedule    string                `json:"schedule,omitempty"`
	Coordinates *Coordinates          `json:"point,omitempty"`
	Measures    []OrganizationMeasure `json:"pointMsz"`
}

// Coordinates of a point in degrees.
type Coordinates struct {
	Latitude  decimal.Decimal `json:"latitude"`
	Longitude decimal.Decimal `json:"longitude"`
}

// OrganizationMeasure is a local measure provided at a point. The source names
// it by its own key; ID is resolved by the gateway.
type OrganizationMeasure struct {
	Key       string    `json:"measureKey"`
	ID        uuid.UUID `json:"localMsz,omitzero"`
	BeginDate Date      `json:"beginDate"`
	EndDate   Date      `json:"endDate,omitzero"`
}

// OrganizationDocument is the contract under which measures are provided.
type OrganizationDocument struct {
	Title      string `json:"title"`
	Number     string `json:"number,omitempty"`
	Contractor string `json:"contractor"` // the authority that concluded it
}
