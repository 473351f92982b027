package smev

import (
	"fmt"
	"slices"
	"strings"
)

// Version is one version of the message exchange schema: its namespaces and
// the points in which the versions differ (SPEC.md#versions). Versions are values of
// one table; the code asks the table and has no branches by version name.
type Version struct {
	// Name is what the configuration says: "1.1", "1.2" or "1.3".
	Name string
	// Types, Basic and Faults are the namespaces of the envelope.
	Types, Basic, Faults string
	// Routing is the namespace of directive routing; empty before 1.3.
	Routing string
	// FileDetails says that attachment headers carry NamespaceUri and
	// Archive and reference headers FileName as well (1.3).
	FileDetails bool
	// Cancellation says that GetRequest may return Cancel (1.1).
	Cancellation bool
}

const namespaceRoot = "urn://x-artefacts-smev-gov-ru/services/message-exchange/types/"

// The versions of the message exchange schema.
var (
	Version11 = Version{
		Name:         "1.1",
		Types:        namespaceRoot + "1.1",
		Basic:        namespaceRoot + "basic/1.1",
		Faults:       namespaceRoot + "faults/1.1",
		Cancellation: true,
	}
	Version12 = Version{
		Name:   "1.2",
		Types:  namespaceRoot + "1.2",
		Basic:  namespaceRoot + "basic/1.2",
		Faults: namespaceRoot + "faults/1.2",
	}
	Version13 = Version{
		Name:        "1.3",
		Types:       namespaceRoot + "1.3",
		Basic:       namespaceRoot + "basic/1.3",
		Faults:      namespaceRoot + "faults/1.3",
		Routing:     namespaceRoot + "routing/1.3",
		FileDetails: true,
	}
)

// Versions lists the versions, oldest first.
func Versions() []Version { return []Version{Version11, Version12, Version13} }

// ParseVersion finds a version by its name.
func ParseVersion(name string) (Version, error) {
	var names []string
	for _, v := range Versions() {
		if v.Name == name {
			return v, nil
		}
		names = append(names, v.Name)
	}
	return Version{}, fmt.Errorf("message exchange schema version %q is not one of %s", name, strings.Join(names, ", "))
}

// String gives the name.
func (v Version) String() string { return v.Name }

// versionOfTypes finds the version whose types namespace this is.
func versionOfTypes(space string) (Version, bool) {
	for _, v := range Versions() {
		if v.Types == space {
			return v, true
		}
	}
	return Version{}, false
}

// isFaultSpace tells whether the namespace is that of faults in any version. A
// fault is believed whatever version it speaks: a bus asked in the wrong version
// may answer in its own.
func isFaultSpace(space string) bool {
	return slices.ContainsFunc(Versions(), func(v Version) bool { return v.Faults == space })
}

// isBasicSpace is the same for the namespace of Code and Description.
func isBasicSpace(space string) bool {
	return slices.ContainsFunc(Versions(), func(v Version) bool { return v.Basic == space })
}

// Namespaces outside the versions.
const (
	// SOAPNamespace is that of the SOAP 1.1 envelope.
	SOAPNamespace = "http://schemas.xmlsoap.org/soap/envelope/"
	// DSigNamespace is that of XML signatures.
	DSigNamespace = "http://www.w3.org/2000/09/xmldsig#"
	// XOPNamespace is that of xop:Include in multipart messages.
	XOPNamespace = "http://www.w3.org/2004/08/xop/include"

	schemaInstanceNamespace = "http://www.w3.org/2001/XMLSchema-instance"
)

// Operation is one operation of the message exchange service.
type Operation string

// The operations the gateway calls (SPEC.md#operations).
const (
	OpSendRequest  Operation = "SendRequest"
	OpSendResponse Operation = "SendResponse"
	OpGetRequest   Operation = "GetRequest"
	OpGetResponse  Operation = "GetResponse"
	OpGetStatus    Operation = "GetStatus"
	OpAck          Operation = "Ack"
)

// Action is the value of the SOAPAction header, without its quotes.
func (o Operation) Action() string { return "urn:" + string(o) }

// RequestElement is the local name of the body's child in a call.
func (o Operation) RequestElement() string { return string(o) + "Request" }

// ReplyElement is the local name of the body's child in a reply.
func (o Operation) ReplyElement() string { return string(o) + "Response" }
