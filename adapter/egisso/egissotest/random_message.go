package egissotest

import (
	"strings"
	"time"

	"egissogw/adapter/egisso"
)

// KMSZ makes a small classifier, its texts up to every limit.
func (r Random) KMSZ() *egisso.KMSZ {
	k := &egisso.KMSZ{KMSZVersion: r.kmszVersion(), Facets: map[egisso.Facet][]egisso.Position{}}
	for _, f := range []struct {
		facet           egisso.Facet
		digits, nameMax int
		hierarchy       bool
	}{
		{egisso.FacetMSZ, 4, 2000, true}, {egisso.FacetParts, 6, 500, true}, {egisso.FacetCategories, 8, 2000, true},
		{egisso.FacetLevels, 2, 100, false}, {egisso.FacetSources, 4, 200, false}, {egisso.FacetForms, 2, 100, false},
	} {
		for range 1 + r.IntN(4) {
			p := egisso.Position{Code: r.from("0123456789", f.digits), Name: r.plain(f.nameMax)}
			if f.hierarchy && r.sometimes(2) {
				p.Parent = r.from("0123456789", f.digits)
			}
			k.Facets[f.facet] = append(k.Facets[f.facet], p)
		}
	}
	for range 1 + r.IntN(4) {
		rule := egisso.KMSZRule{Part: r.from("0123456789", 6), MSZ: r.from("0123456789", 4), Category: r.from("0123456789", 8),
			Level: r.from("0123456789", 2), Source: r.from("0123456789", 4), Form: r.from("0123456789", 2)}
		for range 1 + r.IntN(2) {
			rule.Reasons = append(rule.Reasons, egisso.RuleAct{Number: r.plain(20), Title: r.plain(500), Date: Day("2020-01-01").AddDays(r.IntN(900)), Authority: r.plain(500)})
		}
		k.Rules = append(k.Rules, rule)
	}
	return k
}

func (r Random) kmszVersion() egisso.KMSZVersion {
	v := egisso.KMSZVersion{Number: 1 + r.IntN(1000), Status: egisso.VersionStatus(1 + r.IntN(6)), StartDate: r.Moment(), Document: r.plain(200), Note: r.maybe(2, r.plain(200))}
	if r.sometimes(2) {
		v.FinishDate = r.Moment()
	}
	return v
}

// plain is a text no reader and no schema refuses.
func (r Random) plain(max int) string {
	return r.from(cyrillic+`abc 0123456789.,<>&"№–]]>😀`, r.IntN(max)) + "я"
}

// Moment is a time of whole milliseconds.
func (r Random) Moment() time.Time {
	return time.Date(2000+r.IntN(100), 2, 3, 4, 5, 6, r.IntN(1000)*1e6, time.UTC)
}

// Periodicities makes the dictionary 022.
func (r Random) Periodicities() []egisso.Periodicity {
	return few(r, 1, 5, func() egisso.Periodicity {
		return egisso.Periodicity{Code: r.from("0123456789", 2), Title: r.plain(100), StartDate: r.Moment()}
	})
}

// Units makes the dictionary 023.
func (r Random) Units() []egisso.Unit {
	return few(r, 1, 5, func() egisso.Unit {
		return egisso.Unit{Code: r.from("0123456789", 2), Title: r.plain(100), ShortTitle: r.maybe(2, r.plain(20)),
			OKEI: r.maybe(2, r.from("0123456789", 3+r.IntN(2))), StartDate: r.Moment(), FinishDate: r.Moment()}
	})
}

// Activation makes one or two headers of КМСЗ.
func (r Random) Activation() []egisso.KMSZVersion { return few(r, 1, 2, r.kmszVersion) }

// Decision makes an answer to an application.
func (r Random) Decision() *egisso.ApplicationAnswer {
	a := &egisso.ApplicationAnswer{ApplicationID: r.UUID(), Number: "2023." + r.from("0123456789", 1+r.IntN(9)), Accepted: r.sometimes(2),
		Comment: r.maybe(2, strings.Join(strings.Fields(r.plain(500)), " ")), DecidedAt: r.Moment()}
	if a.Accepted {
		p := Clinic()
		p.OSZCode, a.ParticipantID, a.Registered = "0042.000001", r.UUID(), &p
	}
	return a
}
