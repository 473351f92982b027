package judge

import (
	"context"
	"slices"

	"egissogw/adapter/smev/smevtest/ledger"
)

// invariants are what must hold once everything is quiet.
var invariants = []struct {
	says string
	hold func(context.Context, *trial) error
}{
	{"every live row of the source has one final outcome, or a reason a person can read", rowsHaveOutcomes},
	{"ЕГИССО holds what the gateway says is accepted, and nothing else", sameFacts},
	{"what ЕГИССО holds says what the source says", sameContent},
	{"the other registers of ЕГИССО hold what the gateway says is accepted", sameVersions},
	{"no id was accepted twice, and no rule of the bus was broken", nothingTwice},
	{"nothing was removed that the МИС did not remove", nothingRemoved},
	{"no package, record or message is unfinished", nothingStuck},
	{"nobody's data is in the logs", nobodyInLogs},
}

// rowsHaveOutcomes looks at every live row of the source.
func rowsHaveOutcomes(_ context.Context, t *trial) error {
	for key, row := range t.facts {
		t.outcome("fact", key, row.ending == "duplicate")
	}
	for register, rows := range t.others {
		for key := range rows {
			t.outcome(register, key, false)
		}
	}
	return nil
}

func (t *trial) outcome(register, key string, mayBeSilent bool) {
	row, known := t.gateway[register][key]
	switch {
	case !known:
		t.find(&t.Lost, 1, "unread", "row %s of %s is in the source and not in the gateway", key, register)
	case row.due:
		t.find(&t.Stuck, 1, "unfinished", "row %s of %s is %s, and to be decided on", key, register, row.state)
	case slices.Contains([]string{"new", "ready", "packed"}, row.state):
		t.find(&t.Stuck, 1, "unfinished", "row %s of %s is %s", key, register, row.state)
	case row.state == "accepted" || row.state == "accepted_with_warnings":
		if row.accepted == "" && register == "fact" && !mayBeSilent {
			t.find(&t.Lost, 1, "removed", "row %s of %s is in the source, and its removal was accepted", key, register)
		}
	case row.reason != "" && t.Refused[register+"/"+key]:
	case row.reason != "":
		t.find(&t.Hands, 1, "hands", "row %s of %s is %s", key, register, row.state)
	case row.state == "nothing_to_send" && mayBeSilent:
	default:
		t.find(&t.Lost, 1, "without a reason", "row %s of %s is %s and nothing says why", key, register, row.state)
	}
}

// sameFacts compares the facts ЕГИССО holds with those the gateway knows of.
func sameFacts(_ context.Context, t *trial) error {
	claimed := map[string]string{}
	for key, row := range t.gateway["fact"] {
		if row.accepted == "" {
			continue
		}
		if _, twice := claimed[row.accepted]; twice {
			t.find(&t.Twice, 1, "shared", "row %s has the fact of another row", key)
		}
		claimed[row.accepted] = key
		if _, held := t.Held.Facts[row.accepted]; !held {
			t.find(&t.Lost, 1, "not in ЕГИССО", "row %s is accepted in the gateway only", key)
		}
		if _, live := t.facts[key]; !live {
			t.find(&t.Twice, 1, "left over", "row %s is gone, and ЕГИССО still holds its fact", key)
		}
	}
	for id := range t.Held.Facts {
		if _, known := claimed[id]; !known {
			t.find(&t.Twice, 1, "nobody's", "ЕГИССО holds fact %s, and no row has it", id)
		}
	}
	return nil
}

// sameContent compares facts, value by value. One that ended early is another
// content by intent.
func sameContent(ctx context.Context, t *trial) error {
	for key, row := range t.facts {
		ours := t.gateway["fact"][key]
		fact, held := t.Held.Facts[ours.accepted]
		if !held || t.Refused["fact/"+key] {
			continue
		}
		// A person in between explains a difference; the row says so. No person explains a
		// fact whose measure is not there any more.
		waits := ours.state != "accepted" && ours.state != "accepted_with_warnings"
		switch own := t.isVersionOf(fact.Measure, t.gateway["lmsz"][row.measure].accepted); {
		case own, waits && t.isMeasure(fact.Measure):
		default:
			t.find(&t.Wrong, 1, "other measure", "the fact of row %s means another measure than its row", key)
		}
		if waits {
			continue
		}
		switch ends := slices.Contains(earlyEnds, row.ending); {
		case ends && !fact.Ended && !slices.Contains(fact.Leaves, "/dateFinish="+row.endsOn):
			t.find(&t.Wrong, 1, "not ended", "the fact of row %s ended in the source (%s), and the gateway calls it %s", key, row.ending, ours.state)
		case row.ending == "" && fact.Ended:
			t.find(&t.Wrong, 1, "ended", "the fact of row %s ended in ЕГИССО only, and the gateway calls it %s", key, ours.state)
		}
		if row.ending != "" || fact.Ended {
			continue
		}
		if digest(heldValues(fact.Leaves, row.codeless)) != row.contents {
			where := ""
			if t.tells("other content") { // a hundred thousand rows may differ until the gateway has read them
				var err error
				if where, err = t.differs(ctx, key, fact.Leaves); err != nil {
					return err
				}
			}
			t.find(&t.Wrong, 1, "other content", "the fact of row %s says something else in ЕГИССО (%s), and the gateway calls it %s", key, where, ours.state)
		}
	}
	return nil
}

