package egisso

import (
	"time"

	"github.com/google/uuid"
)

// ApplicationAnswer is the element response of 10.11.I: the decision of people
// on an application (SPEC.md#application). It is no protocol.
type ApplicationAnswer struct {
	ApplicationID uuid.UUID // uuid.Nil if absent or unreadable
	Number        string    // number of the application, for people
	Accepted      bool
	Comment       string
	DecidedAt     time.Time
	// Registered is how the participant stands in the register, its code
	// included; nil if the answer does not tell.
	Registered    *Participant
	ParticipantID uuid.UUID // OSZID

	// Deviations are departures from the schema that did not keep the answer
	// from being understood, in Russian.
	Deviations []string
}

// Code returns the code ЕГИССО gave the participant, "" if it gave none or one that is
// not of the form of codes, which nobody may use.
func (a *ApplicationAnswer) Code() string {
	if a.Registered == nil || ParticipantCodeFormat(a.Registered.OSZCode) != "" {
		return ""
	}
	return a.Registered.OSZCode
}
