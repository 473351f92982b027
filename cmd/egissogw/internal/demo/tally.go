package demo

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/jackc/pgx/v5"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/lifecycle"
	"egissogw/adapter/mis/refmis"
	"egissogw/adapter/store"
	"egissogw/cmd/egissogw/internal/screen"
)

// tally counts the records of the facts' register as the public view shows
// them.
type tally struct {
	source   int // rows known of the source, deleted ones left out
	accepted int // ЕГИССО holds the record as the source has it
	rejected int
	blocked  int
	reasons  map[string]int // of blocked and rejected rows, by rule code
	events   events
	others   map[egisso.Register]outcome // registers beside measures and facts
}

// outcome counts the rows of a register the source has.
type outcome struct{ accepted, blocked int }

// events counts what was accepted beyond new facts.
type events struct{ alterations, invalidations, measures int }

// group is so many rows that are alike.
type group struct {
	register      egisso.Register
	kind          egisso.Kind
	state         lifecycle.State
	deleted, held bool
	code          *string // the first rule that speaks against them
	n             int
}

// accepted tells whether ЕГИССО took what was sent last.
func (g group) accepted() bool {
	return g.state == lifecycle.Accepted || g.state == lifecycle.AcceptedWithWarnings
}

func (t *tally) add(g group) {
	switch g.register {
	case egisso.RegisterMeasure:
		if g.accepted() {
			t.events.measures += g.n
		}
	case egisso.RegisterFact:
		t.addFacts(g)
	default:
		o := t.others[g.register]
		switch {
		case g.accepted() && g.held:
			o.accepted += g.n
		case g.state == lifecycle.Blocked:
			o.blocked += g.n
		}
		t.others[g.register] = o
	}
}

func (t *tally) addFacts(g group) {
	if g.accepted() {
		switch g.kind {
		case egisso.KindFactAlteration, egisso.KindFactRecalculation:
			t.events.alterations += g.n
		case egisso.KindFactInvalidation:
			t.events.invalidations += g.n
		}
	}
	if g.deleted || g.accepted() && g.kind == egisso.KindFactDuplicate {
		return // ЕГИССО holds it no more, and has been told why
	}
	t.source += g.n
	switch {
	case g.accepted() && g.held:
		t.accepted += g.n
	case g.state == lifecycle.Rejected:
		t.rejected += g.n
	case g.state == lifecycle.Blocked:
		t.blocked += g.n
	}
	if g.code != nil && !g.accepted() {
		t.reasons[*g.code] += g.n
	}
}

// countRecords reads the tally from the gateway's public views.
func countRecords(ctx context.Context, db *pgx.Conn) (t tally, err error) {
	t.reasons, t.others = map[string]int{}, map[egisso.Register]outcome{}
	rows, err := db.Query(ctx, `
		select register, state, coalesce(kind, ''), deleted, accepted_id is not null,
		       rule_codes[1], count(*)
		  from egisso.record_status group by 1, 2, 3, 4, 5, 6`)
	if err != nil {
		return t, fmt.Errorf("count records: %w", err)
	}
	var g group
	_, err = pgx.ForEachRow(rows, []any{&g.register, &g.state, &g.kind, &g.deleted, &g.held, &g.code, &g.n}, func() error {
		t.add(g)
		return nil
	})
	if err != nil {
		return t, fmt.Errorf("count records: %w", err)
	}
	if err := db.QueryRow(ctx, `select count(*) from egisso.journal where register = 'lmsz' and result = 'accepted'`).Scan(&t.events.measures); err != nil {
		return t, fmt.Errorf("count packages: %w", err)
	}
	return t, nil
}

// held counts what ЕГИССО must hold by the gateway's word.
type held struct{ facts, measures int }

func countAccepted(ctx context.Context, db *pgx.Conn) (h held, err error) {
	err = db.QueryRow(ctx, `
		select (select count(*) from egisso.source_row where register = 'fact' and accepted_id is not null),
		       (select count(*) from egisso.record where kind = 'localMSZ' and egisso.record_accepted(state))`).Scan(&h.facts, &h.measures)
	if err != nil {
		return h, fmt.Errorf("count accepted records: %w", err)
	}
	return h, nil
}

