package egisso

import (
	"strings"
	"time"
)

// kmsz makes a small classifier, its texts up to every limit.
func (r random) kmsz() *KMSZ {
	k := &KMSZ{KMSZVersion: r.kmszVersion(), Facets: map[Facet][]Position{}}
	for _, f := range []struct {
		facet           Facet
		digits, nameMax int
		hierarchy       bool
	}{
		{FacetMSZ, 4, 2000, true}, {FacetParts, 6, 500, true}, {FacetCategories, 8, 2000, true},
		{FacetLevels, 2, 100, false}, {FacetSources, 4, 200, false}, {FacetForms, 2, 100, false},
	} {
		for range 1 + r.IntN(4) {
			p := Position{Code: r.from("0123456789", f.digits), Name: r.plain(f.nameMax)}
			if f.hierarchy && r.sometimes(2) {
				p.Parent = r.from("0123456789", f.digits)
			}
			k.Facets[f.facet] = append(k.Facets[f.facet], p)
		}
	}
	for range 1 + r.IntN(4) {
		rule := KMSZRule{Part: r.from("0123456789", 6), MSZ: r.from("0123456789", 4), Category: r.from("0123456789", 8),
			Level: r.from("0123456789", 2), Source: r.from("0123456789", 4), Form: r.from("0123456789", 2)}
		for range 1 + r.IntN(2) {
			rule.Reasons = append(rule.Reasons, RuleAct{Number: r.plain(20), Title: r.plain(500), Date: day("2020-01-01").AddDays(r.IntN(900)), Authority: r.plain(500)})
		}
		k.Rules = append(k.Rules, rule)
	}
	return k
}

func (r random) kmszVersion() KMSZVersion {
	v := KMSZVersion{Number: 1 + r.IntN(1000), Status: VersionStatus(1 + r.IntN(6)), StartDate: r.moment(), Document: r.plain(200), Note: r.maybe(2, r.plain(200))}
	if r.sometimes(2) {
		v.FinishDate = r.moment()
	}
	return v
}

// plain is a text no reader and no schema refuses.
func (r random) plain(max int) string {
	return r.from(cyrillic+`abc 0123456789.,<>&"№–]]>😀`, r.IntN(max)) + "я"
}

// moment is a time of whole milliseconds.
func (r random) moment() time.Time {
	return time.Date(2000+r.IntN(100), 2, 3, 4, 5, 6, r.IntN(1000)*1e6, time.UTC)
}

// periodicities makes the dictionary 022.
func (r random) periodicities() []Periodicity {
	return few(r, 1, 5, func() Periodicity {
		return Periodicity{Code: r.from("0123456789", 2), Title: r.plain(100), StartDate: r.moment()}
	})
}

// units makes the dictionary 023.
func (r random) units() []Unit {
	return few(r, 1, 5, func() Unit {
		return Unit{Code: r.from("0123456789", 2), Title: r.plain(100), ShortTitle: r.maybe(2, r.plain(20)),
			OKEI: r.maybe(2, r.from("0123456789", 3+r.IntN(2))), StartDate: r.moment(), FinishDate: r.moment()}
	})
}

// activation makes one or two headers of КМСЗ.
func (r random) activation() []KMSZVersion { return few(r, 1, 2, r.kmszVersion) }

// decision makes an answer to an application.
func (r random) decision() *ApplicationAnswer {
	a := &ApplicationAnswer{ApplicationID: r.uuid(), Number: "2023." + r.from("0123456789", 1+r.IntN(9)), Accepted: r.sometimes(2),
		Comment: r.maybe(2, strings.Join(strings.Fields(r.plain(500)), " ")), DecidedAt: r.moment()}
	if a.Accepted {
		p := clinic()
		p.OSZCode, a.ParticipantID, a.Registered = "0042.000001", r.uuid(), &p
	}
	return a
}
