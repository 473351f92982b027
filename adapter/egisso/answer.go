package egisso

import (
	"fmt"
	"strings"

	"github.com/google/uuid"
)

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

// ReadAnswer reads the answer to a message, or a file with a protocol: the
// response of any kind and version or a bare protocol. Only an answer about the
// classifier may be larger than ProtocolBytes.
func ReadAnswer(content []byte) (*Answer, error) {
	space, _, err := RootOf(content)
	if err != nil {
		return nil, fmt.Errorf("read answer: %w", err)
	}
	a := &Answer{}
	if name, ok := strings.CutPrefix(space, messageSpaces); ok {
		a.Code, a.Version, _ = strings.Cut(name, "/")
	}
	switch a.Code {
	case "10.02.I":
		a.Classifier, err = ReadClassifierAnswer(content)
	case "10.11.I":
		a.Application, err = ReadApplicationAnswer(content)
	default:
		a.Protocol, err = ReadProtocol(content)
	}
	if err != nil {
		return nil, err
	}
	return a, nil
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
