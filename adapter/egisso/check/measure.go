package check

import (
	"fmt"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"egissogw/adapter/egisso"
)

// measureRules are the checks of local measures (adapter/egisso/SPEC.md#rule-codes, #local-checks).
var measureRules = slices.Concat(measureOwnRules, classifierRules)

// measureOwnRules need no classifier.
var measureOwnRules = []Rule{
	{Code: "L-XSD", Register: egisso.RegisterMeasure, Severity: egisso.Error,
		Reads: "все элементы", Text: "Обязательные элементы заполнены, коды и числа имеют вид, требуемый схемой", measure: measureSchema},
	{Code: "L-LEN", Register: egisso.RegisterMeasure, Severity: egisso.Error,
		Reads: "все тексты", Text: "Тексты не длиннее, чем допускает схема (в знаках)", measure: measureLengths},
	{Code: "L-CHAR", Register: egisso.RegisterMeasure, Severity: egisso.Error,
		Reads: "все тексты", Text: "В текстах нет управляющих и недопустимых в XML знаков", measure: measureCharacters},
	{Code: "L-BLANK", Register: egisso.RegisterMeasure, Severity: egisso.Warning,
		Reads: "все тексты", Text: "В текстах нет прочерков, слов «нет», «б/н», «тест» и одних нулей вместо значения",
		measure: func(s *measureSubject, r *report) {
			checkBlanks(s.fields, r, "cases", "conditions", "stepDescr", "documentComment")
		}},
	{Code: "L-ORDER", Register: egisso.RegisterMeasure, Severity: egisso.Error,
		Reads: "dateEnact, dateExpiration", Text: "Мера действует не меньше дня: окончание не раньше начала", measure: measureOrder},
	{Code: "L-ORDER", Register: egisso.RegisterMeasure, Severity: egisso.Warning,
		Reads: "reasons/NPA/date", Text: "НПА приняты не раньше 1900 года и не позже сегодняшнего дня", measure: measureActDates},
	{Code: "L-DUP", Register: egisso.RegisterMeasure, Severity: egisso.Error,
		Reads: "localCategory", Text: "Ключи категорий внутри меры не повторяются", measure: measureCategoryKeys},
	{Code: "015", Register: egisso.RegisterMeasure, Severity: egisso.Error,
		Reads: "codeFundingSource", Text: "Код источника финансирования – один из четырёх простых: 1000, 0100, 0010, 0001", measure: measureFundingSources},
	{Code: "016", Register: egisso.RegisterMeasure, Severity: egisso.Error,
		Reads: "quota", Text: "Сумма долей софинансирования равна 100 %", measure: measureFundingSum},
	{Code: "022", Register: egisso.RegisterMeasure, Severity: egisso.Error,
		Reads: "KBKCode", Text: "Код КБК – 20 знаков без пробелов", measure: measureKBK},
	{Code: "022", Register: egisso.RegisterMeasure, Severity: egisso.Warning,
		Reads: "KBKCode", Text: "Код КБК состоит из цифр", measure: measureKBKDigits},
	{Code: "007", Register: egisso.RegisterMeasure, Severity: egisso.Error, Needs: "справочник ОКТМО",
		Reads: "codeOktmo", Text: "Код ОКТМО есть в справочнике", measure: measureOKTMO},
	{Code: "L-NOKMSZ", Register: egisso.RegisterMeasure, Severity: egisso.Warning,
		Reads: "коды КМСЗ", Text: "Мера сверена с КМСЗ", measure: measureCompared},
	{Code: "L-LMSZ-VER", Register: egisso.RegisterMeasure, Severity: egisso.Error, Needs: "последняя принятая версия записи",
		Reads: "previousId", Text: "Заменяется последняя принятая версия ЛМСЗ",
		measure: func(s *measureSubject, r *report) { s.previousKnown(r, s.v.Names.PreviousID, s.m.PreviousID) }},
	{Code: "L-LOST", Register: egisso.RegisterMeasure, Severity: egisso.Warning,
		Reads: "frguCode, frguPurpose, heirdom…, basisPersonLivingSign", Text: "Версия вида сведений передаёт все заполненные поля", measure: measureLost},
}

