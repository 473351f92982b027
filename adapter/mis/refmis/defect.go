package refmis

import "math/rand/v2"

// Kind is a way in which a prescription is made wrong.
type Kind string

// Kinds of defects.
const (
	SNILSMissing      Kind = "snils_missing"
	SNILSChecksum     Kind = "snils_checksum"
	SurnameLatin      Kind = "surname_latin"
	BirthAfter        Kind = "birth_after_decision"
	PriceMissing      Kind = "price_missing"
	QuantityZero      Kind = "quantity_zero"
	FinishBeforeStart Kind = "finish_before_start"
	DrugCharacter     Kind = "drug_control_character"
	DocumentTooLong   Kind = "document_too_long"
	DocumentsBroken   Kind = "documents_broken"
	MappingMissing    Kind = "mapping_missing"
	MappingForm       Kind = "mapping_form"
	MappingCategory   Kind = "mapping_category"
	BeforeMeasure     Kind = "before_measure"
)

// Who finds a defect.
const (
	Gateway = "gateway" // the gateway's checks: the record is not sent
	EGISSO  = "egisso"  // ЕГИССО's protocol: the record is sent and rejected
)

// Defect is what is to be expected of the prescriptions of one kind.
type Defect struct {
	Kind         Kind   `json:"kind"`
	Title        string `json:"title"` // Russian
	Count        int    `json:"count"`
	ExpectedCode string `json:"expectedCode"` // rule code of the finding that stops the record
	CaughtBy     string `json:"caughtBy"`     // Gateway or EGISSO
}

// defects are all kinds, in the order they are reported.
var defects = []Defect{
	{Kind: SNILSMissing, ExpectedCode: "L-ROW", CaughtBy: Gateway, Title: "у пациента нет СНИЛС"},
	{Kind: SNILSChecksum, ExpectedCode: "L-SNILS", CaughtBy: Gateway, Title: "опечатка в СНИЛС"},
	{Kind: SurnameLatin, ExpectedCode: "L-NAME", CaughtBy: Gateway, Title: "латинская буква в фамилии"},
	{Kind: BirthAfter, ExpectedCode: "L-BIRTH", CaughtBy: Gateway, Title: "дата рождения позже рецепта"},
	{Kind: PriceMissing, ExpectedCode: "L-AMT", CaughtBy: Gateway, Title: "у рецепта нет стоимости"},
	{Kind: QuantityZero, ExpectedCode: "L-AMT", CaughtBy: Gateway, Title: "выписано ноль упаковок"},
	{Kind: FinishBeforeStart, ExpectedCode: "L-ORDER", CaughtBy: Gateway, Title: "срок рецепта кончается раньше начала"},
	{Kind: DrugCharacter, ExpectedCode: "L-CHAR", CaughtBy: Gateway, Title: "управляющий символ в названии препарата"},
	{Kind: DocumentTooLong, ExpectedCode: "L-LEN", CaughtBy: Gateway, Title: "слишком длинное «кем выдан» документа"},
	{Kind: DocumentsBroken, ExpectedCode: "L-ROW", CaughtBy: Gateway, Title: "список документов не разбирается"},
	{Kind: MappingMissing, ExpectedCode: "L-ROW", CaughtBy: Gateway, Title: "льгота не сопоставлена с ЛМСЗ"},
	{Kind: MappingForm, ExpectedCode: "026", CaughtBy: Gateway, Title: "форма предоставления не та, что у ЛМСЗ"},
	{Kind: MappingCategory, ExpectedCode: "L-CAT", CaughtBy: Gateway, Title: "категория другой ЛМСЗ"},
	{Kind: BeforeMeasure, ExpectedCode: "019", CaughtBy: EGISSO, Title: "рецепт выписан до начала действия ЛМСЗ"},
}

// Manifest says what Generate made.
type Manifest struct {
	Measures int      `json:"measures"`
	Facts    int      `json:"facts"` // prescriptions, the bad ones included
	Bad      []Defect `json:"bad"`   // kinds that occur

	// The other registers, their wrong records included.
	Participants  int         `json:"participants"`
	Organizations int         `json:"organizations"`
	Points        int         `json:"points"`
	BadRecords    []BadRecord `json:"badRecords,omitempty"`
}

// BadFacts is the number of prescriptions with a defect.
func (m Manifest) BadFacts() int { return m.count("") }

// BlockedFacts is the number of prescriptions the gateway must not send.
func (m Manifest) BlockedFacts() int { return m.count(Gateway) }

// RejectedFacts is the number of prescriptions ЕГИССО must reject.
func (m Manifest) RejectedFacts() int { return m.count(EGISSO) }

// GoodFacts is the number of prescriptions without a defect.
func (m Manifest) GoodFacts() int { return m.Facts - m.BadFacts() }

// After returns what the database holds after the changes: Facts without the
// prescriptions that are deleted or cancelled, Bad without the corrected ones.
func (m Manifest) After(c Changes) Manifest {
	after := m
	after.Facts, after.Bad = m.Facts+c.Added-c.Invalidations(), nil
	for _, d := range m.Bad {
		if d.Count -= c.CorrectedKinds[d.Kind]; d.Count > 0 {
			after.Bad = append(after.Bad, d)
		}
	}
	return after
}

func (m Manifest) count(caughtBy string) (n int) {
	for _, d := range m.Bad {
		if caughtBy == "" || d.CaughtBy == caughtBy {
			n += d.Count
		}
	}
	return n
}

// plan says which of the prescriptions are wrong. There are few of them, spread
// over all.
type plan struct {
	seed   uint64
	kinds  []Kind // of the bad prescriptions in their order
	stride int    // one bad prescription in so many, at a place of its own
}

func newPlan(seed uint64, facts int, counts map[Kind]int) plan {
	p := plan{seed: seed, stride: 1}
	for _, d := range defects {
		for range counts[d.Kind] {
			p.kinds = append(p.kinds, d.Kind)
		}
	}
	dice(seed, tablePlan, 0).Shuffle(len(p.kinds), func(i, j int) { p.kinds[i], p.kinds[j] = p.kinds[j], p.kinds[i] })
	if len(p.kinds) > 0 {
		p.stride = facts / len(p.kinds)
	}
	return p
}

// bad returns the number of the bad prescription that the i-th one is.
func (p plan) bad(i int) (number int, ok bool) {
	number = i / p.stride
	if number >= len(p.kinds) {
		return 0, false
	}
	place := dice(p.seed, tablePlan, number+1).IntN(p.stride)
	return number, i%p.stride == place
}

// Tables of random numbers: what is made for one does not depend on another.
const (
	tablePlan = iota + 1
	tablePatient
	tablePrivilege
	tableRecipe
	tableDrug
	tableAddress
)

// dice returns the random numbers of the i-th row of a table.
func dice(seed uint64, table, i int) *rand.Rand {
	return rand.New(rand.NewPCG(seed, uint64(table)<<56|uint64(i)))
}
