package judge

import (
	"encoding/json"
	"path/filepath"
	"testing"
	"time"

	"egissogw/adapter/smev/smevtest/ledger"
	"egissogw/adapter/smev/smevtest/receiver"
)

// quiet is a world in which all is well: one accepted fact of one accepted measure.
func quiet(t *testing.T) *trial {
	t.Helper()
	l, err := ledger.Open(filepath.Join(t.TempDir(), "ledger"), func(ledger.Record) {})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return &trial{
		Evidence: Evidence{Ledger: l, Held: receiver.Held{
			Facts:    map[string]receiver.HeldFact{"f1": {Measure: "m1", Leaves: []string{"/mszReceiver/SNILS=00000000000", "/lmszId=m1"}}},
			Measures: map[string]bool{"m2": true}, Before: map[string]string{"m2": "m1"},
		}},
		facts:  sourceRows{"1": {measure: "7", contents: digest([]string{"00000000000"})}},
		others: map[string]sourceRows{"lmsz": {"7": {}}},
		gateway: map[string]map[string]gatewayRow{
			"fact": {"1": {state: "accepted", accepted: "f1"}}, "lmsz": {"7": {state: "accepted", accepted: "m2"}},
		},
		told: map[string]int{},
	}
}

// processed writes down that ЕГИССО accepted an element.
func processed(t *testing.T, l *ledger.Ledger, message, kind, id string) {
	t.Helper()
	err := l.Processed(ledger.Processed{At: time.Now(), MessageID: message, Records: []ledger.Record{{ID: id, Kind: kind, Accepted: true}}})
	if err != nil {
		t.Fatal(err)
	}
}

