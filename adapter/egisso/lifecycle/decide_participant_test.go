package lifecycle

import (
	"encoding/json"
	"testing"

	"github.com/google/uuid"

	"egissogw/adapter/egisso"
)

// clinic is an invented organisation that grants measures; its numbers have right
// check digits.
func clinic() egisso.Participant {
	return egisso.Participant{
		Title: "Поликлиника", INN: "5900000002", KPP: "590001001", OGRN: "1025900000002", LegalAddress: "Пермь", Address: "Пермь",
		Email: "gp@example.org", Territories: []string{"57701000"},
		Document: egisso.BasisDocument{Number: "1", Date: date("2025-01-01"), Name: "Приказ"},
	}
}

func row(t *testing.T, content any) Pending {
	t.Helper()
	text, err := json.Marshal(content)
	if err != nil {
		t.Fatal(err)
	}
	return Pending{Key: "1", Content: text}
}

// TestApplicationsOnParticipants is the life of a row of the register of participants.
func TestApplicationsOnParticipants(t *testing.T) {
	holds := func(p Pending, of egisso.Participant, code string) Pending {
		hash := of.ApplicationHash()
		p.AcceptedContent, _ = json.Marshal(of)
		p.AcceptedID, p.AcceptedHash, p.AcceptedProvider, p.ParticipantCode = uuid.New(), hash[:], testProvider, code
		return p
	}
	refused := func(p Pending, of egisso.Participant) Pending {
		hash := of.ApplicationHash()
		p.Last = &RecordHead{Kind: egisso.KindApplication, State: Rejected, BecomesHash: hash[:]}
		return p
	}
	coded, moved, otherReason, nameless := clinic(), clinic(), clinic(), clinic()
	coded.OSZCode, moved.Address, otherReason.Document.Number, nameless.Title = "0042.000009", "Краснокамск", "2", ""
	for name, c := range map[string]struct {
		pending Pending
		action  egisso.ApplicationAction // "" no application
		state   State
		adopted string // code taken over, "-" none
	}{
		"no code yet":                           {row(t, clinic()), egisso.ActionInsertion, Ready, "-"},
		"incomplete":                            {row(t, nameless), egisso.ActionInsertion, Blocked, "-"},
		"code known: it is registered":          {row(t, coded), "", "", "0042.000009"},
		"accepted and the same":                 {holds(row(t, clinic()), clinic(), "0042.000009"), "", "", "-"},
		"accepted, address changed":             {holds(row(t, moved), clinic(), "0042.000009"), egisso.ActionModification, Ready, "-"},
		"accepted without a code, then changed": {holds(row(t, moved), clinic(), ""), egisso.ActionModification, Blocked, "-"},
		"accepted, another reason: kept for the next application": {holds(row(t, otherReason), clinic(), "0042.000009"), "", "", ""},
		"accepted, code typed in":                                 {holds(row(t, coded), clinic(), ""), "", "", "0042.000009"},
		"accepted and deleted":                                    {holds(Pending{Key: "1", Deleted: true}, clinic(), "0042.000009"), egisso.ActionExclusion, Ready, "-"},
		"refused and the same":                                    {refused(row(t, clinic()), clinic()), "", "", "-"},
		"refused, another reason":                                 {refused(row(t, otherReason), clinic()), egisso.ActionInsertion, Ready, "-"},
		"refused, then the code is known":                         {refused(row(t, coded), clinic()), "", "", "0042.000009"},
		"excluded and back, code still typed in": {func() Pending {
			p := row(t, coded)
			p.Generation, p.Events = 1, 2
			return p
		}(), egisso.ActionInsertion, Ready, "-"},
	} {
		t.Run(name, func(t *testing.T) {
			d, err := testDecider(egisso.RegisterParticipant).Decide(c.pending)
			if err != nil {
				t.Fatal(err)
			}
			if (d.Record == nil) != (c.action == "") {
				t.Fatalf("decision %+v, record %+v", d, d.Record)
			}
			if d.Record != nil {
				a := d.Record.Content.(*egisso.Application)
				if a.Action != c.action || d.Record.State != c.state || a.ID != d.Record.ID {
					t.Errorf("%s %s, want %s %s; findings %v", a.Action, d.Record.State, c.action, c.state, d.Record.Findings)
				}
				if removal := d.Record.BecomesHash == nil; removal != (c.action == egisso.ActionExclusion) {
					t.Errorf("removal %v", removal)
				}
			}
			if adopted := d.Adopt != nil; adopted != (c.adopted != "-") || adopted && d.Adopt.ParticipantCode != c.adopted {
				t.Errorf("adopted %+v, want %q", d.Adopt, c.adopted)
			}
		})
	}
}

// An application that people decided is never made again under its id.
func TestApplicationsHaveIdsOfTheirOwn(t *testing.T) {
	seen := map[uuid.UUID]bool{}
	for events := range 3 {
		p := row(t, clinic())
		p.Events = events
		d, err := testDecider(egisso.RegisterParticipant).Decide(p)
		if err != nil {
			t.Fatal(err)
		}
		seen[d.Record.ID] = true
	}
	if len(seen) != 3 {
		t.Errorf("%d ids for three applications", len(seen))
	}
}
