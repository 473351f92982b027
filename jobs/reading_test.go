package jobs

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"egissogw/adapter/bus"
	"egissogw/adapter/smev"
	"egissogw/adapter/store"
	"egissogw/adapter/store/pgtest"
)

// deadly is a queue whose replies are what the test says; reading one that says
// "deadly" would end the process: here it leaves the job in the middle.
type deadly struct {
	replies []string // of Poll, then the last one again and again
	polls   int
	reads   int
	acked   []string
	read    func(raw string) (*bus.Answer, error)
	kill    func()
}

type death struct{}

func (d *deadly) Poll(_ context.Context, q bus.Queue) (*bus.Reply, error) {
	raw := ""
	if d.polls < len(d.replies) {
		raw = d.replies[d.polls]
	}
	d.polls++
	return d.Kept(q, "text/xml", []byte(raw)), nil
}

func (d *deadly) Kept(q bus.Queue, contentType string, raw []byte) *bus.Reply {
	return smev.Port{}.Kept(q, contentType, raw)
}

func (d *deadly) ReadAnswer(r *bus.Reply) (*bus.Answer, error) {
	d.reads++
	raw := string(r.Raw)
	switch {
	case raw == "":
		return nil, nil
	case strings.Contains(raw, "deadly") && d.kill != nil:
		d.kill()
	case strings.Contains(raw, "deadly"):
		panic(death{})
	case d.read != nil:
		return d.read(raw)
	}
	return &bus.Answer{ID: r.ClaimedID, Kind: bus.AnswerStatus, Raw: r.Raw}, nil
}

func (d *deadly) Ack(_ context.Context, id string, accepted bool) error {
	d.acked = append(d.acked, fmt.Sprint(id, " ", accepted))
	return nil
}

func reply(id, rest string) string {
	return "<t:MessageId>" + id + "</t:MessageId>" + rest
}

// emptyGateway is a database of the gateway that any number of processes open.
type emptyGateway struct {
	url  string
	conn *pgx.Conn
}

func newEmptyGateway(t *testing.T) emptyGateway {
	t.Helper()
	g := emptyGateway{url: pgtest.Database(t)}
	var err error
	if g.conn, err = pgx.Connect(t.Context(), g.url); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { g.conn.Close(context.Background()) })
	if err := g.process(t).SetService(t.Context(), true, "проверка"); err != nil {
		t.Fatal(err)
	}
	return g
}

// process is the store as another process has it.
func (g emptyGateway) process(t *testing.T) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), g.url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	s.ReadSuspectsAfter(0)
	return s
}

func (g emptyGateway) text(t *testing.T, query string) string {
	return gatewayDB{conn: g.conn}.text(t, query)
}

