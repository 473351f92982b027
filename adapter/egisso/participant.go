package egisso

import (
	"slices"

	"github.com/google/uuid"
)

// Participant is an organisation that grants measures (ОСЗ, ОНМСЗ) in the
// register of participants (реестр участников). Source: SPEC.md#application, XSD
// app-RU-OSZ/1.0.3, tApplicationRU.
type Participant struct {
	// OSZCode is the code ЕГИССО gave, "" before. Not part of the content hash.
	OSZCode string `json:"OSZCode,omitempty"`

	Title        string   `json:"title"`
	ShortTitle   string   `json:"shortitle,omitempty"`
	INN          string   `json:"inn"`
	KPP          string   `json:"kpp"`
	OGRN         string   `json:"ogrn"`
	LegalAddress string   `json:"juraddress"`
	Address      string   `json:"address"`
	Email        string   `json:"EMail"`
	SiteURL      string   `json:"siteURL,omitempty"`
	Territories  []string `json:"territories"` // ОКТМО, 8 digits

	// Document is the reason of the next application. Not part of the content
	// hash: another reason alone is nothing to tell ЕГИССО.
	Document BasisDocument `json:"document"`
}

// BasisDocument is the reason (основание) of an application.
type BasisDocument struct {
	Number string `json:"docnumber"`
	Date   Date   `json:"docdate"`
	Name   string `json:"docname"`
}

// ApplicationAction is what an application asks for; its value is the XSD
// element's name.
type ApplicationAction string

// Actions of an application.
const (
	ActionInsertion    ApplicationAction = "insertion"
	ActionModification ApplicationAction = "modification"
	ActionExclusion    ApplicationAction = "exclusion"
)

// Valid reports whether a is a known action.
func (a ApplicationAction) Valid() bool {
	return a == ActionInsertion || a == ActionModification || a == ActionExclusion
}

// Application is an application on a participant (заявка), the element
// application of 10.11.I. In a modification empty fields of Participant mean
// "unchanged"; an exclusion has none.
type Application struct {
	ID          uuid.UUID         `json:"appID"`
	Action      ApplicationAction `json:"action"`
	Participant Participant       `json:"participant"` // OSZCode names whom to change or exclude
}

// Application returns the application that follows from a decision on a row of
// the register of participants: insertion for MoveNew, modification with the
// changed fields only for MoveAlter, exclusion for MoveInvalidate. accepted is
// what ЕГИССО holds now; nil sends a modification with every field.
//
// The schema cannot empty a field: one that was removed stays as it is.
func (p Participant) Application(id uuid.UUID, move Move, accepted *Participant) Application {
	p = p.Normalize()
	a := Application{ID: id, Action: ActionInsertion, Participant: p}
	switch move {
	case MoveInvalidate:
		a.Action = ActionExclusion
		a.Participant = Participant{OSZCode: p.OSZCode, Document: p.Document}
	case MoveAlter:
		a.Action = ActionModification
		if accepted != nil {
			a.Participant = p.since(accepted.Normalize())
		}
	default:
		a.Participant.OSZCode = ""
	}
	return a
}

// since leaves only the fields that differ from before.
func (p Participant) since(before Participant) Participant {
	for _, f := range []struct{ now, old *string }{
		{&p.Title, &before.Title}, {&p.ShortTitle, &before.ShortTitle}, {&p.INN, &before.INN}, {&p.KPP, &before.KPP},
		{&p.OGRN, &before.OGRN}, {&p.LegalAddress, &before.LegalAddress}, {&p.Address, &before.Address},
		{&p.Email, &before.Email}, {&p.SiteURL, &before.SiteURL},
	} {
		if *f.now == *f.old {
			*f.now = ""
		}
	}
	now, old := slices.Sorted(slices.Values(p.Territories)), slices.Sorted(slices.Values(before.Territories))
	if slices.Equal(now, old) {
		p.Territories = nil
	}
	return p
}
