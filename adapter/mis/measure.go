package mis

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"egissogw/adapter/egisso"
)

// measureColumns are the columns of the view local_measure after the technical
// ones, in the order of egisso.LocalMeasure.
var measureColumns = []column[egisso.LocalMeasure]{
	text("code", "код ЛМСЗ", func(m *egisso.LocalMeasure) *string { return &m.Code }),
	text("title", "наименование", func(m *egisso.LocalMeasure) *string { return &m.Title }).required(),
	date("date_enact", "начало действия", func(m *egisso.LocalMeasure) *egisso.Date { return &m.DateEnact }).required(),
	date("date_expiration", "окончание действия", func(m *egisso.LocalMeasure) *egisso.Date { return &m.DateExpiration }),
	text("periodicity_code", "периодичность", func(m *egisso.LocalMeasure) *string { return &m.PeriodicityCode }).required(),
	text("part_kmsz", "раздел КМСЗ", func(m *egisso.LocalMeasure) *string { return &m.PartKMSZ }).required(),
	text("msz", "типовая МСЗ", func(m *egisso.LocalMeasure) *string { return &m.MSZ }).required(),
	text("provision_form", "форма предоставления", func(m *egisso.LocalMeasure) *egisso.ProvisionForm { return &m.ProvisionForm }).required(),
	text("level_npa", "уровень регулирования", func(m *egisso.LocalMeasure) *string { return &m.LevelNPA }).required(),
	jsonb("categories", "категории получателей", func(m *egisso.LocalMeasure) any { return &m.Categories }).required(),
	jsonb("cofinancing", "источники и доли финансирования", func(m *egisso.LocalMeasure) any { return &m.Cofinancing }).required(),
	text("estimation", "расчётная сумма", func(m *egisso.LocalMeasure) *string { return &m.Estimation }),
	jsonb("territories", "территории действия (ОКТМО)", func(m *egisso.LocalMeasure) any { return &m.Territories }).required(),
	jsonb("reasons", "нормативные правовые акты", func(m *egisso.LocalMeasure) any { return &m.Reasons }).required(),
	text("kbk", "КБК", func(m *egisso.LocalMeasure) *string { return &m.KBK }).required(),
	text("frgu_code", "код услуги в ФРГУ", func(m *egisso.LocalMeasure) *string { return &m.FRGUCode }),
	text("frgu_purpose", "код цели в ФРГУ", func(m *egisso.LocalMeasure) *string { return &m.FRGUPurpose }),
	text("cases", "основание", func(m *egisso.LocalMeasure) *string { return &m.Cases }).required(),
	text("conditions", "условия", func(m *egisso.LocalMeasure) *string { return &m.Conditions }).required(),
	jsonb("methods", "способы обращения", func(m *egisso.LocalMeasure) any { return &m.Methods }).required(),
	jsonb("forms_request", "формы обращения", func(m *egisso.LocalMeasure) any { return &m.FormsRequest }).required(),
	jsonb("forms_receive", "формы получения результата", func(m *egisso.LocalMeasure) any { return &m.FormsReceive }).required(),
	jsonb("documents", "перечень документов", func(m *egisso.LocalMeasure) any { return &m.Documents }).required(),
	jsonb("steps", "порядок получения", func(m *egisso.LocalMeasure) any { return &m.Steps }),
	integer("family_sign", "признак семейной меры", func(m *egisso.LocalMeasure, n int) { m.FamilySign = n }),
	boolean("inherit_facts", "факты прежней версии переходят к новой", func(m *egisso.LocalMeasure, v bool) { m.InheritFacts = &v }),
	boolean("inherit_oszn_points", "точки присутствия ОСЗН переходят к новой версии", func(m *egisso.LocalMeasure, v bool) { m.InheritOSZNPoints = &v }),
	boolean("inherit_organization_points", "точки присутствия организаций переходят к новой версии", func(m *egisso.LocalMeasure, v bool) { m.InheritOrganizationPoints = &v }),
	integer("basis_person_living", "статус лица-основания", func(m *egisso.LocalMeasure, n int) { m.BasisPersonLiving = &n }),
	timestamp("last_changing", "дата последнего изменения", func(m *egisso.LocalMeasure) *time.Time { return &m.LastChanging }),
}

// finishMeasure checks what single columns cannot show, and drops identifiers:
// they are the gateway's to give, but of what ЕГИССО holds already.
func finishMeasure(m *egisso.LocalMeasure, row *Row) {
	checkMoment(row, m.LastChanging)
	keys := map[string]bool{}
	for i := range m.Categories {
		c := &m.Categories[i]
		if row.Known == nil {
			c.ID = uuid.Nil
		}
		switch {
		case c.Key == "":
			row.report("categories", "", "у категории не заполнен key")
		case keys[c.Key]:
			row.report("categories", "", "key категории повторяется")
		case len(c.Key) > keyBytes:
			row.report("categories", "", fmt.Sprintf("key категории длиннее %d байт", keyBytes))
		}
		keys[c.Key] = true
		for _, n := range c.Criteria {
			if n.Coefficient.Valid && checkNumber(n.Coefficient.Decimal) != nil {
				row.report("categories", "", "коэффициент критерия слишком длинный")
			}
		}
	}
	for _, share := range m.Cofinancing {
		if checkNumber(share.Quota) != nil {
			row.report("cofinancing", "", "доля финансирования слишком длинная")
		}
	}
}
