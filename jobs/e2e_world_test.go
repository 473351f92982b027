package jobs_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"egissogw/adapter/egisso/lifecycle"
	"egissogw/adapter/mis"
	"egissogw/adapter/mis/refmis"
	"egissogw/adapter/smev"
	"egissogw/adapter/smev/smevtest"
	"egissogw/adapter/smev/smevtest/ledger"
	"egissogw/adapter/store"
	"egissogw/adapter/store/pgtest"
	"egissogw/crypto/cert"
	"egissogw/jobs"
)

// The defaults of the configuration.
const (
	retryMin = 5 * time.Second
	retryMax = 15 * time.Minute
)

const mnemonic = "MIS01"

// world is the reference МИС, the gateway's database and jobs, and the simulator
// with its file storage, all on this machine.
type world struct {
	testing.TB
	store *store.Store
	pool  *pgxpool.Pool
	bus   *smevtest.Bus
	clock *smevtest.Clock
	log   *slog.Logger

	busKey, ours *smevtest.Identity

	client  smev.Port
	files   smev.Storage
	collect jobs.Collect
	decide  jobs.Decide
	form    jobs.Form
	sign    jobs.Sign
	send    jobs.Send
	receive jobs.Receive
	fetch   jobs.Fetch
	apply   jobs.Apply
}

// known are the mnemonics of the simulator.
var known = jobs.Senders{EGISSO: []string{"EGISSO"}, Bus: []string{"SMEV"}}

// newWorld starts a world whose МИС has so many facts, all of them right, and no
// registers beside measures and facts; what it has is collected already.
func newWorld(t testing.TB, facts int, log io.Writer, change func(*smevtest.Options)) *world {
	t.Helper()
	url := pgtest.DatabaseWith(t, "refmis "+strconv.Itoa(facts), func(ctx context.Context, url string) error {
		err := fill(ctx, url, facts, `drop view egisso_source.onmsz, egisso_source.organization, egisso_source.presence_point`)
		if err != nil {
			return err
		}
		return collected(ctx, url)
	})
	return worldOn(t, url, log, change)
}

// wholeWorld is a world whose МИС keeps all registers.
func wholeWorld(t testing.TB, facts int) *world {
	t.Helper()
	return worldOn(t, wholeDatabase(t, facts), io.Discard, nil)
}

// wholeDatabase is a database of the gateway with such a МИС in it.
func wholeDatabase(t testing.TB, facts int) (url string) {
	t.Helper()
	return pgtest.DatabaseWith(t, "whole refmis "+strconv.Itoa(facts), func(ctx context.Context, url string) error { return fill(ctx, url, facts, "") })
}

// worldOn starts a world on a database of the gateway with a reference МИС in it.
func worldOn(t testing.TB, url string, log io.Writer, change func(*smevtest.Options)) *world {
	t.Helper()
	ctx := context.WithoutCancel(t.Context()) // what runs at the end of the test needs the database
	w := &world{TB: t, clock: smevtest.RunningClock(), log: slog.New(slog.NewTextHandler(log, nil))}
	busKey, ours := identity(t, "СМЭВ"), identity(t, "Больница")
	options := smevtest.Options{
		Signer: signer(t, busKey), Senders: []smevtest.Sender{{Mnemonic: mnemonic, Name: "Больница", Certificate: ours.Certificate}},
		Now: w.clock.Now, Multipart: smevtest.Never, Log: slog.New(slog.DiscardHandler),
	}
	if change != nil {
		change(&options)
	}
	var err error
	if w.bus, err = smevtest.New(options); err != nil {
		t.Fatal(err)
	}
	if err := w.bus.Start(ctx); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.bus.Close(); err != nil {
			t.Error(err)
		}
	})
	if w.store, err = store.Open(ctx, url); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.store.Close)
	if w.pool, err = pgxpool.New(ctx, url); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.pool.Close)
	w.compareScreens(ctx)
	w.busKey, w.ours = busKey, ours
	w.assemble(smev.Version13)
	return w
}

// compareScreens checks at the end that quick screens say what a look at every row says.
func (w *world) compareScreens(ctx context.Context) {
	config := w.pool.Config().ConnConfig.Copy()
	w.Cleanup(func() {
		conn, err := pgx.ConnectConfig(ctx, config) // the pool may be closed
		if err != nil {
			w.Error(err)
			return
		}
		defer conn.Close(ctx)
		if differ, err := pgtest.ScreensDiffer(ctx, conn); err != nil || len(differ) > 0 {
			w.Errorf("screens: %q %v", differ, err)
		}
	})
}