func (g emptyGateway) exec(t *testing.T, statement string) {
	t.Helper()
	if _, err := g.conn.Exec(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}

// run runs the job in a process of its own and reports whether that died.
func (g emptyGateway) run(t *testing.T, d *deadly, log *bytes.Buffer) (died bool, err error) {
	t.Helper()
	defer func() {
		if r := recover(); r != nil {
			if _, died = r.(death); !died {
				panic(r)
			}
		}
	}()
	d.polls = 0
	s := g.process(t)
	_, err = Receive{Store: s, Switch: s, Bus: d, Now: time.Now, Log: slog.New(slog.NewTextHandler(log, nil))}.Run(t.Context())
	return false, err
}

// What ended the process twice is set aside and shown, the rest goes on, and a person
// may have it tried again.
func TestReplyThatEndsTheProcessIsSetAside(t *testing.T) {
	t.Parallel()
	g := newEmptyGateway(t)
	var log bytes.Buffer
	d := &deadly{replies: []string{reply("bad", "deadly"), reply("good", "")}}
	for i := range 2 {
		if died, _ := g.run(t, d, &log); !died {
			t.Fatalf("life %d goes on", i)
		}
	}
	for i := range 3 {
		if died, err := g.run(t, d, &log); died || err == nil {
			t.Fatalf("life %d after the deaths: died %v, %v", i, died, err)
		}
	}
	if got := g.text(t, `select string_agg(id, ' ') from egisso.answer where acked_at is not null`); got != "good" {
		t.Errorf("acknowledged %q", got)
	}
	if n := strings.Count(log.String(), "set aside"); n != 1 {
		t.Errorf("said %d times:\n%s", n, &log)
	}
	s := g.process(t)
	items, err := s.Inbox(t.Context(), false, 10)
	if err != nil || len(items) != 1 || items[0].Trouble != "set_aside" || items[0].MessageID != "bad" || items[0].Seen != 5 {
		t.Fatalf("%+v, %v", items, err)
	}
	st, err := s.Status(t.Context())
	if found := ofMessages(st); err != nil || len(found) != 1 || found[0].Code != "set_aside" || found[0].Subject != items[0].ID {
		t.Errorf("%+v, %v", found, err)
	}
	if got := g.text(t, `select count(*) from egisso.raw_reply where convert_from(raw, 'UTF8') like '%deadly%'`); got != "1" {
		t.Errorf("%s copies are kept", got)
	}

	// A person lets it be read again: it kills once more, and is left alone after two lives.
	if _, err := s.RetryInbox(t.Context(), items[0].ID, "исправлено"); err != nil {
		t.Fatal(err)
	}
	d.replies = nil
	for i := range 3 {
		if died, _ := g.run(t, d, &log); died != (i < 2) {
			t.Errorf("life %d after the wish: died %v", i, died)
		}
	}
	// The next version of the program reads it.
	if _, err := s.RetryInbox(t.Context(), items[0].ID, "исправлено"); err != nil {
		t.Fatal(err)
	}
	if _, err := g.conn.Exec(t.Context(), `update egisso.raw_reply set raw = $1`, []byte(reply("bad", ""))); err != nil {
		t.Fatal(err)
	}
	if died, err := g.run(t, d, &log); died || err != nil {
		t.Fatalf("died %v, %v", died, err)
	}
	if got := g.text(t, `select string_agg(id, ' ' order by id) || ' ' || (select count(*) from egisso.raw_reply) || (select count(*) from egisso.reading)
		from egisso.answer where acked_at is not null`); got != "bad good 00" {
		t.Errorf("in the end %q", got)
	}
}

// lifeVariable makes this test program a process that receives once from the database
// it names.
const lifeVariable = "EGISSOGW_TEST_LIFE"

// oneLife receives what kills: the process ends while it reads, as it would of memory.
func oneLife(url string) int {
	s, err := store.Open(context.Background(), url)
	if err != nil {
		return 3
	}
	s.ReadSuspectsAfter(0)
	d := &deadly{replies: []string{reply("bad", "deadly"), reply("good", "")}, kill: func() { _ = syscall.Kill(syscall.Getpid(), syscall.SIGKILL); select {} }}
	_, _ = Receive{Store: s, Switch: s, Bus: d, Now: time.Now, Log: slog.New(slog.DiscardHandler)}.Run(context.Background())
	return 0
}

// The same with processes that are really killed.
func TestKilledReaderSetsAside(t *testing.T) {
	t.Parallel()
	g := newEmptyGateway(t)
	var ends []string
	for range 4 {
		life := exec.CommandContext(t.Context(), os.Args[0])
		life.Env = append(os.Environ(), lifeVariable+"="+g.url)
		ends = append(ends, fmt.Sprint(life.Run()))
	}
	if got := strings.Join(ends, ", "); got != "signal: killed, signal: killed, <nil>, <nil>" {
		t.Errorf("lives ended: %s", got)
	}
	if got := g.text(t, `select (select string_agg(trouble || ' ' || message_id || ' ' || seen, ',') from egisso.inbox) || ' ' || string_agg(id, ' ') from egisso.answer`); got != "set_aside bad 4 good" {
		t.Errorf("in the end %q", got)
	}
}

// Idle polls write nothing; a reply that is understood leaves nothing behind.
func TestReadingLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	g := newEmptyGateway(t)
	var log bytes.Buffer
	readOnly := func(value string) { // of sessions that begin from now on
		g.exec(t, `do $$ begin execute format('alter database %I set default_transaction_read_only = `+value+`', current_database()); end $$`)
	}
	readOnly("on")
	if died, err := g.run(t, &deadly{}, &log); died || err != nil {
		t.Errorf("an idle poll writes: died %v, %v", died, err)
	}
	readOnly("off")
	d := &deadly{replies: []string{reply("a", ""), reply("b", "")}}
	if _, err := g.run(t, d, &log); err != nil {
		t.Fatal(err)
	}
	if got := g.text(t, `select (select count(*) from egisso.answer) || ' ' || (select count(*) from egisso.raw_reply) || ' ' || (select count(*) from egisso.reading)`); got != "2 0 0" {
		t.Errorf("%q", got)
	}
	if g.text(t, `select string_agg(id, ' ') from egisso.inbox`) != "null" {
		t.Error("something is shown")
	}
}

