package smevtest

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// tell lists what happens to the first n calls of every operation.
func tell(t *testing.T, c Chaos, n int, order []string) string {
	t.Helper()
	s := &Script{}
	if err := s.SetChaos(c); err != nil {
		t.Fatal(err)
	}
	lines := map[string][]string{}
	for range n {
		for _, o := range order {
			lines[o] = append(lines[o], fmt.Sprintf("%+v", s.next(o)))
		}
	}
	var b strings.Builder
	for _, o := range slices.Sorted(maps.Keys(lines)) {
		b.WriteString(o + "\n" + strings.Join(lines[o], "\n") + "\n")
	}
	return b.String()
}

var allOperations = slices.Concat(soapOperations, storageOperations)

func TestChaosIsDecidedByTheSeedOnly(t *testing.T) {
	reversed := slices.Clone(allOperations)
	slices.Reverse(reversed)
	c := Chaos{Seed: 7, Share: 0.2}
	first := tell(t, c, 200, allOperations)
	if first != tell(t, c, 200, reversed) {
		t.Error("the order of operations matters")
	}
	c.Seed = 8
	if first == tell(t, c, 200, allOperations) {
		t.Error("the seed does not matter")
	}
}

func TestChaosMakesEveryKindInItsShare(t *testing.T) {
	s := &Script{}
	if err := s.SetChaos(Chaos{Seed: 1, Share: 0.2}); err != nil {
		t.Fatal(err)
	}
	const n = 2000
	kinds := map[string]int{}
	for _, o := range allOperations {
		made := map[string]int{}
		troubled := 0
		for range n {
			r := s.next(o)
			if r.name == "" {
				if !isQuiet(r) {
					t.Fatalf("trouble without a name: %+v", r)
				}
				continue
			}
			r.On = o
			if err := r.check(); err != nil {
				t.Errorf("%s: %v", r.name, err)
			}
			if r.label() != r.name {
				t.Errorf("label %q of %q", r.label(), r.name)
			}
			troubled++
			made[r.name]++
			kind, _, _ := strings.Cut(r.name, ":")
			kinds[kind]++
		}
		if share := float64(troubled) / n; share < 0.17 || share > 0.23 {
			t.Errorf("%s: share %.3f", o, share)
		}
		for _, one := range troubles {
			if want := one.kind != refusal && slices.Contains(one.on, o); want != (made[one.kind+": "+one.name] > 0) {
				t.Errorf("%s: %s %s happened %d times", o, one.kind, one.name, made[one.kind+": "+one.name])
			}
		}
	}
	for _, k := range TroubleKinds() {
		if (kinds[k] == 0) != (k == refusal) {
			t.Errorf("kind %s happened %d times", k, kinds[k])
		}
	}
}

func isQuiet(r Rule) bool { return reflect.ValueOf(r).IsZero() }

func TestChaosEndsAndIsLimitedToKinds(t *testing.T) {
	s := &Script{}
	if err := s.SetChaos(Chaos{Share: 1, Calls: 10, Kinds: []string{"garbage"}}); err != nil {
		t.Fatal(err)
	}
	for i := range 20 {
		r := s.next("Ack")
		if (r.Garbage != "") != (i < 10) || i >= 10 && !isQuiet(r) {
			t.Errorf("call %d: %+v", i+1, r)
		}
	}
	if r := s.next("STOR"); !isQuiet(r) {
		t.Errorf("garbage of a transfer: %+v", r)
	}
	s.Clear()
	if r := s.next("Ack"); !isQuiet(r) {
		t.Errorf("after Clear: %+v", r)
	}
}

// Rules come before chance.
func TestRulesComeBeforeChaos(t *testing.T) {
	s := &Script{}
	if err := s.SetChaos(Chaos{Share: 1}); err != nil {
		t.Fatal(err)
	}
	if err := s.Add(Rule{On: "Ack", Fault: "SMEVFailure", Times: 2}); err != nil {
		t.Fatal(err)
	}
	var got []string
	for range 3 {
		got = append(got, s.next("Ack").label())
	}
	if got[0] != "fault" || got[1] != "fault" || !strings.Contains(got[2], ": ") {
		t.Errorf("troubles = %q", got)
	}
}
