package egisso

// Prefix binds a recommended namespace prefix. Declaring these on the outermost
// element keeps packages compact; the meaning does not depend on them.
type Prefix struct {
	Prefix string
	URI    string
}

// Namespaces of the current versions of what the gateway sends most
// (SPEC.md#namespaces). Version.Namespace gives those of every version.
const (
	NamespaceMeasureRequest = "urn://egisso-ru/msg/10.05.I/2.1.0"
	NamespaceFactData       = "urn://egisso-ru/msg/10.06.S/1.1.0"
	NamespaceStorageRequest = "urn://egisso-ru/msg/10.10.I/1.0.3"
)

// What the namespaces of messages and of types begin with; kind or type and its version
// follow.
const (
	NamespaceMessages = "urn://egisso-ru/msg/"
	NamespaceTypes    = "urn://egisso-ru/types/"
)

// Compact prefixes of the current versions; see Version.Prefixes.
var (
	MeasurePrefixes = CurrentVersion("10.05.I").Prefixes
	FactPrefixes    = CurrentVersion("10.06.S").Prefixes
	StoragePrefixes = CurrentVersion("10.10.I").Prefixes

	ClassifierPrefixes = CurrentVersion("10.02.I").Prefixes
)

// ClassifierVersion returns the version of 10.02.I that is sent.
func ClassifierVersion() *Version { return CurrentVersion("10.02.I") }