// measureCompared says that nothing could be compared: what is wrong ЕГИССО will say.
func measureCompared(s *measureSubject, r *report) {
	if s.NoClassifier && !s.Classifier.hasKMSZ() {
		r.add("codeMSZ", "КМСЗ запрошен и ещё не получен: мера отправляется без сверки с ним")
	}
}

// measureLost tells which filled fields the version cannot bring.
func measureLost(s *measureSubject, r *report) {
	if s.v.FullMeasure {
		return
	}
	m := s.m
	for _, f := range []struct {
		name  string
		given bool
	}{
		{"frguCode", m.FRGUCode != ""}, {"frguPurpose", m.FRGUPurpose != ""}, {"heirdomFactAssignment", m.InheritFacts != nil},
		{"heirdomOsznPoint", m.InheritOSZNPoints != nil}, {"heirdomOrganizationPoint", m.InheritOrganizationPoints != nil},
		{"basisPersonLivingSign", m.BasisPersonLiving != nil},
	} {
		if f.given {
			r.add(f.name, "Поле заполнено, но версия "+s.v.String()+" его не передаёт")
		}
	}
}

func measureSchema(s *measureSubject, r *report) {
	checkFields(s.fields, r)
	checkDates(s.dates, r)
	m := s.m
	for _, list := range []struct {
		path, label string
		n           int
	}{
		{"classificationKMSZ/localCategories", "Категории получателей", len(m.Categories)},
		{"classificationKMSZ/cofinancing", "Источники финансирования", len(m.Cofinancing)},
		{"territories", "Территории действия", len(m.Territories)},
		{"reasons", "НПА-основания", len(m.Reasons)},
		{"methods", "Способы обращения", len(m.Methods)},
		{"formReq", "Формы обращения", len(m.FormsRequest)},
		{"formRecieve", "Формы получения результата", len(m.FormsReceive)},
		{"docTypesList", "Перечень документов", len(m.Documents)},
	} {
		if list.n == 0 {
			r.schema(list.path, list.label+": нет ни одной записи")
		}
	}
	measureNumbers(s, r)
}

func measureNumbers(s *measureSubject, r *report) {
	m := s.m
	for i, c := range m.Categories {
		for j, n := range c.Criteria {
			if n.Coefficient.Valid && !coefficientFits(n.Coefficient.Decimal) {
				r.schema(at(at("classificationKMSZ/localCategories/localCategory", i)+"/needsCriteria", j)+"/needsCriteriaCoefficient",
					fmt.Sprintf("Категория %d: коэффициент критерия нуждаемости %d: должно быть от 0 до 9,9 с одним знаком после запятой", i+1, j+1))
			}
		}
	}
	for i, f := range m.Cofinancing {
		path, label := at("classificationKMSZ/cofinancing/fundingSource", i)+"/quota", fmt.Sprintf("Источник финансирования %d: доля", i+1)
		if problem := numberProblem(f.Quota); problem != "" {
			r.schema(path, label+": "+problem)
		} else if f.Quota.Sign() <= 0 || f.Quota.GreaterThan(decimal.NewFromInt(100)) {
			r.schema(path, label+": должно быть больше 0 и не больше 100")
		}
	}
	for i, v := range m.FormsRequest {
		if v < 1 || v > 2 {
			r.schema(at("formReq", i), "Форма обращения: должно быть 1 (бумажная) или 2 (электронная)")
		}
	}
	for i, v := range m.FormsReceive {
		if v < 1 || v > 3 {
			r.schema(at("formRecieve", i), "Форма получения результата: должно быть 1 (бумажная), 2 (электронная) или 3 (решение)")
		}
	}
	for i, d := range m.Documents {
		if !fitsInt32(d.Quantity) {
			r.schema(at("docTypesList", i)+"/documentQ", fmt.Sprintf("Документ %d: количество: слишком большое число", i+1))
		}
	}
	for i, st := range m.Steps {
		if !fitsInt32(st.Number) {
			r.schema(at("stepsForMSZ", i)+"/stepNumber", fmt.Sprintf("Шаг %d: номер: слишком большое число", i+1))
		}
	}
	if m.FamilySign < 0 || m.FamilySign > 2 {
		r.schema("famSign", "Признак семейной меры: должно быть 1 (семейная) или 2 (по домохозяйствам)")
	}
	if v := m.BasisPersonLiving; s.v.FullMeasure && v != nil && (*v < 0 || *v > 2) {
		r.schema("basisPersonLivingSign", "Статус лица-основания: должно быть 0, 1 или 2")
	}
}

