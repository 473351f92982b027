package scaffold

import "egissogw/adapter/mis"

// CastOf writes a column as a column or field of the contract, or says why not.
func (c *Catalog) CastOf(schema, table, name, as string, kind mis.Type, list bool) (string, string) {
	col := c.table(schema, table).column(name)
	s := site{zone: "Asia/Yekaterinburg", encoding: "WIN1251"}
	write := s.cast
	if list {
		write = s.elements
	}
	sql, wrong := write(ident(name), col.of, targetOf(mis.Shape{Name: as, Type: kind}))
	if wrong != nil {
		return "", wrong.what + "; " + wrong.advice
	}
	return sql, ""
}
