package egisso

import "github.com/google/uuid"

// Answer is what ЕГИССО says to a message, whatever its kind. Exactly one of
// Protocol, Application and Classifier is set.
type Answer struct {
	// Code and Version are those of the message that carried the answer, ""
	// for a bare protocol.
	Code, Version string

	Protocol    *Protocol          // most kinds, and files with a protocol
	Application *ApplicationAnswer // 10.11.I
	Classifier  *ClassifierAnswer  // 10.02.I
}

// Judge applies a protocol or a decision on an application to the identifiers
// that were sent. An answer about the classifier judges nothing.
func (a *Answer) Judge(sent []uuid.UUID) Verdict {
	switch {
	case a.Protocol != nil:
		return a.Protocol.Judge(sent)
	case a.Application != nil:
		return a.Application.Judge(sent)
	}
	return Verdict{Package: VerdictAccepted}
}
