package mis

import (
	"time"

	"github.com/shopspring/decimal"

	"egissogw/adapter/egisso"
)

// pointRow is a row of the view presence_point.
type pointRow struct {
	egisso.PresencePoint
	coordinates egisso.Coordinates
	measures    []string
}

// pointColumns are the columns of the view presence_point after the technical
// ones, in the order of egisso.PresencePoint.
var pointColumns = []column[pointRow]{
	text("onmsz_code", "код ОНМСЗ в ЕГИССО", func(p *pointRow) *string { return &p.ONMSZCode }),
	key("onmsz_key", "ключ ОНМСЗ (строка представления onmsz): кода ещё нет", func(p *pointRow) *string { return &p.ONMSZKey }),
	text("title", "наименование", func(p *pointRow) *string { return &p.Title }).required(),
	text("address", "адрес", func(p *pointRow) *string { return &p.Address }).required(),
	text("oktmo", "код ОКТМО", func(p *pointRow) *string { return &p.OKTMO }).required(),
	text("email", "e-mail", func(p *pointRow) *string { return &p.Email }),
	text("contacts", "контакты", func(p *pointRow) *string { return &p.Contacts }).required(),
	text("schedule", "режим работы", func(p *pointRow) *string { return &p.Schedule }).required(),
	text("rules", "правила посещения", func(p *pointRow) *string { return &p.Rules }),
	number("latitude", "широта в градусах", func(p *pointRow) *decimal.Decimal { return &p.coordinates.Latitude }).required(),
	number("longitude", "долгота в градусах", func(p *pointRow) *decimal.Decimal { return &p.coordinates.Longitude }).required(),
	jsonb("measure_keys", "ключи ЛМСЗ (строки представления local_measure)", func(p *pointRow) any { return &p.measures }).required(),
	timestamp("last_changing", "дата последнего изменения", func(p *pointRow) *time.Time { return &p.LastChanging }),
}

// finishPoint makes the point of its row.
func finishPoint(p *pointRow, row *Row) {
	checkMoment(row, p.LastChanging)
	p.Coordinates = &p.coordinates
	for _, key := range p.measures {
		if problem := badReference(key); problem != "" {
			row.report("measure_keys", "", "ключ меры "+problem)
		}
		p.Measures = append(p.Measures, egisso.PointMeasure{Key: key})
	}
}