// SettledRows counts rows that need nothing more: accepted, rejected, blocked,
// or nothing to send.
func SettledRows(st store.Status) (n int) {
	if st.Unfinished > 0 || st.Undecided > 0 || st.Unapplied > 0 {
		return -1
	}
	for _, c := range st.Records {
		if c.State != "new" {
			n += c.Count
		}
	}
	return n
}

// expectFirst is what the first export must come to.
func expectFirst(m refmis.Manifest) tally {
	t := tally{source: m.Facts, accepted: m.GoodFacts(), reasons: map[string]int{}, events: events{measures: 1}, others: map[egisso.Register]outcome{
		egisso.RegisterParticipant:  {accepted: m.Participants},
		egisso.RegisterOrganization: {accepted: m.Organizations},
		egisso.RegisterPoint:        {accepted: m.Points},
	}}
	for _, bad := range m.BadRecords {
		o := t.others[bad.Register]
		t.others[bad.Register] = outcome{o.accepted - 1, o.blocked + 1}
	}
	for _, d := range m.Bad {
		t.reasons[d.ExpectedCode] += d.Count
		if d.CaughtBy == refmis.EGISSO || strings.Contains(demoPolicy, d.ExpectedCode+"=warn") {
			t.rejected += d.Count
		} else {
			t.blocked += d.Count
		}
	}
	return t
}

// expectChanges is what must follow of the changes made after the first export.
func expectChanges(first tally, c refmis.Changes) tally {
	t := first
	t.reasons = nil
	t.source += c.Added - c.Invalidations()
	t.accepted += c.NewFacts() - c.Invalidations()
	t.events = events{alterations: c.Alterations(), invalidations: c.Invalidations(), measures: first.events.measures + c.MeasureVersions}
	return t
}

// summary prints a tally that adds up, or says where it does not.
func (p *play) summary(title string, got, want tally) error {
	screen.Fprintf(p.Stdout, "\n%s\n", title)
	t := tabwriter.NewWriter(p.Stdout, 0, 0, 2, ' ', 0)
	screen.Fprintf(t, "Фактов в источнике\t%d\n  принято\t%d\n  отклонено ЕГИССО\t%d\n  требуют исправления\t%d\n", got.source, got.accepted, got.rejected, got.blocked)
	for _, code := range slices.Sorted(maps.Keys(got.reasons)) {
		screen.Fprintf(t, "    правило %s\t%d\n", code, got.reasons[code])
	}
	for _, register := range egisso.Registers() {
		if o, ok := got.others[register]; ok {
			screen.Fprintf(t, "%s: принято\t%d\n  требуют исправления\t%d\n", register.Title(), o.accepted, o.blocked)
		}
	}
	screen.Fprintf(t, "Принято изменений фактов\t%d\nПринято удалений фактов\t%d\nПринято пакетов ЛМСЗ\t%d\n",
		got.events.alterations, got.events.invalidations, got.events.measures)
	if err := t.Flush(); err != nil {
		return err
	}
	var wrong []error
	if sum := got.accepted + got.rejected + got.blocked; sum != got.source {
		wrong = append(wrong, fmt.Errorf("итог не сходится: принято, отклонено и заблокировано %d, в источнике %d", sum, got.source))
	}
	if got.source != want.source || got.events != want.events {
		wrong = append(wrong, fmt.Errorf("ожидалось фактов %d и событий %+v", want.source, want.events))
	}
	if want.reasons != nil && (got.accepted != want.accepted || got.rejected != want.rejected || got.blocked != want.blocked) {
		wrong = append(wrong, fmt.Errorf("ожидалось: принято %d, отклонено %d, требуют исправления %d", want.accepted, want.rejected, want.blocked))
	}
	if want.reasons != nil && !maps.Equal(got.reasons, want.reasons) {
		wrong = append(wrong, fmt.Errorf("ожидались причины %v", want.reasons))
	}
	if !maps.Equal(got.others, want.others) {
		wrong = append(wrong, fmt.Errorf("ожидалось в других реестрах %v", want.others))
	}
	return errors.Join(wrong...)
}

// SourceRows is how many rows the source has.
func SourceRows(m refmis.Manifest) int {
	return m.Measures + m.Facts + m.Participants + m.Organizations + m.Points
}
