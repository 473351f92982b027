package mis

import (
	"time"

	"github.com/google/uuid"

	"egissogw/adapter/egisso"
)

// organizationRow is a row of the view organization before it is known which
// kind of person the organisation is.
type organizationRow struct {
	egisso.Organization
	entrepreneur   bool
	inn, kpp, ogrn string
	registration   egisso.Registration
}

// organizationColumns are the columns of the view organization after the
// technical ones, in the order of egisso.Organization.
var organizationColumns = []column[organizationRow]{
	text("title", "наименование", func(o *organizationRow) *string { return &o.Title }).required(),
	text("site_url", "адрес сайта", func(o *organizationRow) *string { return &o.SiteURL }),
	text("address", "фактический адрес", func(o *organizationRow) *string { return &o.Address }).required(),
	text("email", "e-mail", func(o *organizationRow) *string { return &o.Email }).required(),
	text("contacts", "телефоны", func(o *organizationRow) *string { return &o.Contacts }).required(),
	boolean("entrepreneur", "индивидуальный предприниматель, а не юридическое лицо", func(o *organizationRow, v bool) { o.entrepreneur = v }).required(),
	text("inn", "ИНН", func(o *organizationRow) *string { return &o.inn }).required(),
	text("kpp", "КПП, только у юридического лица", func(o *organizationRow) *string { return &o.kpp }),
	text("ogrn", "ОГРН, у предпринимателя ОГРНИП", func(o *organizationRow) *string { return &o.ogrn }).required(),
	text("registration_grn", "ГРН записи о регистрации, у предпринимателя ГРНИП", func(o *organizationRow) *string { return &o.registration.GRN }).required(),
	date("registration_date", "дата документа о регистрации", func(o *organizationRow) *egisso.Date { return &o.registration.IssueDate }).required(),
	text("registration_authority", "орган, выдавший документ о регистрации", func(o *organizationRow) *string { return &o.registration.Authority }).required(),
	text("registration_series", "серия бумажного свидетельства о регистрации", func(o *organizationRow) *string { return &o.registration.Series }),
	text("registration_number", "номер бумажного свидетельства о регистрации", func(o *organizationRow) *string { return &o.registration.Number }),
	jsonb("points", "точки присутствия и предоставляемые в них меры", func(o *organizationRow) any { return &o.Points }).required(),
	jsonb("documents", "договоры о предоставлении мер", func(o *organizationRow) any { return &o.Documents }).required(),
	timestamp("last_changing", "дата последнего изменения", func(o *organizationRow) *time.Time { return &o.LastChanging }),
}

// finishOrganization makes the organisation of its row, and drops identifiers:
// they are the gateway's to give.
func finishOrganization(o *organizationRow, row *Row) {
	checkMoment(row, o.LastChanging)
	if o.entrepreneur {
		o.Entrepreneur = &egisso.Entrepreneur{INN: o.inn, OGRNIP: o.ogrn, Registration: o.registration}
	} else {
		o.Legal = &egisso.LegalPerson{INN: o.inn, KPP: o.kpp, OGRN: o.ogrn, Registration: o.registration}
	}
	for i := range o.Points {
		p := &o.Points[i]
		for j := range p.Measures {
			m := &p.Measures[j]
			m.ID = uuid.Nil
			if problem := badReference(m.Key); problem != "" {
				row.report("points", "", "measureKey меры точки "+problem)
			}
		}
		if c := p.Coordinates; c != nil && (checkNumber(c.Latitude) != nil || checkNumber(c.Longitude) != nil) {
			row.report("points", "", "координаты точки слишком длинные")
		}
	}
}
