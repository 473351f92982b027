package egisso

// Prefix binds a recommended namespace prefix. Declaring these on the outermost
// element keeps packages compact; the meaning does not depend on them.
type Prefix struct {
	Prefix string
	URI    string
}

// What the namespaces of messages and of types begin with; kind or type and its version
// follow.
const (
	NamespaceMessages = "urn://egisso-ru/msg/"
	NamespaceTypes    = "urn://egisso-ru/types/"
)

// ClassifierVersion returns the version of 10.02.I that is sent.
func ClassifierVersion() *Version { return CurrentVersion("10.02.I") }
