package check

import (
	"github.com/shopspring/decimal"

	"egissogw/adapter/egisso"
)

func factForm(s *factSubject, r *report) {
	a := &s.f.Assignment
	element := a.Form.Element()
	switch {
	case a.Form == "":
		r.schema("assignmentInfo", "Форма предоставления: "+notGiven)
		return
	case a.Form == "05":
		r.schema("assignmentInfo", "Форма предоставления: электронный сертификат (05) не передаётся видом сведений 10.06.S")
		return
	case element == "":
		r.schema("assignmentInfo", "Форма предоставления: должно быть 01, 02, 03 или 04")
		return
	}
	checkFields(s.fields, r)
	path := "assignmentInfo/" + element
	if a.Form != egisso.FormMonetary {
		switch given, okeiGiven := a.MeasureCode != "", a.OKEICode != ""; {
		case given && okeiGiven:
			r.schema(path, "Единица измерения: указаны и код ЕГИССО, и код ОКЕИ, должен быть ровно один")
		case !given && !okeiGiven:
			r.schema(path, "Единица измерения: "+notGiven)
		}
	}
	if a.Form == egisso.FormExemption && a.Monetization == nil {
		r.schema(path+"/monetization", "Признак монетизации: "+notGiven)
	}
}

func factAmounts(s *factSubject, r *report) {
	a := &s.f.Assignment
	element := a.Form.Element()
	if element == "" {
		return // L-FORM tells
	}
	path := "assignmentInfo/" + element
	label := "Размер (количество)"
	if a.Form == egisso.FormMonetary {
		label = "Сумма"
	}
	switch problem := numberProblem(a.Amount); {
	case problem != "":
		r.schema(path+"/amount", label+": "+problem)
	case a.Form == egisso.FormMonetary && a.Amount.Sign() < 0:
		r.schema(path+"/amount", label+": должно быть больше 0") // tMoney has no sign
	case a.Amount.Sign() <= 0:
		r.add(path+"/amount", label+": должно быть больше 0")
	case a.Form == egisso.FormMonetary && !egisso.WholeKopecks(a.Amount):
		r.schema(path+"/amount", label+": больше двух знаков после запятой")
	}
	if a.Form != egisso.FormMonetary {
		equivalentAmount(path+"/equivalentAmount", a.Equivalent, r)
	}
}

func equivalentAmount(path string, v decimal.NullDecimal, r *report) {
	const label = "Денежный эквивалент: "
	if !v.Valid {
		r.schema(path, label+notGiven)
		return
	}
	switch problem := numberProblem(v.Decimal); {
	case problem != "":
		r.schema(path, label+problem)
	case v.Decimal.Sign() < 0:
		r.add(path, label+"должно быть не меньше 0")
	case !egisso.WholeKopecks(v.Decimal):
		r.schema(path, label+"больше двух знаков после запятой")
	}
}
