package egisso

// IdentityType is one element of the choice IdentityDoc.
type IdentityType struct {
	Name           string // IdentityDoc.Type
	InPerson       bool   // declared in prsn-info, the others in basic
	Series, Number Format // Series is nil where the series is optional
	SeriesOptional bool   // then any text up to 20 characters
}

// IdentityTypes follow prsn-info and basic, in the order of the choice; all versions agree.
var IdentityTypes = []IdentityType{
	{Name: "PassportRF", Series: Digits4, Number: Digits6},
	{Name: "ForeignPassport", Number: anyNumber, SeriesOptional: true},
	{Name: "ResidencePermitRF", Series: Digits2, Number: Digits7},
	{Name: "MilitaryPassport", Series: militarySeries, Number: Digits7},
	{Name: "BirthCertificate", Series: birthSeries, Number: Digits6},
	{Name: "TemporaryIdentityCardRF", Number: anyNumber, SeriesOptional: true},
	{Name: "RefugeeCertificate", InPerson: true, Series: Digits2, Number: Digits7},
	{Name: "OtherDocument", InPerson: true, Number: anyNumber, SeriesOptional: true},
}

var (
	militarySeries = Pattern(`[А-Я]{2}`, "должно быть две русские заглавные буквы")
	birthSeries    = Pattern(`[IVXLCDM]{1,10}-[А-Я]{2}`,
		"должно быть римское число латинскими буквами, дефис и две русские заглавные буквы") // SovietStyleDocumentSeriesType
	anyNumber = Pattern(`[0-9а-яА-ЯA-Za-z]{1,25}`, "должно быть от 1 до 25 букв и цифр без пробелов") // NotRestrictedDocumentType
)

// IdentityTypeOf returns the type of the name, nil if there is none.
func IdentityTypeOf(name string) *IdentityType {
	for i := range IdentityTypes {
		if IdentityTypes[i].Name == name {
			return &IdentityTypes[i]
		}
	}
	return nil
}
