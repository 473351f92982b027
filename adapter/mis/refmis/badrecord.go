package refmis

import "egissogw/adapter/egisso"

// BadRecord is a record of a register beside measures and facts that is wrong in
// a known way. The gateway's own checks stop each of them.
type BadRecord struct {
	Register     egisso.Register `json:"register"`
	Key          string          `json:"key"`   // row_key
	Title        string          `json:"title"` // Russian
	ExpectedCode string          `json:"expectedCode"`
}

// badRecords are those of 13_register_defects.sql.
var badRecords = []BadRecord{
	{egisso.RegisterParticipant, "91", "в ИНН девять цифр", "L-XSD"},
	{egisso.RegisterOrganization, "91", "два адреса электронной почты", "L-XSD"},
	{egisso.RegisterOrganization, "92", "нет ни одной точки", "L-ROW"},
	{egisso.RegisterPoint, "91", "широта и долгота перепутаны", "L-GEO"},
	{egisso.RegisterPoint, "92", "буква в коде ОКТМО", "L-XSD"},
}

// plantRecords adds the bad records.
func (m *Manifest) plantRecords() {
	m.BadRecords = badRecords
	for _, bad := range badRecords {
		switch bad.Register {
		case egisso.RegisterParticipant:
			m.Participants++
		case egisso.RegisterOrganization:
			m.Organizations++
		case egisso.RegisterPoint:
			m.Points++
		}
	}
}