// assemble plugs the jobs together the way serve does, for one schema version.
func (w *world) assemble(version smev.Version, change ...func(*smev.Options)) {
	w.Helper()
	gated := jobs.Gate(signer(w, w.ours), w.store)
	trust := cert.NewTrust([]*cert.Certificate{w.busKey.Certificate}, cert.Pinned)
	var err error
	options := smev.Options{
		URL: w.bus.URL(version.Name), Version: version, Signer: gated, Now: w.clock.Now, Timeout: time.Minute,
		Trust:  func(c *cert.Certificate) error { return trust.Check(c, w.clock.Now()) },
		Limits: smev.Limits{Body: 4 << 20}, // a flood is longer, and takes long to read with the race detector
	}
	for _, c := range change {
		c(&options)
	}
	w.client.Builder = smev.Builder{Version: version, Signer: gated}
	if w.client.Client, err = smev.NewClient(options); err != nil {
		w.Fatal(err)
	}
	w.files = smev.Storage{Files: smev.NewFileStore(w.bus.FTPAddr(), "", "", 30*time.Second)}
	s, now, log := w.store, w.clock.Now, w.log
	w.collect = jobs.Collect{Source: mis.Open(context.Background(), w.pool, ""), Store: s, Log: log}
	w.decide = jobs.Decide{Store: s, Rules: lifecycle.Rules{Provider: "0042.000001", Location: time.UTC}, Now: now, Log: log}
	w.form = jobs.Form{Store: s, MaxRecords: 1, MaxBytes: 4 << 20, RetryMin: retryMin, RetryMax: retryMax, Log: log}
	w.sign = jobs.Sign{
		Store: s, Switch: s, Signer: gated, Builder: w.client, Lease: 5 * time.Minute, Now: now, Log: log,
		FactFileName: func(id string) string { return "facts_" + id + ".xml" }, FactMIMEType: "application/xml",
		FactURI: "urn://egisso-ru/msg/10.06.S/1.1.0",
	}
	w.send = jobs.Send{
		Store: s, Switch: s, Bus: w.client, Files: w.files, Lease: 5 * time.Minute, RetryMin: retryMin, RetryMax: retryMax,
		MessageIDLimit: 24 * time.Hour, Now: now, Log: log,
	}
	w.receive = jobs.Receive{Store: s, Switch: s, Bus: w.client, Senders: known, Now: now, Log: log}
	w.fetch = jobs.Fetch{
		Store: s, Files: w.files, Limit: 1 << 20, Patience: time.Hour, RetryMin: retryMin, RetryMax: retryMax, Lease: 5 * time.Minute, Now: now, Log: log,
	}
	w.apply = jobs.Apply{Store: s, Senders: known, Log: log}
}

// collected reads the МИС for the first time.
func collected(ctx context.Context, url string) error {
	s, err := store.Open(ctx, url)
	if err != nil {
		return err
	}
	defer s.Close()
	pool, err := pgxpool.New(ctx, url)
	if err != nil {
		return err
	}
	defer pool.Close()
	collect := jobs.Collect{Source: mis.Open(ctx, pool, ""), Store: s, Log: slog.New(slog.DiscardHandler)}
	for {
		if report, err := collect.Run(ctx); err != nil || !report.More {
			return err
		}
	}
}

// fill puts a reference МИС into a database of the gateway, and changes it.
func fill(ctx context.Context, url string, facts int, change string) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	if err = refmis.Install(ctx, conn); err == nil {
		_, err = refmis.Generate(ctx, conn, refmis.Options{Seed: 1, Facts: facts, Defects: map[refmis.Kind]int{}})
	}
	if err == nil {
		_, err = conn.Exec(ctx, change)
	}
	if err == nil {
		_, err = conn.Exec(ctx, `select egisso.set_signing_service(true, 'проверка')`)
	}
	return errors.Join(err, conn.Close(ctx))
}

// serverVacuums lets the server tidy its tables and count their rows, as it does in
// operation: what is long needs that. The cursor of the МИС may wait for it.
func serverVacuums(t testing.TB) {
	t.Helper()
	c := pgtest.Cluster(t)
	set := func(value string) {
		for _, statement := range []string{"alter system set autovacuum = " + value, "select pg_reload_conf()"} {
			if err := c.Exec(context.Background(), statement); err != nil {
				t.Error(err)
			}
		}
	}
	set("on")
	t.Cleanup(func() { set("off") })
}