// What cannot be understood is kept once, counted, shown and can be taken off the
// queue by a person; others are taken meanwhile.
func TestReplyThatCannotBeUnderstood(t *testing.T) {
	t.Parallel()
	g := newEmptyGateway(t)
	var log bytes.Buffer
	d := &deadly{replies: []string{reply("odd", " odd"), reply("good", "")}}
	d.read = func(raw string) (*bus.Answer, error) {
		if strings.Contains(raw, "odd") {
			return nil, smev.PortError(&smev.ReplyError{Operation: smev.OpGetResponse, Raw: []byte(raw), Err: smev.ErrMalformedReply})
		}
		return &bus.Answer{ID: "good", Kind: bus.AnswerStatus, Raw: []byte(raw)}, nil
	}
	s := g.process(t)
	job := Receive{Store: s, Switch: s, Bus: d, Now: time.Now, Log: slog.New(slog.NewTextHandler(&log, nil))}
	for range 3 {
		d.polls = 0
		if _, err := job.Run(t.Context()); err == nil {
			t.Error("a reply nobody understands is no failure")
		}
	}
	if got := g.text(t, `select count(*) || ' ' || sum(seen) || ' ' || min(state) from egisso.raw_reply`); got != "1 3 unread" {
		t.Errorf("kept %q", got)
	}
	if d.reads != 1+3+3 { // the odd one once, the good one and the end each time
		t.Errorf("read %d times", d.reads)
	}
	if n := strings.Count(log.String(), "cannot be understood"); n != 1 || g.text(t, `select string_agg(id, ' ') from egisso.answer`) != "good" {
		t.Errorf("said %d times:\n%s", n, &log)
	}
	items, err := s.Inbox(t.Context(), false, 10)
	if err != nil || len(items) != 1 || items[0].Trouble != "unread" {
		t.Fatalf("%+v, %v", items, err)
	}
	if _, err := s.AcknowledgeInbox(t.Context(), items[0].ID, " ", ""); err == nil {
		t.Error("acknowledged without a reason")
	}
	if _, err := s.AcknowledgeInbox(t.Context(), items[0].ID, "поддержка СМЭВ подтвердила", ""); err != nil {
		t.Fatal(err)
	}
	d.replies, d.acked = nil, nil
	if _, err := job.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if strings.Join(d.acked, ",") != "odd false" {
		t.Errorf("acknowledged %v", d.acked)
	}
	st, err := s.Status(t.Context())
	if found := ofMessages(st); err != nil || len(found) != 0 {
		t.Errorf("%+v, %v", found, err)
	}
	if raw, err := s.InboxBytes(t.Context(), items[0].ID); err != nil || string(raw) != reply("odd", " odd") {
		t.Errorf("%q, %v", raw, err)
	}
	if got := g.text(t, `select string_agg(action, ' ' order by id) from egisso.audit`); got != "inbox_acknowledge view_inbox" {
		t.Errorf("audit %q", got)
	}
	if item, found, err := s.InboxItem(t.Context(), items[0].ID); err != nil || !found || !item.Done || item.AckSentAt == nil {
		t.Errorf("%+v, %v", item, err)
	}
}

