package egisso

import "strings"

// versions is the table of kinds of information and their versions
// (SPEC.md#namespaces): the current version of a kind comes first. Namespaces are
// given without "urn://egisso-ru/types/"; prepared adds what follows from the
// code and number. A new version is a new row here; CONTRIBUTING says how.
var versions = prepared([]*Version{
	{
		Code: "10.05.I", Number: "2.1.0", Register: RegisterMeasure, Root: "request",
		Space:  Spaces{Pack: "package-LMSZ/2.1.0", Element: "local-MSZ/2.1.0"},
		Names:  Spelling{PackageID: "packageId", ID: "id", PreviousID: "previousId", OKTMO: "codeOktmo", URL: "url"},
		Traits: Traits{kinds: measureKinds, ListMax: MaxElements, PlainTimes: true, Letters: true, LongText: 2000, FullMeasure: true},
	},
	{
		Code: "10.05.I", Number: "1.0.7", Register: RegisterMeasure, Root: "request",
		Space:  Spaces{Pack: "package-LMSZ/1.0.7", Element: "local-MSZ/1.0.6"},
		Names:  Spelling{PackageID: "packageId", ID: "ID", PreviousID: "previousID", OKTMO: "codeOKTMO", URL: "URL"},
		Traits: Traits{kinds: measureKinds, LongText: 500},
	},
	{
		Code: "10.06.S", Number: "1.1.0", Register: RegisterFact, Root: "data",
		Space: Spaces{Pack: "package-RAF/1.1.0", Element: "assignment-fact/1.0.8",
			Person: "prsn-info/1.0.4", Basis: "prsn-basis/1.0.2", Basic: "basic/1.0.8"},
		Names:  Spelling{PackageID: "packageId"},
		Traits: Traits{kinds: factKinds, ListMax: MaxElements, Letters: true},
	},
	{
		Code: "10.06.S", Number: "1.0.7", Register: RegisterFact, Root: "data",
		Space: Spaces{Pack: "package-RAF/1.0.8", Element: "assignment-fact/1.0.7",
			Person: "prsn-info/1.0.3", Basis: "prsn-basis/1.0.1", Basic: "basic/1.0.4"},
		Names:  Spelling{PackageID: "packageId"},
		Traits: Traits{kinds: without(factKinds, KindFactRecipientRefusal)},
	},
	{
		Code: "10.07.I", Number: "1.0.6", Register: RegisterOrganization, Root: "request",
		Space:  Spaces{Pack: "package-RO/1.0.5", Element: "organization/1.0.5"},
		Names:  Spelling{PackageID: "packageID", PreviousID: "previosID"}, // (sic)
		Traits: Traits{kinds: organizationKinds},
	},
	{
		Code: "10.11.I", Number: "1.0.3", Register: RegisterParticipant, Root: "request",
		Space:  Spaces{Element: "app-RU-OSZ/1.0.3"},
		Traits: Traits{kinds: participantKinds, ListMax: 1, Letters: true},
	},
	{
		Code: "10.15.I", Number: "1.0.4", Register: RegisterPoint, Root: "request",
		Space:  Spaces{Pack: "package-PP/1.0.4", Element: "presence-point/1.0.4"},
		Names:  Spelling{PackageID: "packageID", PreviousID: "previousID"},
		Traits: Traits{kinds: pointKinds, Letters: true},
	},
	{
		Code: "10.15.I", Number: "1.0.3", Register: RegisterPoint, Root: "request",
		Space:  Spaces{Pack: "package-PP/1.0.3", Element: "presence-point/1.0.3"},
		Names:  Spelling{PackageID: "packageID", PreviousID: "previousID"},
		Traits: Traits{kinds: pointKinds},
	},
	// 10.10.I 1.0.3 answers with the protocol itself, 1.0.4 with a file.
	{Code: "10.10.I", Number: "1.0.3", Root: "request"},
	{Code: "10.10.I", Number: "1.0.4", Root: "request"},
	{
		Code: "10.02.I", Number: "1.0.3", Root: "request",
		Space: Spaces{Basic: "basic/1.0.2", Request: "cls-request/1.0.2", KMSZ: "cls-KMSZ-version/1.0.3",
			Periodicity: "cls-periodicity/1.0.0", Unit: "cls-measure/1.0.2"},
	},
	{
		Code: "10.01.O", Number: "1.0.3", Root: "request",
		Space: Spaces{Basic: "basic/1.0.2", KMSZ: "cls-KMSZ-version/1.0.3", Changes: "cls-KMSZ-changes/1.0.2"},
	},
	{
		Code: "10.03.O", Number: "1.0.1", Root: "request",
		Space: Spaces{Basic: "basic/1.0.1"},
	},
})

const nsCommons = "urn://x-artefacts-smev-gov-ru/supplementary/commons/1.0.1"

// prepared completes the rows of the table: whole namespaces and prefixes.
func prepared(list []*Version) []*Version {
	for _, v := range list {
		s := &v.Space
		s.Message = NamespaceMessages + v.Code + "/" + v.Number
		v.Prefixes = []Prefix{{"", s.Message}}
		for _, n := range []struct {
			prefix string
			space  *string
		}{
			{"p", &s.Pack}, {elementPrefix(s.Element), &s.Element}, {"n", &s.Person}, {"bs", &s.Basis},
			{"r", &s.Request}, {"k", &s.KMSZ}, {"c", &s.Changes}, {"d", &s.Periodicity}, {"u", &s.Unit}, {"b", &s.Basic},
		} {
			if *n.space != "" {
				*n.space = NamespaceTypes + *n.space
				v.Prefixes = append(v.Prefixes, Prefix{n.prefix, *n.space})
			}
		}
		if s.Person != "" {
			s.Commons = nsCommons
			v.Prefixes = append(v.Prefixes, Prefix{"s", nsCommons})
		}
	}
	return list
}

// elementPrefix is a letter for the register's own type.
func elementPrefix(space string) string {
	switch name, _, _ := strings.Cut(space, "/"); name {
	case "assignment-fact":
		return "f"
	case "presence-point":
		return "x"
	case "":
		return ""
	default:
		return name[:1]
	}
}

func without(kinds []Kind, gone Kind) []Kind {
	var rest []Kind
	for _, k := range kinds {
		if k != gone {
			rest = append(rest, k)
		}
	}
	return rest
}
