package egisso_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/egissotest"
)

func changeList(changes []egisso.Change) []string {
	var out []string
	for _, c := range changes {
		out = append(out, fmt.Sprintf("%s %s %s", c.Facet, c.Code, c.Type.Title()))
	}
	return out
}

// TestDiffKMSZ: the difference between versions 7 and 8 of the samples is just
// what the publication itself declares.
func TestDiffKMSZ(t *testing.T) {
	p := egissotest.Published(t)
	got := egisso.DiffKMSZ(egissotest.KMSZ(t), p.KMSZ)
	for _, c := range got {
		t.Logf("%-14s %-32s %-9s %q %q", c.Facet, c.Code, c.Type.Title(), c.Old, c.New)
	}
	declared := slices.Clone(p.Changes)
	slices.SortStableFunc(declared, func(a, b egisso.Change) int {
		if n := slices.Index(egisso.Facets(), a.Facet) - slices.Index(egisso.Facets(), b.Facet); n != 0 {
			return n
		}
		return strings.Compare(a.Code, b.Code)
	})
	if g, w := changeList(got), changeList(declared); !slices.Equal(g, w) {
		t.Errorf("diff  %q\nwant %q", g, w)
	}
	if n := len(egisso.DiffKMSZ(p.KMSZ, p.KMSZ)); n != 0 {
		t.Errorf("%d differences with itself", n)
	}
	back := egisso.DiffKMSZ(p.KMSZ, egissotest.KMSZ(t))
	if len(back) != len(got) || back[0].Type != egisso.ChangeRemoved {
		t.Errorf("the other way round: %q", changeList(back))
	}
	total := len(p.KMSZ.Rules)
	for _, list := range p.KMSZ.Facets {
		total += len(list)
	}
	if n := len(egisso.DiffKMSZ(nil, p.KMSZ)); n != total {
		t.Errorf("%d differences with nothing, want %d", n, total)
	}
	changed := *p.KMSZ
	changed.Rules = slices.Clone(changed.Rules)
	changed.Rules[0].Reasons = append(slices.Clone(changed.Rules[0].Reasons), egisso.RuleAct{Number: "1"})
	if got := egisso.DiffKMSZ(p.KMSZ, &changed); len(got) != 1 || got[0].Type != egisso.ChangeAltered || got[0].Facet != egisso.FacetRules {
		t.Errorf("another reason of a rule: %q", changeList(got))
	}
}

func TestKMSZContentHash(t *testing.T) {
	k := egissotest.NewRandom(1, nil).KMSZ()
	want := k.ContentHash()
	clone := func() *egisso.KMSZ {
		b, err := json.Marshal(k)
		if err != nil {
			t.Fatal(err)
		}
		var c egisso.KMSZ
		if err := json.Unmarshal(b, &c); err != nil {
			t.Fatal(err)
		}
		return &c
	}
	for name, c := range map[string]struct {
		change func(*egisso.KMSZ)
		same   bool
	}{
		"through JSON":   {func(k *egisso.KMSZ) {}, true},
		"status":         {func(k *egisso.KMSZ) { k.Status = egisso.StatusArchived }, true},
		"order of codes": {func(k *egisso.KMSZ) { slices.Reverse(k.Facets[egisso.FacetMSZ]); slices.Reverse(k.Rules) }, true},
		"number":         {func(k *egisso.KMSZ) { k.Number++ }, false},
		"name":           {func(k *egisso.KMSZ) { k.Facets[egisso.FacetForms][0].Name += "!" }, false},
		"parent":         {func(k *egisso.KMSZ) { k.Facets[egisso.FacetMSZ][0].Parent = "9999" }, false},
		"reason":         {func(k *egisso.KMSZ) { k.Rules[0].Reasons[0].Title += "!" }, false},
		"rule gone":      {func(k *egisso.KMSZ) { k.Rules = k.Rules[1:] }, false},
		"facet gone":     {func(k *egisso.KMSZ) { delete(k.Facets, egisso.FacetLevels) }, false},
	} {
		changed := clone()
		c.change(changed)
		if same := changed.ContentHash() == want; same != c.same {
			t.Errorf("%s: same hash %v, want %v", name, same, c.same)
		}
	}
}

