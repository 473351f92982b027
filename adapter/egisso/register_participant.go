package egisso

import (
	"errors"

	"github.com/google/uuid"

	"egissogw/crypto/xmlsafe"
)

var participantKinds = []Kind{KindApplication}

// On a participant there are only applications, one in a message.
var participantSpec = spec{
	register: RegisterParticipant,
	title:    "Реестр ОНМСЗ",
	kinds:    participantKinds,
	born:     KindApplication, changed: KindApplication, removed: KindApplication,
	bare:  true,
	blank: func(Kind) Element { return new(Application) },
	read: func(d *decoder, _ Kind, e *xmlsafe.Element) Element {
		a := d.application(e)
		return &a
	},
}

// The element of 10.11.I.
func (a *Application) ElementKind() Kind    { return KindApplication }
func (a *Application) ElementID() uuid.UUID { return a.ID }
func (a *Application) Target() uuid.UUID    { return uuid.Nil }

func (a *Application) writable(*Version) error {
	switch a.Action {
	case ActionInsertion, ActionModification, ActionExclusion:
		return nil
	}
	return errors.New("application has no action")
}
