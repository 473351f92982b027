package refmis_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/check"
	"egissogw/adapter/egisso/lifecycle"
	"egissogw/adapter/mis"
	"egissogw/adapter/mis/refmis"
	"egissogw/adapter/store/pgtest"
)

// TestEveryEndingBecomesItsEvent: what happens to patients and benefits reaches
// the gateway's decision as the event that adapter/egisso/SPEC.md#changed-records names, with values
// that pass its checks.
func TestEveryEndingBecomesItsEvent(t *testing.T) {
	url := pgtest.Database(t)
	conn := connect(t, url)
	generate(t, conn, refmis.Options{Seed: 21, Facts: 1500})
	source := open(t, url)
	rows, cursor := read(t, source, egisso.RegisterFact, mis.Cursor{})
	var policy lifecycle.EventPolicy
	held := map[string]egisso.Fact{} // what ЕГИССО holds
	for key, row := range rows {
		if row.Record != nil {
			d := lifecycle.NextFactStep(*row.Record.(*egisso.Fact), false, nil, lifecycle.History{}, policy)
			held[key] = d.Becomes
		}
	}

	kinds := map[egisso.Kind]int{}
	for seed := range uint64(2) {
		want, err := refmis.ApplyEvents(t.Context(), conn, seed, 4)
		if err != nil {
			t.Fatal(err)
		}
		if len(want) != 9 {
			t.Errorf("causes %v", want)
		}
		rows, cursor = read(t, source, egisso.RegisterFact, cursor)
		got := refmis.Endings{}
		for key, row := range rows {
			if row.Record == nil {
				t.Fatalf("fact %s: %v", key, row.Findings)
			}
			accepted, known := held[key]
			if !known {
				continue
			}
			hash := accepted.ContentHash()
			d := lifecycle.NextFactStep(*row.Record.(*egisso.Fact), false, &accepted, lifecycle.History{Accepted: &hash}, policy)
			ending := row.Record.(*egisso.Fact).Ending
			if ending == nil {
				if d.Move != egisso.MoveNothing {
					t.Errorf("fact %s goes on and is decided as %s", key, d.Move)
				}
				continue
			}
			if row.Record.(*egisso.Fact).ContentHash() != hash {
				got[ending.Reason]++
			}
			if d.Move == egisso.MoveNothing { // an expired prescription, by default
				if ending.Reason != egisso.CauseExpired {
					t.Errorf("nothing follows from %s", ending.Reason)
				}
				continue
			}
			kinds[d.Kind]++
			event := d.Event(uuid.New())
			if found := (check.Checker{}).Event(event, check.Target{Accepted: &accepted}); len(found) > 0 {
				t.Errorf("%s: %v", ending.Reason, found)
			}
		}
		// Expired ones that nothing happened to now are not news.
		got[egisso.CauseExpired] = want[egisso.CauseExpired]
		if !maps.Equal(got, want) {
			t.Errorf("seed %d: ended %v, announced %v", seed, got, want)
		}
	}
	for _, kind := range []egisso.Kind{egisso.KindFactEndByRecalculation, egisso.KindFactEndByIneligibility, egisso.KindFactEndOfRight,
		egisso.KindFactEndOfValidityPeriod, egisso.KindFactRecipientRefusal, egisso.KindFactDuplicate} {
		if kinds[kind] == 0 {
			t.Errorf("no %s among %v", kind, kinds)
		}
	}
}

// TestUndispensedPrescriptionOfTheDead: the sum is recalculated to nothing.
func TestUndispensedPrescriptionOfTheDead(t *testing.T) {
	url := pgtest.Database(t)
	conn := connect(t, url)
	generate(t, conn, refmis.Options{Seed: 3, Facts: 1, Defects: map[refmis.Kind]int{}})
	if _, err := conn.Exec(t.Context(), "update mis.recipe set status = 1, dispensed_date = null"); err != nil {
		t.Fatal(err)
	}
	source := open(t, url)
	rows, cursor := read(t, source, egisso.RegisterFact, mis.Cursor{})
	accepted := *rows["50001"].Record.(*egisso.Fact)
	if err := refmis.Happen(t.Context(), conn, refmis.PatientDied, 50001); err != nil {
		t.Fatal(err)
	}
	rows, _ = read(t, source, egisso.RegisterFact, cursor)
	hash := accepted.ContentHash()
	d := lifecycle.NextFactStep(*rows["50001"].Record.(*egisso.Fact), false, &accepted, lifecycle.History{Accepted: &hash}, nil)
	if d.Kind != egisso.KindFactDeathOrMovingRecalculation || !d.Amount.Valid || !d.Amount.Decimal.IsZero() || d.DateFinish.IsZero() {
		t.Errorf("decided as %s, amount %v", d.Kind, d.Amount)
	}
}