// coefficientFits checks the pattern [0-9]([.]\d{1})?.
func coefficientFits(d decimal.Decimal) bool {
	return numberProblem(d) == "" && d.Sign() >= 0 && d.LessThan(decimal.NewFromInt(10)) && d.Equal(d.Round(1))
}

// fitsInt32 checks xsd:int.
func fitsInt32(n int) bool { return int64(n) == int64(int32(n)) }

func measureLengths(s *measureSubject, r *report) { checkLengths(s.fields, r) }

func measureCharacters(s *measureSubject, r *report) { checkCharacters(s.fields, r) }

func measureOrder(s *measureSubject, r *report) {
	if m := s.m; !m.DateExpiration.IsZero() && m.DateExpiration.Before(m.DateEnact) {
		r.add("dateExpiration", "Окончание действия раньше начала действия")
	}
}

func measureActDates(s *measureSubject, r *report) {
	for i, a := range s.m.Reasons {
		path, label := at("reasons/NPA", i)+"/date", fmt.Sprintf("НПА %d: дата: ", i+1)
		switch {
		case !a.Date.Possible():
		case a.Date.Year < 1900:
			r.add(path, label+"год раньше 1900")
		case !s.Today.IsZero() && a.Date.After(s.Today.AddDays(1)):
			r.add(path, label+"позже сегодняшнего дня")
		}
	}
}

func measureCategoryKeys(s *measureSubject, r *report) {
	seen := map[string]bool{}
	for i, c := range s.m.Categories {
		if c.Key != "" && seen[c.Key] {
			r.add(at("classificationKMSZ/localCategories/localCategory", i),
				fmt.Sprintf("Категория %d: ключ источника повторяется", i+1))
		}
		seen[c.Key] = true
	}
}

// elementarySources are the codes of single budgets (adapter/egisso/SPEC.md#funding); sums
// of them are codes of co-financed measures and not allowed here.
var elementarySources = []string{"1000", "0100", "0010", "0001"}

func measureFundingSources(s *measureSubject, r *report) {
	elementary := oneOf("не корректен", elementarySources...)
	for i, f := range s.m.Cofinancing {
		if egisso.Digits4(f.Source) == "" && elementary(f.Source) != "" {
			r.add(at("classificationKMSZ/cofinancing/fundingSource", i)+"/codeFundingSource",
				fmt.Sprintf("Код источника финансирования %s не корректен: должен быть 1000, 0100, 0010 или 0001", f.Source))
		}
	}
}

func measureFundingSum(s *measureSubject, r *report) {
	if len(s.m.Cofinancing) == 0 {
		return
	}
	sum := decimal.Zero
	for _, f := range s.m.Cofinancing {
		if numberProblem(f.Quota) != "" {
			return // L-XSD tells
		}
		sum = sum.Add(f.Quota)
	}
	if !sum.Equal(decimal.NewFromInt(100)) {
		r.add("classificationKMSZ/cofinancing", fmt.Sprintf("Сумма долей софинансирования не равна 100 %%: %s", sum))
	}
}

func measureKBK(s *measureSubject, r *report) { checkFields(s.fields, r) }

// measureKBKDigits only warns: letters occur in lawful codes (adapter/egisso/SPEC.md#rule-codes).
func measureKBKDigits(s *measureSubject, r *report) {
	if v := s.m.KBK; kbk(v) == "" && strings.ContainsFunc(v, func(r rune) bool { return !isDigit(r) }) {
		r.add("KBKCode", "Указан некорректный код КБК: в коде не только цифры")
	}
}

func measureOKTMO(s *measureSubject, r *report) {
	if s.KnownOKTMO == nil {
		return
	}
	for i, code := range s.m.Territories {
		if egisso.Digits8(code) == "" && !s.KnownOKTMO(code) {
			r.add(at("territories/"+s.v.Names.OKTMO, i), "Значение кода "+code+" не найдено в справочнике «ОКТМО»")
		}
	}
}
