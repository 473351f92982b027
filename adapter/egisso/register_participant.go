package egisso

import "github.com/google/uuid"

var participantKinds = []Kind{KindApplication}

// On a participant there are only applications, one in a message.
var participantSpec = spec{
	register: RegisterParticipant,
	title:    "Реестр ОНМСЗ",
	aliases:  []string{"participant", "10.11.I"},
	kinds:    participantKinds,
	born:     KindApplication, changed: KindApplication, removed: KindApplication,
	blank: func(Kind) Element { return new(Application) },
}

// The element of 10.11.I.
func (a *Application) ElementKind() Kind    { return KindApplication }
func (a *Application) ElementID() uuid.UUID { return a.ID }
func (a *Application) Target() uuid.UUID    { return uuid.Nil }