// earlyEnds are reasons of an end before time that ЕГИССО is told of. An ended fact
// that was altered says so by its last day only.
var earlyEnds = []string{"death", "moved", "closed", "refused", "replaced", "ineligible", "term_over"}

// isVersionOf reports whether a version of a measure is, or came before, another.
func (t *trial) isVersionOf(id, newest string) bool {
	for ; newest != ""; newest = t.Held.Before[newest] {
		if id == newest {
			return true
		}
	}
	return false
}

// isMeasure reports whether a version of a measure belongs to one that ЕГИССО holds.
func (t *trial) isMeasure(id string) bool {
	for newest := range t.Held.Measures {
		if t.isVersionOf(id, newest) {
			return true
		}
	}
	return false
}

// sameVersions compares registers whose changes are new versions.
func sameVersions(_ context.Context, t *trial) error {
	for register, held := range map[string]map[string]bool{
		"lmsz": t.Held.Measures, "organization": t.Held.Organizations, "point": t.Held.Points,
	} {
		claimed := map[string]bool{}
		for key, row := range t.gateway[register] {
			if row.accepted == "" {
				continue
			}
			claimed[row.accepted] = true
			if !held[row.accepted] {
				t.find(&t.Lost, 1, "not in ЕГИССО", "row %s of %s is accepted in the gateway only", key, register)
			}
		}
		for id := range held {
			if !claimed[id] {
				t.find(&t.Twice, 1, "nobody's", "ЕГИССО holds %s of %s, and no row has it", id, register)
			}
		}
	}
	return nil
}

// nothingTwice reads the ledger.
func nothingTwice(_ context.Context, t *trial) error {
	for _, id := range t.Ledger.AcceptedIDs("") {
		if n := t.Ledger.Accepted(id); n > 1 {
			t.find(&t.Twice, 1, "accepted again", "%s was accepted %d times", id, n)
		}
	}
	for _, v := range t.Ledger.Violations() {
		switch {
		case v.Kind == ledger.UnknownAck: // a crash between an acknowledgement and its reply
		case v.Kind == ledger.RecordRepeated && t.Resent:
		default:
			t.find(&t.Wrong, 1, v.Kind, "%s: %s", v.ID, v.Text)
		}
	}
	return nil
}

// removals are the elements that take a fact out of the register.
var removals = []string{"errorsInvalidation", "duplicatesInvalidation"}

func nothingRemoved(_ context.Context, t *trial) error {
	removed := 0
	for _, kind := range removals {
		removed += len(t.Ledger.AcceptedIDs(kind))
	}
	if removed > t.Removed {
		t.find(&t.Wrong, removed-t.Removed, "removed", "%d facts were removed in ЕГИССО, %d in the МИС", removed, t.Removed)
	}
	return nil
}

func nothingStuck(ctx context.Context, t *trial) error {
	for register, rows := range t.gateway {
		for key, row := range rows {
			live := t.others[register]
			if register == "fact" {
				live = t.facts
			}
			// Rows the source has were looked at before.
			_, seen := live[key]
			switch {
			case seen:
			case row.due || slices.Contains([]string{"new", "ready", "packed"}, row.state) || row.state == "waiting" && row.reason == "":
				t.find(&t.Stuck, 1, "unfinished", "row %s of %s, which the source has no more, is %s", key, register, row.state)
			case row.state == "waiting":
				t.find(&t.Hands, 1, "hands", "row %s of %s, which the source has no more, is %s", key, register, row.state)
			}
		}
	}
	unfinished, asking, err := readOpen(ctx, t.Evidence.Gateway)
	if err != nil {
		return err
	}
	t.find(&t.Stuck, unfinished, "packages", "%d packages are unfinished", unfinished)
	t.find(&t.Hands, asking, "hands", "%d packages wait for a person", asking)
	t.find(&t.Stuck, t.Unacked, "messages", "%d messages of the bus are not acknowledged or not processed", t.Unacked)
	return nil
}
