package wire

import (
	"fmt"
	"strings"

	"egissogw/adapter/egisso"
)

// ReadAnswer reads the answer to a message, or a file with a protocol: the
// response of any kind and version or a bare protocol. Only an answer about the
// classifier may be larger than ProtocolBytes.
func ReadAnswer(content []byte) (*egisso.Answer, error) {
	space, _, err := RootOf(content)
	if err != nil {
		return nil, fmt.Errorf("read answer: %w", err)
	}
	a := &egisso.Answer{}
	if name, ok := strings.CutPrefix(space, egisso.NamespaceMessages); ok {
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
