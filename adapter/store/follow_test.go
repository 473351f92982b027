package store_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/lifecycle"
	"egissogw/adapter/store"
)

// follow decides as the rules do on rows ЕГИССО does not have: what is gone is dropped. With
// versions the id derives from the content.
func (f fixture) follow(t *testing.T, versions bool, state lifecycle.State) int {
	t.Helper()
	n, err := f.Decide(t.Context(), egisso.RegisterFact, 1000, func(p lifecycle.Pending) (lifecycle.Decision, error) {
		return following(p, versions, state), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func following(p lifecycle.Pending, versions bool, state lifecycle.State) lifecycle.Decision {
	if p.Deleted {
		return lifecycle.Decision{Drop: lifecycle.NotNeeded}
	}
	id := recordID(p.Key)
	if versions {
		id = recordID(string(p.Content))
	}
	return lifecycle.Decision{Record: &lifecycle.NewRecord{
		ID: id, Kind: egisso.KindFact, Provider: "0042.000001", Content: p.Content, Added: &lifecycle.FactIDs{}, BecomesHash: p.ContentHash, State: state,
	}}
}

func deleted(key string) store.SourceRow {
	return store.SourceRow{Key: key, RecordNo: "N" + key, ChangedAt: time.Now(), Deleted: true}
}

// contents are those of the elements a package would be signed with, sorted.
func contents(p *store.FormedPackage) string {
	var all []string
	for _, e := range p.Elements {
		all = append(all, strings.Replace(string(e.Content), `,"uuid":"`+e.ID.String()+`"`, "", 1))
	}
	slices.Sort(all)
	return strings.Join(all, " ")
}

// TestUnsignedPackageFollowsTheSource: what changed is replaced, what was deleted leaves, what
// is empty dissolves.
func TestUnsignedPackageFollowsTheSource(t *testing.T) {
	f := open(t)
	f.saveRows(t, row("1", "a"), row("2", "b"), row("3", "c"))
	f.follow(t, false, lifecycle.Ready)
	f.form(t)
	f.saveRows(t, row("1", "corrected"), deleted("2"))
	if p, err := f.ClaimFormed(t.Context(), time.Minute); err != nil || p != nil {
		t.Fatalf("a package is signed whose rows changed: %v, %v", p, err)
	}
	if n := f.follow(t, false, lifecycle.Ready); n != 2 {
		t.Fatalf("%d rows decided, want 2", n)
	}
	p, err := f.ClaimFormed(t.Context(), time.Minute)
	if err != nil || p == nil {
		t.Fatalf("nothing to sign: %v", err)
	}
	if got := contents(p); got != `{"content":"c"} {"content":"corrected"}` {
		t.Errorf("the package holds %s", got)
	}
	f.want(t, `select string_agg(row_key || ' ' || state, ', ' order by row_key) from egisso.record`, "1 packed, 2 dropped, 3 packed")
	f.want(t, `select concat_ws('|', record_count, withdrawn, status, info) from egisso.journal`,
		"2|1|Сформирован|Пакет сформирован, ожидает подписи; после формирования обновлён, изъято записей: 1")
	f.want(t, `select string_agg(text, '; ' order by text) from egisso.record_history where row_key = '2' and what = 'package'`,
		"Включена в пакет и изъята до подписи: решена заново")
	f.saveRows(t, deleted("1"), deleted("3"))
	f.follow(t, false, lifecycle.Ready)
	f.want(t, `select concat_ws('|', record_count, withdrawn, status) from egisso.journal`, "2|3|Расформирован")
	if p, err := f.ClaimFormed(t.Context(), time.Minute); err != nil || p != nil {
		t.Errorf("an empty package is signed: %v, %v", p, err)
	}
	f.want(t, `select count(*) from egisso.register_rest`, "0")
}

// TestUnsignedPackageTakesTheNewVersion: a version has an id of its own; it takes the place of
// the one before. What must not go now leaves.
func TestUnsignedPackageTakesTheNewVersion(t *testing.T) {
	f := open(t)
	f.saveRows(t, row("1", "a"), row("2", "b"))
	f.follow(t, true, lifecycle.Ready)
	pkg, _ := f.form(t)
	f.saveRows(t, row("1", "corrected"))
	f.follow(t, true, lifecycle.Ready)
	f.want(t, `select string_agg(e.content ->> 'content' || ' ' || r.state, ', ' order by r.row_key, r.state) from egisso.record r join egisso.element_content e using (id)`,
		"a dropped, corrected packed, b packed")
	f.want(t, `select record_count || ' ' || withdrawn from egisso.package`, "2 1")
	f.saveRows(t, row("2", "wrong"))
	f.follow(t, true, lifecycle.Blocked)
	f.want(t, `select string_agg(row_key || ' ' || state, ', ' order by row_key) from egisso.record where state <> 'dropped'`, "1 packed, 2 blocked")
	if p := f.sign(t); p.ID != pkg || contents(p) != `{"content":"corrected"}` {
		t.Errorf("signed %s with %s", p.ID, contents(p))
	}
	// What left is no member any more: its outcome is not that of the package.
	m := f.claim(t)
	attempt, err := f.BeginAttempt(t.Context(), m, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Delivered(t.Context(), m, attempt, "в очереди"); err != nil {
		t.Fatal(err)
	}
	if _, err := f.StoreAnswer(t.Context(), store.InAnswer{
		ID: "a1", OriginalMessageID: m.ID.String(), Kind: "content", Raw: []byte("raw"), Verified: true, Speaker: store.Speaker{Listed: true},
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := f.ApplyNext(t.Context(), func(_ store.InAnswer, pkg *lifecycle.AnsweredPackage) (lifecycle.Verdict, error) {
		if len(pkg.Members) != 1 || pkg.Members[0] != recordID(`{"content":"corrected"}`) {
			t.Errorf("the answered package has members %+v", pkg.Members)
		}
		return lifecycle.Verdict{Result: lifecycle.PackageAccepted}, nil
	}); err != nil {
		t.Fatal(err)
	}
}

// TestSigningLosesToTheSource: bytes made of what the source does not say any more are not
// stored, whether a decision is due or was made meanwhile.
func TestSigningLosesToTheSource(t *testing.T) {
	f := open(t)
	f.saveRows(t, row("1", "a"), row("2", "b"))
	f.follow(t, false, lifecycle.Ready)
	f.form(t)
	p, err := f.ClaimFormed(t.Context(), time.Minute)
	if err != nil || p == nil {
		t.Fatalf("nothing to sign: %v", err)
	}
	late := func(when string) {
		t.Helper()
		id, _ := uuid.NewUUID()
		if err := f.StoreSigned(t.Context(), p, store.Message{ID: id, Envelope: []byte("<late/>")}); !errors.Is(err, store.ErrLost) {
			t.Errorf("signed while a decision %s: %v", when, err)
		}
	}
	f.saveRows(t, row("1", "corrected"))
	late("was due")
	f.follow(t, false, lifecycle.Ready)
	late("had been made")
	if p := f.sign(t); contents(p) != `{"content":"b"} {"content":"corrected"}` {
		t.Errorf("signed with %s", contents(p))
	}
	f.saveRows(t, row("2", "too late"))
	if n := f.follow(t, false, lifecycle.Ready); n != 0 {
		t.Errorf("%d rows of a signed package decided", n)
	}
}

// TestFileLosesToTheSource: a package for upload by hand follows the source until its file is
// stored.
func TestFileLosesToTheSource(t *testing.T) {
	f := open(t)
	f.saveRows(t, row("1", "a"))
	f.follow(t, false, lifecycle.Ready)
	f.form(t)
	f.exec(t, `update egisso.package set channel = 'manual'`)
	claimed := func() *store.FormedPackage {
		t.Helper()
		p, err := f.ClaimManual(t.Context(), time.Minute)
		if err != nil || p == nil {
			t.Fatalf("no file to write: %v", err)
		}
		return p
	}
	p := claimed()
	f.saveRows(t, row("1", "corrected"))
	if err := f.StoreFile(t.Context(), p, "a.xml", []byte("late")); !errors.Is(err, store.ErrLost) {
		t.Errorf("a file was stored while a decision was due: %v", err)
	}
	f.follow(t, false, lifecycle.Ready)
	if err := f.StoreFile(t.Context(), p, "a.xml", []byte("late")); !errors.Is(err, store.ErrLost) {
		t.Errorf("a file was stored after a decision was made: %v", err)
	}
	if p = claimed(); contents(p) != `{"content":"corrected"}` {
		t.Errorf("the file would hold %s", contents(p))
	}
	if err := f.StoreFile(t.Context(), p, "a.xml", []byte("file")); err != nil {
		t.Fatal(err)
	}
	f.saveRows(t, row("1", "too late"))
	if n := f.follow(t, false, lifecycle.Ready); n != 0 {
		t.Errorf("%d rows decided whose file is stored", n)
	}
}

// TestDecisionWaitsForTheSignature: whoever stores a signature at this moment is waited for;
// then the row is in flight.
func TestDecisionWaitsForTheSignature(t *testing.T) {
	f := open(t)
	f.saveRows(t, row("1", "a"))
	f.follow(t, false, lifecycle.Ready)
	f.form(t)
	f.saveRows(t, row("1", "too late"))
	tx, err := f.conn.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), `update egisso.package set state = 'signed', signed_at = now()`); err != nil {
		t.Fatal(err)
	}
	decided := make(chan error, 1)
	n := 0
	go func() {
		var err error
		n, err = f.Decide(t.Context(), egisso.RegisterFact, 10, func(p lifecycle.Pending) (lifecycle.Decision, error) {
			return following(p, false, lifecycle.Ready), nil
		})
		decided <- err
	}()
	for waits := false; !waits; {
		if err := tx.QueryRow(t.Context(), `select exists (select from pg_locks where not granted and pg_backend_pid() = any(pg_blocking_pids(pid)))`).Scan(&waits); err != nil {
			t.Fatal(err)
		}
		select {
		case err := <-decided:
			t.Fatalf("decided on %d rows without waiting: %v", n, err)
		case <-time.After(10 * time.Millisecond):
		}
	}
	if err := tx.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := receive(t, decided); err != nil || n != 0 {
		t.Errorf("%d rows decided, %v", n, err)
	}
	f.want(t, `select r.state || ' ' || (e.content ->> 'content') from egisso.record r join egisso.element_content e using (id)`, "packed a")
}

// TestUnsignedPackageIsJudgedAgain: a new policy, and a new КМСЗ, reach what is not signed yet.
func TestUnsignedPackageIsJudgedAgain(t *testing.T) {
	f := open(t)
	f.saveRows(t, row("1", "a"))
	f.follow(t, false, lifecycle.Ready)
	f.form(t)
	if n, err := f.SetCheckBasis(t.Context(), "stricter"); err != nil || n != 1 {
		t.Errorf("%d rows judged again, %v", n, err)
	}
	f.follow(t, false, lifecycle.Blocked)
	f.want(t, `select state from egisso.record`, "blocked")
	f.want(t, `select state from egisso.package`, "dissolved")
	f.exec(t, `update egisso.source_row set dirty = true`)
	f.follow(t, false, lifecycle.Ready)
	f.form(t)
	f.sign(t)
	if n, err := f.SetCheckBasis(t.Context(), "stricter still"); err != nil || n != 0 {
		t.Errorf("%d rows of a signed package judged again, %v", n, err)
	}
}

// TestHeldChangesLeaveUnsignedPackages: the rest of the package goes.
func TestHeldChangesLeaveUnsignedPackages(t *testing.T) {
	f := open(t)
	f.LimitChanges(store.ChangeLimits{Window: 24 * time.Hour, Least: 1})
	decide := func() {
		t.Helper()
		if _, err := f.Decide(t.Context(), egisso.RegisterFact, 10, func(p lifecycle.Pending) (lifecycle.Decision, error) {
			d := following(p, false, lifecycle.Ready)
			if p.Key != "1" {
				d.Record.Kind = egisso.KindFactAlteration
			}
			return d, nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	f.saveRows(t, row("1", "new"), row("2", "alteration"))
	decide()
	f.form(t)
	f.saveRows(t, row("3", "alteration"))
	decide()
	f.want(t, `select string_agg(row_key || ' ' || state || ' ' || reason_code, ', ' order by row_key) from egisso.record`, "1 packed , 2 waiting mass_change, 3 waiting mass_change")
	f.want(t, `select concat_ws(' ', state, record_count, withdrawn) from egisso.package`, "formed 1 1")
	if p := f.sign(t); len(p.Elements) != 1 || p.Elements[0].ID != recordID("1") {
		t.Errorf("signed %+v", p.Elements)
	}
}

func TestDissolve(t *testing.T) {
	f := open(t)
	f.saveRows(t, row("1", "a"))
	again := func(signed bool) uuid.UUID {
		t.Helper()
		f.exec(t, `update egisso.source_row set dirty = true`)
		f.follow(t, false, lifecycle.Ready)
		pkg, n := f.form(t)
		if n != 1 {
			t.Fatalf("a package of %d records", n)
		}
		if signed {
			f.sign(t)
		}
		return pkg
	}
	for _, signed := range []bool{false, true} {
		pkg := again(signed)
		if text, err := f.DissolvePackage(t.Context(), pkg); err != nil || !strings.Contains(text, "записей: 1") {
			t.Errorf("dissolved: %q, %v", text, err)
		}
		f.want(t, `select status from egisso.journal order by created_at desc limit 1`, "Расформирован")
		f.want(t, `select state || ' ' || package_limit from egisso.record`, "ready 1000")
		if m, err := f.ClaimMessage(t.Context(), time.Minute, true); err != nil || m != nil {
			t.Errorf("it can still be sent: %v, %v", m, err)
		}
		if _, err := f.DissolvePackage(t.Context(), pkg); err == nil {
			t.Error("dissolved twice")
		}
		if _, err := f.RetryPackage(t.Context(), pkg, "проверка"); err == nil {
			t.Error("retried what is dissolved")
		}
	}
	pkg := again(true)
	m := f.claim(t)
	refused := func(when string) {
		t.Helper()
		if _, err := f.DissolvePackage(t.Context(), pkg); err == nil || !strings.Contains(err.Error(), "release") {
			t.Errorf("dissolved %s: %v", when, err)
		}
	}
	refused("while it is sent")
	if _, err := f.BeginAttempt(t.Context(), m, 0); err != nil {
		t.Fatal(err)
	}
	refused("though it may have arrived")
	f.want(t, `select count(*) from egisso.operation_log where action = 'dissolve_package'`, "2")
}
