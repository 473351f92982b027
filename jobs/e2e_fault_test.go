package jobs_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/google/uuid"

	"egissogw/adapter/bus"
	"egissogw/adapter/smev"
	"egissogw/adapter/smev/smevtest/ledger"
)

// expectation is what must be seen while the trouble lasts and what comes of it.
type expectation struct {
	states   string // of the message, the package and the record
	review   bool   // a person is asked to look
	messages int    // how many the record needed in the end
	soonest  time.Duration
	latest   time.Duration // of the next attempt; 0 means there is none
}

// expectSend says by smev's class what Send has to do. doubt means that an
// earlier attempt ended without a word (adapter/smev/SPEC.md#flow): then nothing but
// the bus's word that it has the message ends the attempts.
func expectSend(t trouble, doubt bool) expectation {
	class := t.class(smev.OpSendRequest)
	kept := expectation{states: "in_doubt signed packed", messages: 1, soonest: retryMax / 2, latest: retryMax}
	switch {
	case class.Repeats():
		kept.review = t.alerts(smev.OpSendRequest)
		kept.soonest = retryMin / 2
		if class == bus.ClassRetry {
			kept.latest = 2 * retryMin
		}
	case class == bus.ClassUnknown:
		kept.soonest, kept.latest = retryMin/2, 2*retryMin // a few times, then a person is asked
	case t.aboutAge():
		kept.review, kept.soonest = true, 0 // the id is new by our clock, so some clock is wrong
	case class == bus.ClassAlreadyDone && doubt:
		return expectation{states: "delivered queued packed", messages: 1}
	case !doubt && (class == bus.ClassFixData || class == bus.ClassNewID || t.aboutSignature()):
		// The bus has nothing of it and never will: new bytes under a new id.
		return expectation{states: "refused send_failed ready", review: true, messages: 2}
	default:
		kept.review = true
	}
	return kept
}

// row is one line of the table.
type row struct{ when, trouble, class, action, states, review, posts, end string }

// table collects the lines of all parts, each in its place.
type table struct {
	mu    sync.Mutex
	parts map[string][]row
}

func (t *table) add(r row) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.parts[r.when] = append(t.parts[r.when], r)
}

func (t *table) String() string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "\nWHEN\tTROUBLE\tCLASS\tACTION\tMESSAGE PACKAGE RECORD\tREVIEW\tPOSTS/MESSAGES\tAFTERWARDS") // a Builder takes everything
	for _, when := range []string{whenSend, whenDoubt, whenPoll, whenAck, whenStatus, whenUpload} {
		for _, r := range t.parts[when] {
			_, _ = fmt.Fprintln(w, strings.Join([]string{r.when, r.trouble, r.class, r.action, r.states, r.review, r.posts, r.end}, "\t"))
		}
	}
	_ = w.Flush()
	return b.String()
}

// Parts of the table.
const (
	whenSend   = "SendRequest"
	whenDoubt  = "SendRequest after a lost reply"
	whenPoll   = "GetResponse"
	whenAck    = "Ack"
	whenStatus = "GetStatus"
	whenUpload = "upload"
)

// faultsVariable set to "all" makes every trouble meet every call.
const faultsVariable = "EGISSOGW_FAULTS"

// TestFaultTable drives the jobs through every kind of trouble at every call, every
// single trouble at some call or at all of them (make faults), and through its end.
func TestFaultTable(t *testing.T) {
	if testing.Short() {
		t.Skip("takes half a minute")
	}
	all := &table{parts: map[string][]row{}}
	dealt := deal(hands(), os.Getenv(faultsVariable) == "all")
	t.Run("parts", func(t *testing.T) {
		for when, run := range map[string]func(*part){
			whenSend:   func(p *part) { p.each(dealt[whenSend], p.sending) },
			whenDoubt:  func(p *part) { p.each(dealt[whenDoubt], p.doubting) },
			whenPoll:   func(p *part) { p.each(dealt[whenPoll], p.polling) },
			whenAck:    func(p *part) { p.each(dealt[whenAck], p.acknowledging) },
			whenStatus: func(p *part) { p.each(dealt[whenStatus], p.statusing) },
			whenUpload: func(p *part) { p.each(uploadTroubles, p.uploading) },
		} {
			t.Run(when, func(t *testing.T) {
				t.Parallel()
				p := &part{world: newWorld(t, 60, io.Discard, nil), when: when, table: all}
				p.measuresAccepted()
				run(p)
				for _, v := range p.bus.Ledger().Violations() {
					t.Errorf("violation: %+v", v)
				}
			})
		}
	})
	t.Log(all)
}

// part is one part of the table: a world in which one record after the other
// meets one trouble after the other.
type part struct {
	*world
	when  string
	table *table
	row   row
	key   string // of the source row under way
	id    uuid.UUID
}

func (p *part) each(list []trouble, one func(trouble)) {
	t, outer := p.TB.(*testing.T), p.TB
	for _, trouble := range list {
		ok := t.Run(trouble.name, func(t *testing.T) {
			p.TB = t
			p.row = row{when: p.when, trouble: trouble.name}
			p.begin()
			one(trouble)
			p.end()
			p.table.add(p.row)
		})
		p.TB = outer
		if !ok && p.count(`select count(*) from egisso.record where state not in ('accepted', 'rejected', 'dropped')`) > 0 {
			t.Fatalf("after %s the world is not as it was", trouble.name)
		}
	}
}