func identity(t testing.TB, name string) *smevtest.Identity {
	t.Helper()
	i, err := smevtest.NewIdentity(name, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func signer(t testing.TB, i *smevtest.Identity) smevtest.Signer {
	t.Helper()
	s, err := i.Signer(nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// run runs a job until it has nothing more to do and returns how much it did.
func (w *world) run(job jobs.Job) (done int) {
	w.Helper()
	for range 1000 {
		report, err := job.Run(context.Background())
		if err != nil {
			w.Fatalf("job %s: %v", job.Name(), err)
		}
		done += report.Done
		if !report.More {
			return done
		}
	}
	w.Fatalf("job %s finds no end", job.Name())
	return done
}

// script makes trouble.
func (w *world) script(r smevtest.Rule) {
	w.Helper()
	if err := w.bus.Script().Add(r); err != nil {
		w.Fatal(err)
	}
}

// idle waits until the bus has processed what it accepted.
func (w *world) idle() {
	w.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := w.bus.WaitIdle(ctx); err != nil {
		w.Fatal(err)
	}
}

// everything runs every job once to its end, in the order of a record's way.
func (w *world) everything() {
	w.Helper()
	for _, job := range []jobs.Job{w.decide, w.form, w.sign, w.send} {
		w.run(job)
	}
	w.idle()
	for _, job := range []jobs.Job{w.receive, w.fetch, w.receive, w.apply} {
		w.run(job)
	}
}

// measuresAccepted takes the measures to ЕГИССО in one message and leaves the facts
// alone.
func (w *world) measuresAccepted() {
	w.Helper()
	one := w.form.MaxRecords
	w.form.MaxRecords = 1000
	w.exec(`update egisso.source_row set dirty = false where register = 'fact'`)
	w.everything()
	w.form.MaxRecords = one
	if open := w.count(`select count(*) from egisso.record where state <> 'accepted'`); open > 0 {
		w.Fatalf("%d measures were not accepted", open)
	}
}

// moments are the columns with a time that decides when something happens.
var moments = map[string][]string{
	"record":             {"state_at"},
	"message":            {"created_at", "next_attempt_at", "claimed_until", "delivered_at"},
	"package":            {"created_at", "signed_at", "queued_at", "closed_at", "claimed_until"},
	"answer":             {"received_at", "next_ack_at", "next_apply_at"},
	"received_file":      {"created_at", "next_attempt_at", "claimed_until"},
	"incoming":           {"received_at", "next_ack_at", "next_handle_at", "claimed_until"},
	"classifier_request": {"wanted_at", "asked_at", "next_at", "received_at"},
}

// advance lets time pass, for the jobs, the bus and the database, whose own
// clock cannot be moved: everything in it becomes older.
func (w *world) advance(d time.Duration) {
	w.Helper()
	w.clock.Advance(d)
	for table, columns := range moments {
		var set []string
		for _, c := range columns {
			set = append(set, c+" = "+c+" - $1::interval")
		}
		w.exec("update egisso."+table+" set "+strings.Join(set, ", "), d)
	}
}

// exec runs a statement. What it changed in the МИС can be read when it returns.
func (w *world) exec(query string, args ...any) {
	w.Helper()
	if _, err := w.pool.Exec(context.Background(), query, args...); err != nil {
		w.Fatal(err)
	}
	if strings.Contains(query, " mis.") {
		w.outlived()
	}
}

// outlived waits until whatever ran on the server has ended: the change log is read up
// to the oldest running transaction, and the tests beside this one have theirs.
func (w *world) outlived() {
	w.Helper()
	now := w.text(`select pg_current_xact_id()::text`)
	for start := time.Now(); w.count(`select (pg_snapshot_xmin(pg_current_snapshot()) < $1::text::xid8)::int`, now) > 0; {
		if time.Since(start) > time.Minute {
			w.Fatal("a transaction beside this test does not end")
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// refused is why the database refuses a statement.
func (w *world) refused(query string, args ...any) string {
	w.Helper()
	_, err := w.pool.Exec(context.Background(), query, args...)
	if err == nil {
		w.Fatalf("%s is not refused", query)
	}
	return err.Error()
}

func (w *world) count(query string, args ...any) (n int) {
	w.Helper()
	if err := w.pool.QueryRow(context.Background(), query, args...).Scan(&n); err != nil {
		w.Fatal(err)
	}
	return n
}

// clean asserts what must hold at the end: every record accepted exactly once
// on both sides, and nothing left anywhere.
func (w *world) clean(records int) {
	w.Helper()
	if n := w.count(`select count(*) from egisso.record where state = 'accepted'`); n != records {
		w.Errorf("%d records are accepted, want %d", n, records)
	}
	if n := w.count(`select count(*) from egisso.record where state <> 'accepted'`); n > 0 {
		w.Errorf("%d records are not accepted", n)
	}
	if n := w.count(`select count(*) from egisso.message where state in ('pending', 'in_doubt')`); n > 0 {
		w.Errorf("%d messages are not delivered", n)
	}
	if n := w.count(`select count(*) from egisso.package where state in ('formed', 'signed', 'queued')`); n > 0 {
		w.Errorf("%d packages are open", n)
	}
	if n := w.count(`select count(*) from egisso.answer where verified and (acked_at is null or applied_at is null)`); n > 0 {
		w.Errorf("%d answers are not done with", n)
	}
	accepted := w.bus.Ledger().AcceptedIDs("")
	if len(accepted) != records {
		w.Errorf("ЕГИССО accepted %d records, want %d", len(accepted), records)
	}
	for _, id := range accepted {
		if n := w.bus.Ledger().Accepted(id); n != 1 {
			w.Errorf("ЕГИССО accepted record %s %d times", id, n)
		}
	}
	if n := w.bus.Waiting(mnemonic, ledger.Responses); n > 0 {
		w.Errorf("%d answers wait at the bus", n)
	}
	for _, v := range w.bus.Ledger().Violations() {
		w.Errorf("violation: %+v", v)
	}
}

// journal is a log in memory.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write implements io.Writer.
func (j *journal) Write(b []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(b)
}

// lines returns the lines so far.
func (j *journal) lines() []string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return strings.SplitAfter(strings.TrimSuffix(j.text.String(), "\n"), "\n")
}
