package egisso

// Prefix binds a recommended namespace prefix. Declaring these on the outermost
// element keeps packages compact; the meaning does not depend on them.
type Prefix struct {
	Prefix string
	URI    string
}

// Namespaces of what the gateway writes (spec egisso.md a.4).
const (
	NamespaceMeasureRequest = "urn://egisso-ru/msg/10.05.I/2.1.0"
	NamespaceFactData       = "urn://egisso-ru/msg/10.06.S/1.1.0"
	NamespaceStorageRequest = "urn://egisso-ru/msg/10.10.I/1.0.3"

	nsMeasurePackage = "urn://egisso-ru/types/package-LMSZ/2.1.0"
	nsMeasure        = "urn://egisso-ru/types/local-MSZ/2.1.0"

	nsFactPackage = "urn://egisso-ru/types/package-RAF/1.1.0"
	nsFact        = "urn://egisso-ru/types/assignment-fact/1.0.8"
	nsPerson      = "urn://egisso-ru/types/prsn-info/1.0.4"
	nsBasis       = "urn://egisso-ru/types/prsn-basis/1.0.2"
	nsBasic       = "urn://egisso-ru/types/basic/1.0.8"
	nsCommons     = "urn://x-artefacts-smev-gov-ru/supplementary/commons/1.0.1"
)

// Compact prefixes for each document.
var (
	MeasurePrefixes = []Prefix{
		{"", NamespaceMeasureRequest}, {"p", nsMeasurePackage}, {"l", nsMeasure},
	}
	FactPrefixes = []Prefix{
		{"", NamespaceFactData}, {"p", nsFactPackage}, {"f", nsFact}, {"n", nsPerson},
		{"bs", nsBasis}, {"b", nsBasic}, {"s", nsCommons},
	}
	StoragePrefixes = []Prefix{{"", NamespaceStorageRequest}}
)