// Where no id can be seen, status says so with a text for the bus's support.
func TestNamelessReply(t *testing.T) {
	t.Parallel()
	g := newEmptyGateway(t)
	s := g.process(t)
	d := &deadly{replies: []string{"<html>MessageId</html>"}}
	d.read = func(raw string) (*bus.Answer, error) {
		return nil, smev.PortError(&smev.ReplyError{Operation: smev.OpGetResponse, Raw: []byte(raw), Err: smev.ErrMalformedReply})
	}
	job := Receive{Store: s, Switch: s, Bus: d, Now: time.Now, Log: slog.New(slog.DiscardHandler)}
	for range 2 {
		d.polls = 0
		if _, err := job.Run(t.Context()); err == nil {
			t.Error("no failure")
		}
	}
	st, err := s.Status(t.Context())
	found := ofMessages(st)
	if err != nil || len(found) != 1 || found[0].Code != "nameless" || found[0].Count != 2 ||
		!strings.Contains(found[0].Advice, "SHA-256 ") || !strings.Contains(found[0].Advice, "22 байт") {
		t.Fatalf("%+v, %v", found, err)
	}
	id := found[0].Subject
	if _, err := s.AcknowledgeInbox(t.Context(), id, "проверка", ""); err == nil || !strings.Contains(err.Error(), "поддержку") {
		t.Errorf("acknowledged nothing: %v", err)
	}
	if _, err := s.AcknowledgeInbox(t.Context(), id, "проверка", "named-by-support"); err != nil {
		t.Fatal(err)
	}
	d.replies = nil
	if _, err := job.Run(t.Context()); err != nil || strings.Join(d.acked, ",") != "named-by-support false" {
		t.Errorf("acknowledged %v, %v", d.acked, err)
	}
}

// Over the bound of a day nothing is kept, nothing acknowledged, one line is logged.
func TestBoundOfUnbelievedBytes(t *testing.T) {
	t.Parallel()
	g := newEmptyGateway(t)
	s := g.process(t)
	s.KeepUnbelieved(300)
	var log bytes.Buffer
	d := &deadly{}
	for i := range 9 {
		d.replies = append(d.replies, reply(fmt.Sprint("m", i), strings.Repeat("x", 60)))
	}
	d.read = func(raw string) (*bus.Answer, error) {
		r := smev.Reply{Raw: []byte(raw)}
		return &bus.Answer{ID: r.ClaimedID(), Raw: r.Raw}, fmt.Errorf("%w", smev.ErrUnverified)
	}
	job := Receive{Store: s, Switch: s, Bus: d, RefuseUnverified: true, Now: time.Now, Log: slog.New(slog.NewTextHandler(&log, nil))}
	for range 3 {
		d.polls = 0
		if _, err := job.Run(t.Context()); !errors.Is(err, smev.ErrUnverified) {
			t.Error(err)
		}
	}
	kept := map[string]bool{}
	for _, id := range strings.Fields(g.text(t, `select string_agg(id, ' ') from egisso.answer`)) {
		kept[id+" false"] = true
	}
	if len(kept) != 3 {
		t.Errorf("%d are kept", len(kept))
	}
	for _, id := range d.acked {
		if !kept[id] {
			t.Errorf("%s is acknowledged and not kept", id)
		}
	}
	if n := strings.Count(log.String(), "too much in a day"); n != 1 {
		t.Errorf("said %d times", n)
	}
	if got := g.text(t, `select (select count(*) from egisso.raw_reply) || ' ' || replies from egisso.unkept_reply`); got != "0 18" {
		t.Errorf("left %q", got)
	}
	st, err := s.Status(t.Context())
	if found := ofMessages(st); err != nil || len(found) == 0 || found[len(found)-1].Code != "unkept" {
		t.Errorf("%+v, %v", found, err)
	}
}

// ofMessages are the findings of a gateway whose jobs the test runs by hand: nobody serves.
func ofMessages(st store.Status) (found []store.Finding) {
	for _, f := range st.Findings {
		if f.Code != "serve_never" && f.Code != "signing_off" {
			found = append(found, f)
		}
	}
	return found
}
