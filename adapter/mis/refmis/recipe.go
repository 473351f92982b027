package refmis

import (
	"fmt"
	"math/big"

	"github.com/jackc/pgx/v5/pgtype"
)

// drugs is the number of drugs in 10_world.sql; drugControl has a control
// character in its name.
const (
	drugs       = 50
	drugControl = 901
)

// firstRecipe is the id of the first prescription less one: numbers as a МИС in
// use has them.
const firstRecipe = 50_000

var recipeColumns = []string{
	"id", "lpu_id", "patient_id", "privilege_id", "series", "num", "issue_date", "valid_days", "drug_id",
	"pack_qty", "discount", "price", "sum_total", "status", "dispensed_date",
}

// recipeRow is a row of mis.recipe: the i-th prescription.
func (g *generator) recipeRow(i int) []any {
	r := dice(g.seed, tableRecipe, i)
	var kind Kind
	patient := r.IntN(g.patients)
	if number, ok := g.plan.bad(i); ok {
		kind, patient = g.plan.kinds[number], g.patients+number
	}
	p, _ := g.personOf(patient)

	drug := 1 + r.IntN(drugs)
	price := 8_000 + dice(g.seed, tableDrug, drug).IntN(250_000) // kopecks
	price += r.IntN(price / 20)
	packs := 1 + r.IntN(4)
	issued := latest(p.birth, g.since).AddDate(0, 0, r.IntN(yearDays))
	if issued.After(g.since.AddDate(0, 0, yearDays-1)) {
		issued = g.since.AddDate(0, 0, yearDays-1)
	}
	valid := pick(r, []int16{15, 30, 30, 60, 90})

	total := price * packs
	if p.benefit.discount == 50 {
		total /= 2
	}
	var priceValue, totalValue any = kopecks(price), kopecks(total)
	switch kind {
	case PriceMissing:
		priceValue, totalValue = nil, nil
	case QuantityZero:
		packs, totalValue = 0, kopecks(0)
	case FinishBeforeStart:
		valid = -valid
	case DrugCharacter:
		drug = drugControl
	case BeforeMeasure:
		issued = issued.AddDate(2018-issued.Year(), 0, 0)
	case BirthAfter:
		issued = g.since.AddDate(0, 0, r.IntN(yearDays))
	}

	status, dispensed := int16(2), any(issued.AddDate(0, 0, r.IntN(10)))
	switch r.IntN(20) {
	case 0:
		status, dispensed = 1, nil
	case 1:
		status, dispensed = 5, nil
	}
	return []any{
		int64(firstRecipe + i + 1), int64(1 + r.IntN(3)), p.id, p.id, "57-25", fmt.Sprintf("%010d", 1_000_000_000+i), issued, valid,
		int64(drug), pgtype.Numeric{Int: big.NewInt(int64(packs)), Valid: true}, p.benefit.discount,
		priceValue, totalValue, status, dispensed,
	}
}

// kopecks returns a sum in roubles.
func kopecks(n int) pgtype.Numeric {
	return pgtype.Numeric{Int: big.NewInt(int64(n)), Exp: -2, Valid: true}
}
