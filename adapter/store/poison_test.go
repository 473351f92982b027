package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/lifecycle"
	"egissogw/adapter/store"
)

// picky is an ЕГИССО that refuses a package as a whole for one record.
type picky struct {
	fixture
	poison            map[string]bool // keys
	everything        bool            // it refuses all
	newcomers         bool            // each round the source has one more
	refused, accepted int             // packages
}

func pickyWith(t *testing.T, records, poisonous int) *picky {
	t.Helper()
	p := &picky{fixture: open(t), poison: map[string]bool{}}
	for n := range poisonous {
		p.poison[fmt.Sprint(n*records/poisonous+records/poisonous/3)] = true
	}
	p.add(t, 0, records)
	return p
}

// add shows new facts in the source, with the keys from..to.
func (p *picky) add(t *testing.T, from, to int) {
	t.Helper()
	var rows []store.SourceRow
	for n := from; n < to; n++ {
		rows = append(rows, row(fmt.Sprint(n), "a"))
	}
	p.saveRows(t, rows...)
	p.decide(t)
}

func (p *picky) decide(t *testing.T) {
	t.Helper()
	for {
		n, err := p.Decide(t.Context(), egisso.RegisterFact, 1000, func(row lifecycle.Pending) (lifecycle.Decision, error) {
			if row.Last != nil && !row.Last.State.Open() {
				return lifecycle.Decision{}, nil
			}
			return lifecycle.Decision{Record: &lifecycle.NewRecord{
				ID: recordID(row.Key), Kind: egisso.KindFact, Provider: "0042.000001", Content: row.Content, BecomesHash: row.ContentHash, State: lifecycle.Ready,
			}}, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
}

// pass lets all pauses end.
func (p *picky) pass(t *testing.T) {
	t.Helper()
	p.exec(t, `update egisso.package set created_at = created_at - interval '2 days', closed_at = closed_at - interval '2 days';
		update egisso.record set state_at = state_at - interval '2 days'`)
}

// round forms what can be formed and answers it. It returns the sizes of the packages.
func (p *picky) round(t *testing.T) (sizes []int) {
	t.Helper()
	for {
		_, n := p.form(t)
		if n == 0 {
			break
		}
		sizes = append(sizes, n)
	}
	for range sizes {
		p.conclude(t, p.sign(t))
	}
	p.decide(t)
	return sizes
}

// conclude says what becomes of a signed package.
func (p *picky) conclude(t *testing.T, signed *store.FormedPackage) {
	t.Helper()
	m := p.claim(t)
	attempt, err := p.BeginAttempt(t.Context(), m, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	poisonous, good := p.everything, map[uuid.UUID]lifecycle.State{}
	for _, e := range signed.Elements {
		good[e.ID] = lifecycle.Accepted
	}
	for key := range p.poison {
		poisonous = poisonous || good[recordID(key)] != ""
	}
	if poisonous {
		p.refused++
		if err := p.Refuse(t.Context(), m, attempt, store.Failure{Fault: "InvalidContent", Info: "не по схеме"}); err != nil {
			t.Fatal(err)
		}
		return
	}
	p.accepted++
	if err := p.Delivered(t.Context(), m, attempt, "в очереди"); err != nil {
		t.Fatal(err)
	}
	p.answer(t, m.ID.String(), m, lifecycle.Verdict{Result: lifecycle.PackageAccepted, Outcomes: good})
}

// settled goes on until every record has its outcome.
func (p *picky) settled(t *testing.T, rounds int) {
	t.Helper()
	for range rounds {
		if p.text(t, `select count(*) from egisso.record where egisso.record_open(state)`) == "0" {
			return
		}
		p.pass(t)
		if p.newcomers {
			p.add(t, 10000+p.accepted, 10001+p.accepted)
		}
		p.round(t)
	}
	t.Errorf("records without an outcome after %d rounds: %s", rounds, p.text(t, `select count(*) from egisso.record where egisso.record_open(state)`))
}

// A record that makes ЕГИССО refuse its package is found by halves of the suspects among
// themselves: what it costs is bounded, and the others are accepted.
func TestPoisonousRecordsAreFoundByHalves(t *testing.T) {
	for name, c := range map[string]struct{ records, poisonous, refused, packages, rounds int }{
		"one of 1,000":  {1000, 1, 12, 24, 14}, // 10 halvings, and alone twice
		"ten of 2,000":  {2000, 10, 110, 220, 18},
		"all of eight":  {8, 8, 26, 40, 12},
		"last of three": {3, 1, 4, 7, 6},
	} {
		t.Run(name, func(t *testing.T) {
			p := pickyWith(t, c.records, c.poisonous)
			p.newcomers = c.poisonous == c.records // so that something passes
			p.settled(t, c.rounds)
			t.Logf("%d packages refused, %d accepted", p.refused, p.accepted)
			if p.refused > c.refused || p.refused+p.accepted > c.packages {
				t.Errorf("%d packages refused and %d accepted, want at most %d, %d in all", p.refused, p.accepted, c.refused, c.packages)
			}
			p.want(t, `select count(*) from egisso.record_status where status = 'Отклонён'
				and reason like '%Пакет с одной этой записью не принят дважды, а другие пакеты приняты. не по схеме'`, fmt.Sprint(c.poisonous))
			p.want(t, `select count(*) from egisso.record where state not in ('accepted', 'rejected')`, "0")
			for key := range p.poison {
				p.want(t, `select state from egisso.record where row_key = '`+key+`'`, "rejected")
			}
		})
	}
}

// While suspects are halved the others go on, as many together as ever.
func TestSoundRecordsDoNotWaitForSuspects(t *testing.T) {
	p := pickyWith(t, 64, 2)
	p.round(t)
	p.want(t, `select max(reason) from egisso.record_status where state = 'ready'`, "Пакет с этой записью не принят целиком, она уйдёт снова среди не более 32: не по схеме")
	p.add(t, 64, 94)
	p.want(t, `select count(*) from egisso.record_status where state = 'ready' and coalesce(reason, '') = ''`, "30")
	p.pass(t)
	if sizes := p.round(t); len(sizes) != 1 || sizes[0] != 30 {
		t.Errorf("the one that tries has %v records, want the 30 new ones", sizes)
	}
	p.want(t, `select count(*) from egisso.record where state = 'accepted'`, "30")
	p.add(t, 94, 124)
	if sizes := p.round(t); len(sizes) != 3 || sizes[0] != 30 {
		t.Errorf("packages of %v records, want 30 new ones and two halves", sizes)
	}
	p.settled(t, 12)
}

// When nothing passes everything may be refused: one package at a time tries, nobody is
// called guilty, and all go when it is over.
func TestRefusalOfEverythingIsNoPoison(t *testing.T) {
	p := pickyWith(t, 600, 1)
	p.poison, p.everything = nil, true
	const rounds = 30
	for range rounds {
		p.round(t)
		if sizes := p.round(t); len(sizes) > 0 {
			t.Fatalf("packages of %v records without a pause", sizes)
		}
		p.pass(t)
	}
	if p.refused > rounds {
		t.Errorf("%d packages refused, want one after each pause: %d", p.refused, rounds)
	}
	p.want(t, `select count(*) from egisso.record where state <> 'ready'`, "0")
	p.everything = false
	p.settled(t, 3)
	p.want(t, `select count(*) from egisso.record where state = 'accepted'`, "600")
}

// Only a package formed after the failure tries whether the register goes again: older ones
// may be on their way for days. What waits for it says so.
func TestOlderPackagesDoNotHoldTheRegister(t *testing.T) {
	p := pickyWith(t, 1, 1)
	p.poison = nil
	older, _ := p.sent(t, "older")
	p.everything = true
	p.add(t, 10, 20)
	p.round(t)
	p.want(t, `select count(*) from egisso.resting_register where text like 'Отправка реестра приостановлена до %'`, "0")
	if _, n := p.form(t); n != 0 {
		t.Fatal("the register does not rest")
	}
	p.want(t, `select count(*) from egisso.record_status where state = 'ready' and reason like 'Отправка реестра приостановлена до %: не по схеме'`, "10")
	p.pass(t)
	trial, n := p.form(t)
	if n == 0 {
		t.Fatalf("package %s, formed before the failure, holds the register", older)
	}
	if _, n := p.form(t); n != 0 {
		t.Error("a second package beside the one that tries")
	}
	p.want(t, `select count(*) from egisso.record_status where state = 'ready' and reason = 'Отправка реестра ждёт исхода пробного пакета `+trial.String()+`: не по схеме'`, "5")
	if st, err := p.Status(t.Context()); err != nil || len(st.Rests) != 1 || *st.Rests[0].Trial != trial || st.Rests[0].Failures != 1 {
		t.Errorf("rests %+v, %v", st.Rests, err)
	}
	// The older one passes: the register goes, and the trial with it.
	m := p.text(t, `select id from egisso.message where package_id = '`+older.String()+`'`)
	p.answer(t, "a", &store.OutMessage{ID: uuid.MustParse(m)}, lifecycle.Verdict{Result: lifecycle.PackageAccepted, Outcomes: outcomes(lifecycle.Accepted, "older", "0")})
	if _, n := p.form(t); n != 5 {
		t.Errorf("%d records go, want the other five", n)
	}
	p.want(t, `select count(*) from egisso.resting_register`, "0")
}

// A record that is refused alone, as applications always are, rests alone.
func TestRefusedApplicationHoldsNoOther(t *testing.T) {
	p := pickyWith(t, 1, 1)
	p.round(t)
	p.want(t, `select reason from egisso.record_status where row_key = '0'`, "Пакет с одной этой записью не принят, после паузы она уйдёт снова: не по схеме")
	for n := range 2 {
		p.add(t, n+1, n+2)
		if sizes := p.round(t); len(sizes) != 1 || sizes[0] != 1 {
			t.Errorf("packages of %v records, want the new one", sizes)
		}
	}
	p.want(t, `select string_agg(state, ' ' order by row_key) from egisso.record`, "ready accepted accepted")
	pkg := p.text(t, `select package_id from egisso.record where row_key = '0'`)
	if _, err := p.RetryPackage(t.Context(), uuid.MustParse(pkg), "исправлено"); err != nil {
		t.Fatal(err)
	}
	p.decide(t)
	p.poison = nil
	p.round(t)
	p.want(t, `select count(*) from egisso.record where state = 'accepted'`, "3")
}