// book makes stored versions with their statuses; their content is bigKMSZ's.
func book(statuses map[int]egisso.VersionStatus) egisso.KMSZBook {
	var b egisso.KMSZBook
	for number, status := range statuses {
		k := kmszOf(number, status)
		b = append(b, egisso.StoredVersion{KMSZVersion: k.KMSZVersion, Hash: k.ContentHash()})
	}
	slices.SortFunc(b, func(a, c egisso.StoredVersion) int { return c.Number - a.Number })
	return b
}

func kmszOf(number int, status egisso.VersionStatus) *egisso.KMSZ {
	k := egissotest.NewRandom(uint64(number), nil).KMSZ()
	k.KMSZVersion = egisso.KMSZVersion{Number: number, Status: status, StartDate: time.Date(2020+number, 1, 1, 0, 0, 0, 0, egisso.Moscow), Document: "Приказ"}
	return k
}

// TestKMSZBook is SPEC.md#classifier-updates as a table.
func TestKMSZBook(t *testing.T) {
	const published, active, archived = egisso.StatusPublished, egisso.StatusActive, egisso.StatusArchived
	type stored = map[int]egisso.VersionStatus
	header := func(number int, status egisso.VersionStatus) egisso.KMSZVersion {
		return kmszOf(number, status).KMSZVersion
	}
	other := func(number int, status egisso.VersionStatus) *egisso.KMSZ {
		k := kmszOf(number, status)
		k.Rules = k.Rules[:0]
		return k
	}
	for _, c := range []struct {
		name string
		book stored
		do   func(egisso.KMSZBook) egisso.KMSZPlan
		want string
	}{
		{"published, first", nil, func(b egisso.KMSZBook) egisso.KMSZPlan { return b.Publish(kmszOf(8, published)) }, "store 8:3"},
		{"published, next", stored{7: active}, func(b egisso.KMSZBook) egisso.KMSZPlan { return b.Publish(kmszOf(8, published)) }, "store 8:3"},
		{"published again, the same", stored{7: active, 8: published}, func(b egisso.KMSZBook) egisso.KMSZPlan { return b.Publish(kmszOf(8, published)) }, ""},
		{"published again, other content", stored{7: active, 8: published}, func(b egisso.KMSZBook) egisso.KMSZPlan { return b.Publish(other(8, published)) }, "store replaces, 1 notes"},
		{"published late: active does not go back", stored{7: archived, 8: active}, func(b egisso.KMSZBook) egisso.KMSZPlan { return b.Publish(kmszOf(8, published)) }, ""},
		{"published as active: it is not yet", stored{7: active}, func(b egisso.KMSZBook) egisso.KMSZPlan { return b.Publish(kmszOf(8, active)) }, "store 8:3"},
		{"published after a gap", stored{7: active}, func(b egisso.KMSZBook) egisso.KMSZPlan { return b.Publish(kmszOf(10, published)) }, "store 10:3 pull, 1 notes"},

		{"asked for, first", nil, func(b egisso.KMSZBook) egisso.KMSZPlan { return b.Receive(kmszOf(7, active)) }, "store 7:5"},
		{"asked for, the same", stored{7: active}, func(b egisso.KMSZBook) egisso.KMSZPlan { return b.Receive(kmszOf(7, active)) }, ""},
		{"asked for, a new one", stored{7: active}, func(b egisso.KMSZBook) egisso.KMSZPlan { return b.Receive(kmszOf(9, active)) }, "store 9:5 7:6"},
		{"asked for, published before", stored{7: active, 8: published}, func(b egisso.KMSZBook) egisso.KMSZPlan { return b.Receive(kmszOf(8, active)) }, "8:5 7:6"},
		{"answer overtaken by a later version", stored{8: active}, func(b egisso.KMSZBook) egisso.KMSZPlan { return b.Receive(kmszOf(7, active)) }, "store 7:6, 1 notes"},
		{"answer with a version that is not active", stored{7: active}, func(b egisso.KMSZBook) egisso.KMSZPlan { return b.Receive(kmszOf(8, published)) }, "store 8:3, 1 notes"},

		{"activated", stored{7: active, 8: published}, func(b egisso.KMSZBook) egisso.KMSZPlan {
			return b.Activate([]egisso.KMSZVersion{header(8, active), header(7, archived)})
		}, "8:5 7:6"},
		{"activated, the old one not named", stored{7: active, 8: published}, func(b egisso.KMSZBook) egisso.KMSZPlan { return b.Activate([]egisso.KMSZVersion{header(8, active)}) }, "8:5 7:6"},
		{"activated again", stored{7: archived, 8: active}, func(b egisso.KMSZBook) egisso.KMSZPlan {
			return b.Activate([]egisso.KMSZVersion{header(8, active), header(7, archived)})
		}, ""},
		{"activated, not stored: the old one stays in use", stored{7: active}, func(b egisso.KMSZBook) egisso.KMSZPlan {
			return b.Activate([]egisso.KMSZVersion{header(8, active), header(7, archived)})
		}, "pull, 1 notes"},
		{"activated, nothing stored", nil, func(b egisso.KMSZBook) egisso.KMSZPlan { return b.Activate([]egisso.KMSZVersion{header(8, active)}) }, "pull, 1 notes"},
		{"activated late: a later one is active", stored{7: archived, 8: archived, 9: active}, func(b egisso.KMSZBook) egisso.KMSZPlan {
			return b.Activate([]egisso.KMSZVersion{header(8, active), header(7, archived)})
		}, ", 1 notes"},
		{"activated, the archive one not stored", stored{8: published}, func(b egisso.KMSZBook) egisso.KMSZPlan {
			return b.Activate([]egisso.KMSZVersion{header(8, active), header(7, archived)})
		}, "8:5, 1 notes"},
		{"gap among those stored is told", stored{5: archived, 7: active, 8: published}, func(b egisso.KMSZBook) egisso.KMSZPlan { return b.Activate([]egisso.KMSZVersion{header(8, active)}) }, "8:5 7:6, 1 notes"},
	} {
		t.Run(c.name, func(t *testing.T) {
			plan := c.do(book(c.book))
			var parts []string
			if plan.Store {
				parts = append(parts, "store")
			}
			if plan.Replaces {
				parts = append(parts, "replaces")
			}
			for _, h := range plan.Headers {
				parts = append(parts, fmt.Sprintf("%d:%d", h.Number, h.Status))
			}
			if plan.Pull {
				parts = append(parts, "pull")
			}
			got := strings.Join(parts, " ")
			if len(plan.Notes) > 0 {
				got += fmt.Sprintf(", %d notes", len(plan.Notes))
			}
			if got != c.want {
				t.Errorf("plan %q, want %q; notes %q", got, c.want, plan.Notes)
			}
			for _, n := range plan.Notes {
				t.Log(n)
			}
		})
	}
	if got := book(stored{3: archived, 4: archived, 7: active, 9: published}).Gaps(); !slices.Equal(got, []int{5, 6, 8}) {
		t.Errorf("gaps %v", got)
	}
	if got := (egisso.KMSZBook{{KMSZVersion: egisso.KMSZVersion{Number: 1}}, {KMSZVersion: egisso.KMSZVersion{Number: 1 << 30}}}).Gaps(); len(got) != 1000 {
		t.Errorf("%d gaps", len(got))
	}
}

const benchmarkRules = 50_000

func BenchmarkHashKMSZOf50000Rules(b *testing.B) {
	k := egissotest.BigKMSZ(7, benchmarkRules)
	b.ReportAllocs()
	for b.Loop() {
		k.ContentHash()
	}
}

func BenchmarkDiffKMSZOf50000Rules(b *testing.B) {
	old, next := egissotest.BigKMSZ(7, benchmarkRules), egissotest.BigKMSZ(8, benchmarkRules-100)
	b.ReportAllocs()
	for b.Loop() {
		if got := len(egisso.DiffKMSZ(old, next)); got != 100 {
			b.Fatal(got)
		}
	}
}