// TestEventsOfTheOtherRegisters: each changes its record and nothing else.
func TestEventsOfTheOtherRegisters(t *testing.T) {
	url := pgtest.Database(t)
	conn := connect(t, url)
	generate(t, conn, refmis.Options{Seed: 1, Facts: 2, Defects: map[refmis.Kind]int{}})
	source := open(t, url)
	for _, tt := range []struct {
		register egisso.Register
		event    refmis.Event
		deleted  bool
	}{
		{egisso.RegisterOrganization, refmis.OrganizationRenamed, false},
		{egisso.RegisterOrganization, refmis.OrganizationPointClosed, false},
		{egisso.RegisterOrganization, refmis.OrganizationDeleted, true},
		{egisso.RegisterParticipant, refmis.ParticipantMoved, false},
		{egisso.RegisterParticipant, refmis.ParticipantExcluded, true},
		{egisso.RegisterPoint, refmis.PointRescheduled, false},
		{egisso.RegisterPoint, refmis.PointClosed, true},
	} {
		before, cursor := read(t, source, tt.register, mis.Cursor{})
		if err := refmis.Happen(t.Context(), conn, tt.event, 2); err != nil {
			t.Fatal(err)
		}
		after, _ := read(t, source, tt.register, cursor)
		row, ok := after["2"]
		switch {
		case len(after) != 1 || !ok:
			t.Errorf("%s: rows %v changed", tt.event, slices.Collect(maps.Keys(after)))
		case row.Deleted != tt.deleted:
			t.Errorf("%s: deleted %v", tt.event, row.Deleted)
		case !tt.deleted && content(row) == content(before["2"]):
			t.Errorf("%s changed nothing", tt.event)
		}
	}
	for register, event := range map[egisso.Register]refmis.Event{
		egisso.RegisterFact: refmis.PatientDied, egisso.RegisterPoint: refmis.PointClosed, egisso.RegisterParticipant: "no_such_event",
	} {
		if err := refmis.Happen(t.Context(), conn, event, 777); err == nil {
			t.Errorf("%s of a record of %s that is not there", event, register)
		}
	}
}

// content is the content hash of a row, whatever register it is of.
func content(r mis.Row) [32]byte {
	switch x := r.Record.(type) {
	case *egisso.Organization:
		return x.ContentHash()
	case *egisso.Participant:
		return x.ContentHash()
	case *egisso.PresencePoint:
		return x.ContentHash()
	}
	return [32]byte{}
}

// TestCodeGivenReachesPointsAndFacts: an organisation gets its code; what shows
// the code comes again.
func TestCodeGivenReachesPointsAndFacts(t *testing.T) {
	url := pgtest.Database(t)
	conn := connect(t, url)
	generate(t, conn, refmis.Options{Seed: 1, Facts: 6, Defects: map[refmis.Kind]int{}})
	source := open(t, url)
	if _, err := conn.Exec(t.Context(), "update mis.egisso_onmsz set onmsz_id = 2"); err != nil {
		t.Fatal(err)
	}
	facts, factCursor := read(t, source, egisso.RegisterFact, mis.Cursor{})
	for key, row := range facts {
		if row.Record == nil || row.Record.(*egisso.Fact).OSZCode != "" || row.Record.(*egisso.Fact).OSZKey != "2" {
			t.Errorf("fact %s of an organisation without a code: %v", key, row.Findings)
		}
	}
	_, pointCursor := read(t, source, egisso.RegisterPoint, mis.Cursor{})
	if err := refmis.GiveCode(t.Context(), conn, 2, "0042.000077"); err != nil {
		t.Fatal(err)
	}
	facts, _ = read(t, source, egisso.RegisterFact, factCursor)
	for key, row := range facts {
		if row.Record == nil || row.Record.(*egisso.Fact).OSZCode != "0042.000077" {
			t.Errorf("fact %s: %v", key, row.Findings)
		}
	}
	points, _ := read(t, source, egisso.RegisterPoint, pointCursor)
	if len(facts) != 6 || len(points) != 1 || points["2"].Record.(*egisso.PresencePoint).ONMSZCode != "0042.000077" {
		t.Errorf("%d facts, %d points", len(facts), len(points))
	}
}

// TestRegistersOfTheManifest: every record of the other registers is read and
// passes the gateway's checks, but for the bad ones, which give the code the
// manifest names.
func TestRegistersOfTheManifest(t *testing.T) {
	url := pgtest.Database(t)
	conn := connect(t, url)
	manifest := generate(t, conn, refmis.Options{Seed: 7, Facts: 100})
	source := open(t, url)
	expected := map[string]refmis.BadRecord{}
	for _, bad := range manifest.BadRecords {
		expected[string(bad.Register)+" "+bad.Key] = bad
	}
	for register, count := range map[egisso.Register]int{
		egisso.RegisterParticipant: manifest.Participants, egisso.RegisterOrganization: manifest.Organizations, egisso.RegisterPoint: manifest.Points,
	} {
		rows, _ := read(t, source, register, mis.Cursor{})
		if len(rows) != count {
			t.Errorf("%s: %d rows, the manifest says %d", register, len(rows), count)
		}
		for key, row := range rows {
			found := checkRegister(row)
			where := string(register) + " " + key
			bad, planted := expected[where]
			delete(expected, where)
			switch {
			case !planted && len(found) > 0:
				t.Errorf("%s: %v", where, found)
			case planted && (!egisso.Blocks(found) || !has(found, bad.ExpectedCode)):
				t.Errorf("%s (%s): no %s among %v", where, bad.Title, bad.ExpectedCode, found)
			}
		}
	}
	if len(expected) > 0 {
		t.Errorf("not there: %s", strings.Join(slices.Collect(maps.Keys(expected)), ", "))
	}
}

func checkRegister(row mis.Row) []egisso.Finding {
	checker := check.Checker{Today: today}
	switch x := row.Record.(type) {
	case *egisso.Organization:
		return checker.Organization(*x)
	case *egisso.Participant:
		return checker.ParticipantRow(*x)
	case *egisso.PresencePoint:
		p := *x
		if p.ONMSZCode == "" && p.ONMSZKey == "2" {
			p.ONMSZCode = "0042.000077" // as once ЕГИССО has given it
		}
		return checker.Point(p)
	}
	return row.Findings
}
