package egisso

import "strings"

// versions is the table of kinds of information and their versions
// (SPEC.md#namespaces): the current version of a kind comes first. Namespaces are
// given without "urn://egisso-ru/types/"; prepared adds what follows from the
// code and number. A new version is a new row here; CONTRIBUTING says how.
var versions = prepared([]*Version{
	{
		Code: "10.05.I", Number: "2.1.0", Register: RegisterMeasure, Root: "request",
		space:  spaces{pack: "package-LMSZ/2.1.0", element: "local-MSZ/2.1.0"},
		names:  spelling{packageID: "packageId", id: "id", previousID: "previousId", oktmo: "codeOktmo", url: "url"},
		traits: traits{kinds: measureKinds, listMax: MaxElements, plainTimes: true, letters: true, longText: 2000, fullMeasure: true},
	},
	{
		Code: "10.05.I", Number: "1.0.7", Register: RegisterMeasure, Root: "request",
		space:  spaces{pack: "package-LMSZ/1.0.7", element: "local-MSZ/1.0.6"},
		names:  spelling{packageID: "packageId", id: "ID", previousID: "previousID", oktmo: "codeOKTMO", url: "URL"},
		traits: traits{kinds: measureKinds, longText: 500},
	},
	{
		Code: "10.06.S", Number: "1.1.0", Register: RegisterFact, Root: "data",
		space: spaces{pack: "package-RAF/1.1.0", element: "assignment-fact/1.0.8",
			person: "prsn-info/1.0.4", basis: "prsn-basis/1.0.2", basic: "basic/1.0.8"},
		names:  spelling{packageID: "packageId"},
		traits: traits{kinds: factKinds, listMax: MaxElements, letters: true},
	},
	{
		Code: "10.06.S", Number: "1.0.7", Register: RegisterFact, Root: "data",
		space: spaces{pack: "package-RAF/1.0.8", element: "assignment-fact/1.0.7",
			person: "prsn-info/1.0.3", basis: "prsn-basis/1.0.1", basic: "basic/1.0.4"},
		names:  spelling{packageID: "packageId"},
		traits: traits{kinds: without(factKinds, KindFactRecipientRefusal)},
	},
	{
		Code: "10.07.I", Number: "1.0.6", Register: RegisterOrganization, Root: "request",
		space:  spaces{pack: "package-RO/1.0.5", element: "organization/1.0.5"},
		names:  spelling{packageID: "packageID", previousID: "previosID"}, // (sic)
		traits: traits{kinds: organizationKinds},
	},
	{
		Code: "10.11.I", Number: "1.0.3", Register: RegisterParticipant, Root: "request",
		space:  spaces{element: "app-RU-OSZ/1.0.3"},
		traits: traits{kinds: participantKinds, listMax: 1, letters: true},
	},
	{
		Code: "10.15.I", Number: "1.0.4", Register: RegisterPoint, Root: "request",
		space:  spaces{pack: "package-PP/1.0.4", element: "presence-point/1.0.4"},
		names:  spelling{packageID: "packageID", previousID: "previousID"},
		traits: traits{kinds: pointKinds, letters: true},
	},
	{
		Code: "10.15.I", Number: "1.0.3", Register: RegisterPoint, Root: "request",
		space:  spaces{pack: "package-PP/1.0.3", element: "presence-point/1.0.3"},
		names:  spelling{packageID: "packageID", previousID: "previousID"},
		traits: traits{kinds: pointKinds},
	},
	// 10.10.I 1.0.3 answers with the protocol itself, 1.0.4 with a file.
	{Code: "10.10.I", Number: "1.0.3", Root: "request"},
	{Code: "10.10.I", Number: "1.0.4", Root: "request"},
	{
		Code: "10.02.I", Number: "1.0.3", Root: "request",
		space: spaces{basic: "basic/1.0.2", request: "cls-request/1.0.2", kmsz: "cls-KMSZ-version/1.0.3",
			periodicity: "cls-periodicity/1.0.0", unit: "cls-measure/1.0.2"},
	},
	{
		Code: "10.01.O", Number: "1.0.3", Root: "request",
		space: spaces{basic: "basic/1.0.2", kmsz: "cls-KMSZ-version/1.0.3", changes: "cls-KMSZ-changes/1.0.2"},
	},
	{
		Code: "10.03.O", Number: "1.0.1", Root: "request",
		space: spaces{basic: "basic/1.0.1"},
	},
})

const (
	messageSpaces = "urn://egisso-ru/msg/"
	typeSpaces    = "urn://egisso-ru/types/"
	nsCommons     = "urn://x-artefacts-smev-gov-ru/supplementary/commons/1.0.1"
)

// prepared completes the rows of the table: whole namespaces and prefixes.
func prepared(list []*Version) []*Version {
	for _, v := range list {
		s := &v.space
		s.message = messageSpaces + v.Code + "/" + v.Number
		v.Prefixes = []Prefix{{"", s.message}}
		for _, n := range []struct {
			prefix string
			space  *string
		}{
			{"p", &s.pack}, {elementPrefix(s.element), &s.element}, {"n", &s.person}, {"bs", &s.basis},
			{"r", &s.request}, {"k", &s.kmsz}, {"c", &s.changes}, {"d", &s.periodicity}, {"u", &s.unit}, {"b", &s.basic},
		} {
			if *n.space != "" {
				*n.space = typeSpaces + *n.space
				v.Prefixes = append(v.Prefixes, Prefix{n.prefix, *n.space})
			}
		}
		if s.person != "" {
			s.commons = nsCommons
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