// begin takes the next fact of the МИС to a signed message.
func (p *part) begin() {
	p.Helper()
	ctx := context.Background()
	const next = `update egisso.source_row set dirty = true where register = 'fact' and row_key =
		(select min(row_key) from egisso.source_row where register = 'fact' and accepted_id is null) returning row_key`
	if err := p.pool.QueryRow(ctx, next).Scan(&p.key); err != nil {
		p.Fatal(err)
	}
	p.run(p.decide)
	p.run(p.form)
	p.run(p.sign)
	const made = `select id from egisso.record where register = 'fact' and row_key = $1 and state = 'packed'`
	if err := p.pool.QueryRow(ctx, made, p.key).Scan(&p.id); err != nil {
		p.Fatal(err)
	}
}

// trouble makes trouble until the script is cleared.
func (p *part) trouble(op smev.Operation, t trouble) {
	p.Helper()
	r := t.rule
	r.On, r.Times = string(op), -1
	p.script(r)
}

// seen is where things stand.
type seen struct {
	states string
	review bool
	next   time.Duration // until the next attempt to send; 0 if there is none
}

func (p *part) look() (s seen) {
	p.Helper()
	const where = `
select m.state || ' ' || p.state || ' ' || r.state, p.review is not null,
       case when m.state in ('pending', 'in_doubt') then extract(epoch from m.next_attempt_at - now())::float8 else 0 end
  from egisso.record r join egisso.package p on p.id = r.package_id join egisso.message m on m.package_id = p.id
 where r.id = $1`
	var seconds float64
	if err := p.pool.QueryRow(context.Background(), where, p.id).Scan(&s.states, &s.review, &seconds); err != nil {
		p.Fatal(err)
	}
	s.next = time.Duration(seconds * float64(time.Second))
	p.row.states, p.row.review = s.states, map[bool]string{true: "yes", false: "no"}[s.review]
	return s
}

// due makes everything due at once.
func (p *part) due() {
	p.Helper()
	p.exec(`update egisso.message set next_attempt_at = now()`)
	p.exec(`update egisso.answer set next_ack_at = now()`)
}

// compare holds what was seen against what was expected.
func (p *part) compare(got seen, want expectation) {
	p.Helper()
	if got.states != want.states || got.review != want.review {
		p.Errorf("states %q, review %v; want %q, %v", got.states, got.review, want.states, want.review)
	}
	if slack := time.Minute; want.latest > 0 && (got.next > want.latest || got.next < want.soonest-slack) {
		p.Errorf("next attempt in %s, want %s to %s", got.next, want.soonest, want.latest)
	}
}

// end lets the trouble be over, time pass and the jobs run, and holds the record
// against the promise: accepted exactly once, nothing lost.
func (p *part) end() {
	p.Helper()
	p.bus.Script().Clear()
	done := func() bool {
		return p.count(`select count(*) from egisso.record where id = $1 and state = 'accepted'`, p.id) == 1 &&
			p.count(`select count(*) from egisso.answer where verified and (acked_at is null or applied_at is null)`) == 0 &&
			p.count(`select count(*) from egisso.message where state in ('pending', 'in_doubt')`) == 0 &&
			p.bus.Waiting(mnemonic, ledger.Responses) == 0
	}
	rounds := 0
	for ; rounds < 8 && !done(); rounds++ {
		p.advance(retryMax + time.Minute)
		p.everything()
	}
	if !done() {
		p.Errorf("not recovered after %d rounds: %+v, %d answers wait at the bus", rounds, p.look(), p.bus.Waiting(mnemonic, ledger.Responses))
	}
	if n := p.bus.Ledger().Accepted(p.id.String()); n != 1 {
		p.Errorf("ЕГИССО accepted the record %d times", n)
	}
	messages := p.messages()
	posts := 0
	for _, id := range messages {
		forms := map[string]bool{}
		for _, c := range p.bus.Ledger().Calls("SendRequest") {
			if c.Message == id {
				posts++
				forms[c.Bytes] = true
			}
		}
		if len(forms) != 1 {
			p.Errorf("message %s was posted in %d forms", id, len(forms))
		}
	}
	p.row.posts = fmt.Sprintf("%d/%d", posts, len(messages))
	p.row.end = fmt.Sprintf("accepted %d×", p.bus.Ledger().Accepted(p.id.String()))
	if len(messages) == 1 {
		p.row.end += ", same bytes"
	} else {
		p.row.end += ", new package"
	}
}

// messages lists those the record was ever in.
func (p *part) messages() (ids []string) {
	p.Helper()
	const of = `select array_agg(m.id::text order by m.created_at) from egisso.message m
		join egisso.package_record pr on pr.package_id = m.package_id where pr.record_id = $1`
	if err := p.pool.QueryRow(context.Background(), of, p.id).Scan(&ids); err != nil {
		p.Fatal(err)
	}
	return ids
}
