package mis

import "egissogw/adapter/egisso"

// participantColumns are the columns of the view onmsz after the technical
// ones, in the order of egisso.Participant. An organisation that has its code is
// known by it and its name; the rest is obligatory for an application, which
// the checks of the application demand.
var participantColumns = []column[egisso.Participant]{
	text("osz_code", "код ОНМСЗ в ЕГИССО; пусто, пока не присвоен", func(p *egisso.Participant) *string { return &p.OSZCode }),
	text("title", "наименование", func(p *egisso.Participant) *string { return &p.Title }).required(),
	text("short_title", "сокращённое наименование", func(p *egisso.Participant) *string { return &p.ShortTitle }),
	text("inn", "ИНН", func(p *egisso.Participant) *string { return &p.INN }),
	text("kpp", "КПП", func(p *egisso.Participant) *string { return &p.KPP }),
	text("ogrn", "ОГРН", func(p *egisso.Participant) *string { return &p.OGRN }),
	text("legal_address", "юридический адрес", func(p *egisso.Participant) *string { return &p.LegalAddress }),
	text("address", "фактический адрес", func(p *egisso.Participant) *string { return &p.Address }),
	text("email", "e-mail", func(p *egisso.Participant) *string { return &p.Email }),
	text("site_url", "адрес сайта", func(p *egisso.Participant) *string { return &p.SiteURL }),
	jsonb("territories", "территории действия (ОКТМО)", func(p *egisso.Participant) any { return &p.Territories }),
	text("basis_number", "номер документа-основания заявки", func(p *egisso.Participant) *string { return &p.Document.Number }),
	date("basis_date", "дата документа-основания заявки", func(p *egisso.Participant) *egisso.Date { return &p.Document.Date }),
	text("basis_name", "наименование документа-основания заявки", func(p *egisso.Participant) *string { return &p.Document.Name }),
}
