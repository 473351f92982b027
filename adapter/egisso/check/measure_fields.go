package check

import (
	"fmt"

	"egissogw/adapter/egisso"
)

// measureSubject is a measure with its fields listed and what it is compared
// with.
type measureSubject struct {
	Checker
	m *egisso.LocalMeasure
	v *egisso.Version
	fieldList
}

func newMeasureSubject(c Checker, m egisso.LocalMeasure) *measureSubject {
	m = m.Normalize()
	s := &measureSubject{Checker: c, m: &m, v: c.Versions.For(egisso.RegisterMeasure)}
	s.list()
	return s
}

// list names every text and date of tLocalMSZ of local-MSZ with its type, under
// the names of the version.
func (s *measureSubject) list() {
	m, long := s.m, s.v.LongText
	s.text("code", "Код ЛМСЗ", m.Code, false, 20, nil)
	s.text("title", "Наименование", m.Title, true, 2000, nil)
	s.date("dateEnact", "Начало действия", m.DateEnact, true)
	s.date("dateExpiration", "Окончание действия", m.DateExpiration, false)
	s.text("periodicityCode", "Периодичность", m.PeriodicityCode, true, 0, egisso.Digits2)
	s.listClassification()
	s.text("estimation", "Расчётная сумма", m.Estimation, false, long, nil)
	s.listActs()
	s.fields = append(s.fields, field{
		name: "KBKCode", label: "Код КБК", value: m.KBK, rule: "022", required: true, format: kbk,
	})
	if s.v.FullMeasure {
		s.text("frguCode", "Код услуги ФРГУ", m.FRGUCode, false, 0, frgu)
		s.text("frguPurpose", "Цель услуги ФРГУ", m.FRGUPurpose, false, 0, frgu)
	}
	s.text("cases", "Основание", m.Cases, true, long, nil)
	s.text("conditions", "Условия", m.Conditions, true, long, nil)
	s.listProvision()
}

// listClassification names what places the measure in КМСЗ.
func (s *measureSubject) listClassification() {
	const kmsz = kmszPath
	m := s.m
	s.text(kmsz+"codePartKMSZ", "Раздел КМСЗ", m.PartKMSZ, true, 0, egisso.Digits6)
	s.text(kmsz+"codeMSZ", "Код МСЗ", m.MSZ, true, 0, egisso.Digits4)
	s.text(kmsz+"codeProvisionForm", "Форма предоставления", string(m.ProvisionForm), true, 0, egisso.Digits2)
	s.text(kmsz+"codeLevelNPA", "Уровень НПА", m.LevelNPA, true, 0, egisso.Digits2)
	for i, c := range m.Categories {
		path, label := at(kmsz+"localCategories/localCategory", i), fmt.Sprintf("Категория %d: ", i+1)
		s.text(path+"/code", label+"код", c.Code, false, 20, nil)
		s.text(path+"/title", label+"наименование", c.Title, true, 2000, nil)
		s.text(path+"/codeCategoryKMSZ", label+"типовая категория КМСЗ", c.KMSZ, true, 0, egisso.Digits8)
		for j, n := range c.Criteria {
			path, label := at(path+"/needsCriteria", j), fmt.Sprintf("%sкритерий нуждаемости %d: ", label, j+1)
			s.text(path+"/needsCriteriaCode", label+"код", n.Code, true, 0, criterionCode)
			s.date(path+"/needsCriteriaDate", label+"дата", n.Date, true)
		}
	}
	for i, f := range m.Cofinancing {
		s.text(at(kmsz+"cofinancing/fundingSource", i)+"/codeFundingSource",
			fmt.Sprintf("Источник финансирования %d: код", i+1), f.Source, true, 0, egisso.Digits4)
	}
}

// listActs names where the measure holds, and by what acts.
func (s *measureSubject) listActs() {
	m, names, long := s.m, &s.v.Names, s.v.LongText
	for i, t := range m.Territories {
		s.text(at("territories/"+names.OKTMO, i), fmt.Sprintf("Территория %d: код ОКТМО", i+1), t, true, 0, egisso.Digits8)
	}
	for i, a := range m.Reasons {
		path, label := at("reasons/NPA", i), fmt.Sprintf("НПА %d: ", i+1)
		s.text(path+"/number", label+"номер", a.Number, true, 20, nil)
		s.date(path+"/date", label+"дата", a.Date, true)
		s.text(path+"/title", label+"наименование", a.Title, true, long, nil)
		s.text(path+"/authority", label+"орган", a.Authority, true, long, nil)
		s.text(path+"/"+names.URL, label+"ссылка", a.URL, true, 1000, nil)
	}
}

// listProvision names how people come by the measure.
func (s *measureSubject) listProvision() {
	m, long := s.m, s.v.LongText
	for i, x := range m.Methods {
		path, label := at("methods", i), fmt.Sprintf("Способ обращения %d: ", i+1)
		s.text(path+"/method", label+"код", x.Method, true, 0, egisso.Digits2)
		s.text(path+"/url", label+"ссылка", x.URL, false, 500, nil)
	}
	for i, d := range m.Documents {
		path, label := at("docTypesList", i), fmt.Sprintf("Документ %d: ", i+1)
		s.text(path+"/documentTypeName", label+"наименование", d.Name, true, long, nil)
		s.text(path+"/documentOrigin", label+"вид (оригинал, копия)", d.Origin, true, 8, nil)
		s.text(path+"/documentComment", label+"комментарий", d.Comment, false, 1024, nil)
	}
	for i, st := range m.Steps {
		path, label := at("stepsForMSZ", i), fmt.Sprintf("Шаг %d: ", i+1)
		s.text(path+"/stepH", label+"заголовок", st.Heading, true, 50, nil)
		s.text(path+"/stepDescr", label+"описание", st.Description, true, 1024, nil)
	}
}

// at returns the path of element i of a list, numbered from one as in XPath.
func at(path string, i int) string { return fmt.Sprintf("%s[%d]", path, i+1) }
