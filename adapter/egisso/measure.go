package egisso

import (
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
)

// LocalMeasure is a local measure of social protection (ЛМСЗ), the element
// localMSZ of 10.05.I. Source: SPEC.md#measure, XSD local-MSZ/2.1.0; older
// versions lack some fields.
//
// The content comes from the source (МИС). ID, PreviousID and the categories'
// IDs are given by the gateway (see ids.go) and are not part of the content
// hash.
type LocalMeasure struct {
	ID         uuid.UUID `json:"id,omitzero"`
	PreviousID uuid.UUID `json:"previousId,omitzero"` // last accepted version this one replaces

	Code            string          `json:"code,omitempty"`
	Title           string          `json:"title"`
	DateEnact       Date            `json:"dateEnact"`
	DateExpiration  Date            `json:"dateExpiration,omitzero"`
	PeriodicityCode string          `json:"periodicityCode"`
	PartKMSZ        string          `json:"codePartKMSZ"`
	MSZ             string          `json:"codeMSZ"`
	ProvisionForm   ProvisionForm   `json:"codeProvisionForm"`
	LevelNPA        string          `json:"codeLevelNPA"`
	Categories      []LocalCategory `json:"localCategories"`
	Cofinancing     []FundingShare  `json:"cofinancing"`
	Estimation      string          `json:"estimation,omitempty"`
	Territories     []string        `json:"territories"` // ОКТМО, 8 digits
	Reasons         []LegalAct      `json:"reasons"`
	KBK             string          `json:"KBKCode"`
	FRGUCode        string          `json:"frguCode,omitempty"`
	FRGUPurpose     string          `json:"frguPurpose,omitempty"`
	Cases           string          `json:"cases"`
	Conditions      string          `json:"conditions"`
	Methods         []Method        `json:"methods"`
	FormsRequest    []int           `json:"formReq"`
	FormsReceive    []int           `json:"formRecieve"` // (sic) as in the XSD
	Documents       []DocumentType  `json:"docTypesList"`
	Steps           []Step          `json:"stepsForMSZ,omitempty"`
	FamilySign      int             `json:"famSign,omitempty"` // 0 absent, 1 family, 2 household

	InheritFacts              *bool `json:"heirdomFactAssignment,omitempty"`
	InheritOSZNPoints         *bool `json:"heirdomOsznPoint,omitempty"`
	InheritOrganizationPoints *bool `json:"heirdomOrganizationPoint,omitempty"`
	BasisPersonLiving         *int  `json:"basisPersonLivingSign,omitempty"`

	LastChanging time.Time `json:"lastChanging,omitzero"` // not part of the content hash
}

// LocalCategory is a category of recipients of a local measure.
type LocalCategory struct {
	ID       uuid.UUID        `json:"id,omitzero"`
	Key      string           `json:"key"` // the source's stable key inside the measure
	Code     string           `json:"code,omitempty"`
	Title    string           `json:"title"`
	KMSZ     string           `json:"codeCategoryKMSZ"` // typical category, 8 digits
	Criteria []NeedsCriterion `json:"needsCriteria,omitempty"`
}

// NeedsCriterion is a needs criterion (критерий нуждаемости) of a category.
type NeedsCriterion struct {
	Code        string              `json:"code"`
	Date        Date                `json:"date"`
	Coefficient decimal.NullDecimal `json:"coefficient,omitzero"` // [0-9]([.]\d)?
}

// FundingShare is one source of financing and its share, in percent.
type FundingShare struct {
	Source string          `json:"codeFundingSource"`
	Quota  decimal.Decimal `json:"quota"`
}

// LegalAct (НПА) is a normative legal act the measure is based on.
type LegalAct struct {
	Number    string `json:"number"`
	Date      Date   `json:"date"`
	Title     string `json:"title"`
	Authority string `json:"authority"`
	URL       string `json:"url"`
}

// Method is a way to apply for the measure.
type Method struct {
	Method string `json:"method"`
	URL    string `json:"url,omitempty"`
}

// DocumentType is a document an applicant brings.
type DocumentType struct {
	Name      string `json:"documentTypeName"`
	Origin    string `json:"documentOrigin"`
	Quantity  int    `json:"documentQ"`
	Necessary bool   `json:"documentNess"`
	Comment   string `json:"documentComment,omitempty"`
}

// Step is one step of getting the measure.
type Step struct {
	Number      int    `json:"stepNumber"`
	Heading     string `json:"stepH"`
	Description string `json:"stepDescr"`
}

// LocalMeasureInvalidation removes a local measure loaded by mistake.
type LocalMeasureInvalidation struct {
	ID             uuid.UUID `json:"id"` // id of the removal event
	LocalMeasureID uuid.UUID `json:"localMszId"`
}