// Each way a gateway can do wrong is found, and named as what it is.
func TestInvariantsFindWhatIsWrong(t *testing.T) {
	fact := func(tr *trial, row gatewayRow) { tr.gateway["fact"]["1"] = row }
	for name, c := range map[string]struct {
		spoil func(*testing.T, *trial)
		want  Verdict
	}{
		"nothing":    {func(*testing.T, *trial) {}, Verdict{}},
		"never read": {func(_ *testing.T, tr *trial) { delete(tr.gateway, "fact"); delete(tr.Held.Facts, "f1") }, Verdict{Lost: 1}},
		"no reason":  {func(_ *testing.T, tr *trial) { fact(tr, gatewayRow{state: "rejected", accepted: "f1"}) }, Verdict{Lost: 1}},
		"a reason":   {func(_ *testing.T, tr *trial) { fact(tr, gatewayRow{state: "blocked", reason: "x", accepted: "f1"}) }, Verdict{Hands: 1}},
		"a reason, as meant": {func(_ *testing.T, tr *trial) {
			tr.Refused = map[string]bool{"fact/1": true}
			fact(tr, gatewayRow{state: "blocked", reason: "x", accepted: "f1"})
		}, Verdict{}},
		"undecided":          {func(_ *testing.T, tr *trial) { fact(tr, gatewayRow{state: "accepted", accepted: "f1", due: true}) }, Verdict{Stuck: 1}},
		"on its way":         {func(_ *testing.T, tr *trial) { fact(tr, gatewayRow{state: "packed", accepted: "f1"}) }, Verdict{Stuck: 1}},
		"only here":          {func(_ *testing.T, tr *trial) { delete(tr.Held.Facts, "f1") }, Verdict{Lost: 1}},
		"only there":         {func(_ *testing.T, tr *trial) { tr.Held.Facts["f2"] = receiver.HeldFact{} }, Verdict{Twice: 1}},
		"left over":          {func(_ *testing.T, tr *trial) { tr.facts = sourceRows{} }, Verdict{Twice: 1}},
		"removed, but there": {func(_ *testing.T, tr *trial) { fact(tr, gatewayRow{state: "accepted"}); delete(tr.Held.Facts, "f1") }, Verdict{Lost: 1}},
		"other content": {func(_ *testing.T, tr *trial) {
			tr.facts["1"] = sourceFact{measure: "7", contents: digest([]string{"1"})}
		}, Verdict{Wrong: 1}},
		"ended there": {func(_ *testing.T, tr *trial) {
			f := tr.Held.Facts["f1"]
			f.Ended = true
			tr.Held.Facts["f1"] = f
		}, Verdict{Wrong: 1}},
		"ended here": {func(_ *testing.T, tr *trial) {
			tr.facts["1"] = sourceFact{measure: "7", ending: "death", endsOn: "2025-06-30"}
		}, Verdict{Wrong: 1}},
		"ended and altered": {func(_ *testing.T, tr *trial) {
			tr.facts["1"] = sourceFact{measure: "7", ending: "death", endsOn: "2025-06-30"}
			tr.Held.Facts["f1"] = receiver.HeldFact{Measure: "m1", Leaves: []string{"/dateFinish=2025-06-30"}}
		}, Verdict{}},
		"other measure": {func(_ *testing.T, tr *trial) { tr.Held.Before = nil }, Verdict{Wrong: 1}},
		"other measure, held back": {func(_ *testing.T, tr *trial) {
			tr.Held.Measures["m3"], tr.others["lmsz"]["8"] = true, sourceFact{}
			tr.gateway["lmsz"]["8"] = gatewayRow{state: "accepted", accepted: "m3"}
			fact(tr, gatewayRow{state: "blocked", reason: "x", accepted: "f1"})
			tr.facts["1"] = sourceFact{measure: "8", contents: tr.facts["1"].contents}
		}, Verdict{Hands: 1}},
		"removed measure, held back": {func(_ *testing.T, tr *trial) {
			delete(tr.Held.Measures, "m2")
			tr.gateway["lmsz"]["7"] = gatewayRow{state: "accepted"}
			fact(tr, gatewayRow{state: "waiting", reason: "x", accepted: "f1"})
		}, Verdict{Wrong: 1, Hands: 1}},
		"measure unknown": {func(_ *testing.T, tr *trial) { tr.Held.Measures = map[string]bool{"m3": true} }, Verdict{Lost: 1, Twice: 1}},
		"unasked removal": {func(t *testing.T, tr *trial) { processed(t, tr.Ledger, "a", "errorsInvalidation", "e") }, Verdict{Wrong: 1}},
		"removal": {func(t *testing.T, tr *trial) {
			tr.Removed = 1
			processed(t, tr.Ledger, "a", "errorsInvalidation", "e")
		}, Verdict{}},
		"accepted twice": {func(t *testing.T, tr *trial) {
			processed(t, tr.Ledger, "a", "fact", "f1")
			processed(t, tr.Ledger, "b", "fact", "f1")
		}, Verdict{Twice: 1, Wrong: 1}}, // and it broke a rule of the bus
	} {
		t.Run(name, func(t *testing.T) {
			tr := quiet(t)
			c.spoil(t, tr)
			for _, i := range invariants[:6] { // the others read databases and files
				if err := i.hold(t.Context(), tr); err != nil {
					t.Fatal(err)
				}
			}
			got := tr.Verdict
			got.Problems = nil
			if !same(got, c.want) {
				t.Errorf("%+v %q, want %+v", got, tr.Problems, c.want)
			}
		})
	}
}

func same(a, b Verdict) bool {
	return a.Lost == b.Lost && a.Twice == b.Twice && a.Stuck == b.Stuck && a.Wrong == b.Wrong && a.Hands == b.Hands && a.Leaked == b.Leaked
}

// What the source says in columns and ЕГИССО in elements is one content, and each
// change of a value makes another.
func TestContentIsComparedByValue(t *testing.T) {
	source := func(amount string) string {
		var v any
		if err := json.Unmarshal([]byte(`{"receiver_snils": "12345678901", "amount": `+amount+`, "needs_used": false, "comment": null,
			"receiver_identity_doc": {"type": "PassportRF", "series": "5712"}, "documents": [{"title": "Справка", "startDate": "2024-05-16"}]}`), &v); err != nil {
			t.Fatal(err)
		}
		return digest(values(nil, v))
	}
	held := digest(heldValues([]string{
		"/mszReceiver/SNILS=12345678901", "/mszReceiver/IdentityDoc/PassportRF/Series=5712", "/lmszId=x", "/categoryId=y", "/uuid=z",
		"/documents/document/title=Справка", "/documents/document/startDate=2024-05-16", "/needsCriteria/usingSign=false",
		"/assignmentInfo/naturalForm/amount=4", "/oszCode=0042.000002",
	}, true))
	for amount, equal := range map[string]bool{"4": true, "4.000": true, "5": false} {
		if (source(amount) == held) != equal {
			t.Errorf("amount %s: equal %t, want %t", amount, !equal, equal)
		}
	}
}
