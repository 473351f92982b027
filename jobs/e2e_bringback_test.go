package jobs_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"egissogw/adapter/archive"
	"egissogw/adapter/mis"
	"egissogw/adapter/store"
	"egissogw/adapter/store/pgtest"
	"egissogw/jobs"
)

// copied makes a copy of the gateway's database as it is now.
func (w *world) copied() (url string) {
	w.Helper()
	name := w.text(`select current_database()`)
	url = w.pool.Config().ConnString()
	w.store.Close()
	w.pool.Close()
	c := pgtest.Cluster(w)
	older := name + "_older"
	if err := c.Exec(context.Background(), "create database "+older+" template "+name); err != nil {
		w.Fatal(err)
	}
	w.Cleanup(func() {
		if err := c.Exec(context.Background(), "drop database "+older+" with (force)"); err != nil {
			w.Error(err)
		}
	})
	w.reopen(url)
	return strings.Replace(url, name, older, 1)
}

// reopen lets the jobs work on a database, which may be another one.
func (w *world) reopen(url string) {
	w.Helper()
	ctx := context.WithoutCancel(w.Context())
	var err error
	if w.store, err = store.Open(ctx, url); err != nil {
		w.Fatal(err)
	}
	w.Cleanup(w.store.Close)
	if w.pool, err = pgxpool.New(ctx, url); err != nil {
		w.Fatal(err)
	}
	w.Cleanup(w.pool.Close)
	w.compareScreens(ctx)
	jobsBefore := *w
	w.assemble(w.client.Builder.Version)
	w.form.MaxRecords = jobsBefore.form.MaxRecords
	if a := jobsBefore.send.Archive; a != nil {
		w.archived(a.To.(*disk))
	}
}

// archived lets the jobs keep their evidence on a disk.
func (w *world) archived(d *disk) {
	w.send.Archive = w.archive(d)
	w.receive.Archive = w.send.Archive
}

// lost is the world with another database of the gateway, and the same МИС, bus and archive.
func (w *world) lost(url string) *world {
	w.Helper()
	other, source := *w, w.pool
	other.reopen(url)
	other.collect.Source = mis.Open(context.Background(), source, "")
	other.exec(`select egisso.set_signing_service(true, 'проверка')`)
	return &other
}

// empty is a database of the gateway that never was used.
func empty(t testing.TB) (url string) { return pgtest.Database(t) }

// bringBack is a recovery from a disk.
func (w *world) bringBack(d *disk) jobs.BringBack {
	w.Helper()
	files, err := archive.Files(d.folder)
	if err != nil {
		w.Fatal(err)
	}
	return jobs.BringBack{
		Store: w.store, Files: files, Reason: "проверка", Log: slog.New(slog.NewTextHandler(w.Output(), &slog.HandlerOptions{Level: slog.LevelError})),
		Answers: jobs.Answers{Bus: w.client, Files: w.files, FileLimit: 1 << 20, Senders: known, At: func(time.Time) {}},
		Handle:  jobs.Handle{Store: w.store, Lease: time.Minute, Log: w.log},
	}
}

// brought runs a recovery and fails the test unless all came back, so many entries.
func (w *world) brought(d *disk) (entries int) {
	w.Helper()
	b, err := w.bringBack(d).Run(context.Background())
	if err != nil {
		w.Fatal(err)
	}
	if len(b.Left) > 0 || len(b.Damage) > 0 || len(b.Missing) > 0 {
		w.Errorf("not brought back: %+v", b)
	}
	for _, k := range b.Kinds {
		entries += k.Back
	}
	return entries
}

// Whatever is known of rows, records and packages that have had an outcome.
const (
	heldRows = `select concat_ws(' ', register, row_key, generation, events, accepted_id, accepted_event, encode(accepted_hash, 'hex'), accepted_provider, participant_code,
		(select md5(h.content::text) from egisso.held h where h.register = s.register and h.row_key = s.row_key))
		from egisso.source_row s where accepted_event is not null and exists (select from egisso.record r where r.id = s.accepted_event) order by register, row_key`
	decidedRecords = `select concat_ws(' ', r.id, r.register, r.row_key, r.kind, r.provider, r.state, encode(r.becomes_hash, 'hex'), r.change, r.settles, r.package_id, md5(e.content::text), md5(e.becomes::text))
		from egisso.record r join egisso.element_content e using (id) where r.package_id is not null and r.state <> 'dropped' order by r.id`
	decidedPackages = `select concat_ws(' ', p.id, p.register, p.format, p.format_version, p.provider, p.state, p.result, p.record_count, m.id, m.state, md5(m.envelope),
		(select string_agg(concat_ws(' ', n.record_id, n.kind, n.outcome), ',' order by n.ordinal) from egisso.package_record n where n.package_id = p.id),
		(select string_agg(concat_ws(' ', a.uuid, a.file_name, a.mime_type, md5(a.content), md5(a.signature), md5(a.hash)), ',') from egisso.attachment a where a.message_id = m.id))
		from egisso.package p join egisso.message m on m.package_id = p.id where p.state not in ('queued', 'signed') order by p.id`
)

// same fails the test unless a query shows the same in both databases.
func (w *world) same(other *world, query string) {
	w.Helper()
	want, got := strings.Split(w.lines(query), "\n"), strings.Split(other.lines(query), "\n")
	if slices.Equal(want, got) {
		return
	}
	for i, line := range want {
		if !slices.Contains(got, line) {
			w.Errorf("line %d is lost: %s", i, line)
			break
		}
	}
	for _, line := range got {
		if !slices.Contains(want, line) {
			w.Errorf("one is invented: %s", line)
			break
		}
	}
}

// lossFindings counts what status says of a database that was lost.
func (w *world) lossFindings() (n int) {
	w.Helper()
	status, err := w.store.Status(context.Background())
	if err != nil {
		w.Fatal(err)
	}
	for _, f := range status.Findings {
		if f.Code == "archive_loss" && strings.Contains(f.Advice, "recover --apply") {
			n += f.Count
		}
	}
	return n
}

// cancel and dispense are what happens to one prescription.
func (w *world) cancel(id int64) { w.exec(`update mis.recipe set status = 4 where id = $1`, id) }
func (w *world) more(ids ...int64) {
	w.exec(`update mis.recipe set pack_qty = pack_qty + 1 where id = any($1)`, ids)
}
func (w *world) reword() { w.exec(`update mis.measure set condition_text = condition_text || '.'`) }

// TestALostDatabaseIsBroughtBack: facts, measures, points and organisations were sent,
// altered, removed and sent anew when the database is lost. Nothing leaves until it is
// brought back from the archive; then it is what it was, and what changes leaves under the
// ids that follow.
func TestALostDatabaseIsBroughtBack(t *testing.T) {
	for name, older := range map[string]bool{"empty": false, "empty, the source is read before": false, "older": true} {
		t.Run(name, func(t *testing.T) {
			w := wholeWorld(t, 60)
			w.form.MaxRecords = 1000
			d := newDisk(t)
			w.archived(d)
			id := w.patients(6)
			w.settle()
			w.more(id[0], id[1])
			w.cancel(id[2])
			w.reword()
			w.settle()
			w.exec(`update mis.recipe set status = 1, dispensed_date = null where id = $1`, id[2]) // once more, in the next generation
			w.settle()
			if n := w.count(`select count(*) from egisso.source_row where generation > 0 and accepted_id is not null`); n == 0 {
				t.Fatal("nothing was removed and sent anew")
			}
			url := empty(t)
			if older {
				url = w.copied()
			}
			w.more(id[0], id[2])
			w.cancel(id[3])
			w.reword()
			w.settle()
			w.more(id[4]) // on its way when the database is lost
			for _, job := range []jobs.Job{w.collect, w.decide, w.form, w.sign, w.send} {
				w.run(job)
			}
			w.idle()

			other := w.lost(url)
			if name == "empty, the source is read before" {
				other.run(other.collect)
			}
			left := len(w.bus.Ledger().Messages())
			if _, err := other.send.Archive.Run(t.Context()); err != nil {
				t.Fatal(err)
			}
			for _, job := range []jobs.Job{other.decide, other.form, other.sign, other.send, other.receive} {
				if _, err := job.Run(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			if n := len(w.bus.Ledger().Messages()); n != left || other.lossFindings() != 1 {
				t.Fatalf("%d messages left, %d findings", n-left, other.lossFindings())
			}

			if n := other.brought(d); n == 0 {
				t.Error("nothing was brought back")
			}
			w.same(other, heldRows)
			w.same(other, decidedRecords)
			w.same(other, decidedPackages)
			if n := other.count(`select count(*) from egisso.message where state = 'in_doubt'`); n != 1 || other.lossFindings() != 0 {
				t.Errorf("%d messages are in doubt, %d findings", n, other.lossFindings())
			}
			if n := other.brought(d); n != 0 {
				t.Errorf("%d entries were brought back twice", n)
			}
			other.run(other.decide) // before the source is read: what an older copy knows of it is overtaken
			if n := other.count(`select count(*) from egisso.record r join egisso.source_row s using (register, row_key) where r.state = 'ready' and s.accepted_id is not null`); n > 0 {
				t.Errorf("%d records say again what the rows said before", n)
			}

			other.settle()
			w.more(id[0], id[2], id[3])
			w.cancel(id[1])
			w.reword()
			other.settle()
			if n := other.count(`select count(*) from egisso.record where state not in ('accepted', 'dropped', 'blocked', 'waiting')`); n > 0 {
				t.Errorf("%d records are not accepted", n)
			}
			if n := other.count(`select count(*) from egisso.source_row where unread`); n > 0 {
				t.Errorf("%d rows were not read", n)
			}
			for record := range strings.Lines(other.lines(`select id::text from egisso.record`)) {
				if n := w.bus.Ledger().Rejected(strings.TrimSpace(record)); n > 0 {
					t.Errorf("ЕГИССО rejected %s %d times", record, n)
				}
			}
			other.lawful()
		})
	}
}

// TestALossIsAccepted: a person says that what the archive holds is not missed.
func TestALossIsAccepted(t *testing.T) {
	w := newWorld(t, 1, io.Discard, nil)
	w.form.MaxRecords = 1000
	d := newDisk(t)
	w.archived(d)
	w.everything()
	other := w.lost(empty(t))
	other.run(other.collect)
	other.run(other.send.Archive)
	if n := other.lossFindings(); n != 1 {
		t.Fatalf("%d findings", n)
	}
	if _, err := other.store.AcceptLoss(t.Context(), ""); err == nil {
		t.Error("no reason is asked")
	}
	if n, err := other.store.AcceptLoss(t.Context(), "проверка"); err != nil || n != 1 {
		t.Errorf("%d accepted, %v", n, err)
	}
	other.archived(d) // begun anew
	other.run(other.send.Archive)
	if n := other.lossFindings(); n != 0 {
		t.Errorf("%d findings afterwards", n)
	}
	other.everything()
	if n := other.count(`select count(*) from egisso.message where state = 'delivered'`); n == 0 {
		t.Error("nothing is sent")
	}
	if n := other.count(`select count(*) from egisso.operation_log where action = 'accept_loss' and reason = 'проверка'`); n != 1 {
		t.Errorf("%d lines in the log of operations", n)
	}
}

// TestOrdinaryDaysAreNoLoss: restarts, new days, several gateways, old days deleted.
func TestOrdinaryDaysAreNoLoss(t *testing.T) {
	w := newWorld(t, 2, io.Discard, nil)
	w.form.MaxRecords = 1000
	one := newDisk(t)
	w.archived(one)
	w.everything()
	two := &disk{TB: t, folder: one.folder, writer: archive.NewWriter(one.folder, func() time.Time { return time.Now().Add(24 * time.Hour) })}
	t.Cleanup(func() { _ = two.writer.Close() })
	w.archived(two) // another day, another process
	w.everything()
	w.archived(newDisk(t)) // another gateway
	w.everything()
	for _, d := range []*disk{one, two} {
		if report, err := w.archive(d).Run(t.Context()); err != nil || report.Skipped {
			t.Errorf("%+v, %v", report, err)
		}
	}
	if n := w.lossFindings(); n != 0 {
		t.Errorf("%d findings", n)
	}
	if n := w.count(`select count(*) from egisso.record where state <> 'accepted'`); n > 0 {
		t.Errorf("%d records are not accepted", n)
	}
}

// TestADatabaseReplacedUnderARunningGateway: it is noticed before anything leaves.
func TestADatabaseReplacedUnderARunningGateway(t *testing.T) {
	w := newWorld(t, 1, io.Discard, nil)
	w.form.MaxRecords = 1000
	d := newDisk(t)
	w.archived(d)
	older := w.copied()
	w.everything()
	running := w.send.Archive
	other := w.lost(older)
	for _, job := range []jobs.Job{other.decide, other.form, other.sign} {
		other.run(job)
	}
	running.Store, other.send.Archive = other.store, running // the connection leads to the older copy now
	left := len(w.bus.Ledger().Messages())
	if _, err := other.send.Run(t.Context()); !errors.Is(err, jobs.ErrDatabaseLost) {
		t.Errorf("sending says %v", err)
	}
	if n := len(w.bus.Ledger().Messages()); n != left || other.lossFindings() != 1 {
		t.Errorf("%d messages left, %d findings", n-left, other.lossFindings())
	}
}

// TestADamagedArchiveGivesTheRest: where an answer cannot be read, what went later says what
// it said of its row, and the message does not go again.
func TestADamagedArchiveGivesTheRest(t *testing.T) {
	w := newWorld(t, 2, io.Discard, nil)
	w.form.MaxRecords = 1000
	whole := newDisk(t)
	w.archived(whole)
	w.settle() // measures and facts
	altered := w.text(`select min(row_key) from egisso.source_row where register = 'fact'`)
	w.exec(`update mis.recipe set pack_qty = pack_qty + 1 where id = $1::text::bigint`, altered)
	w.settle()
	var facts string
	for _, e := range whole.entries(archive.Sent) {
		if strings.Count(string(e.Part("elements.jsonl")), `"kind":"fact"`) == 2 {
			facts = e.ID
		}
	}
	damaged := newDisk(t)
	files, err := archive.Files(whole.folder)
	if err != nil {
		t.Fatal(err)
	}
	dropped := 0
	for e, err := range archive.Read(files...) {
		if err != nil {
			t.Fatal(err)
		}
		if facts != "" && strings.Contains(string(e.Part("about.json")), facts) && e.Kind == archive.Answer {
			dropped++
			continue
		}
		if err := damaged.Append(e); err != nil {
			t.Fatal(err)
		}
	}
	if files, err = archive.Files(damaged.folder); err != nil || dropped != 1 {
		t.Fatalf("%d answers, %v", dropped, err)
	}
	f, err := os.OpenFile(files[0], os.O_APPEND|os.O_WRONLY, 0)
	if err == nil {
		_, err = f.Write(make([]byte, 1000))
		err = errors.Join(err, f.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
	other := w.lost(empty(t))
	b, err := other.bringBack(damaged).Run(t.Context())
	if err != nil || len(b.Damage) != 1 || len(b.Left) > 0 {
		t.Fatalf("%+v, %v", b, err)
	}
	other.wantText(`select concat_ws(' ', generation, events, state) from egisso.source_row s join egisso.record r on r.id = s.accepted_event where s.row_key = $1 and s.register = 'fact'`, "0 1 accepted", altered)
	other.wantText(`select concat_ws(' ', m.state, p.state) from egisso.message m join egisso.package p on p.id = m.package_id where m.id = $1::text::uuid`, "refused expired", facts)
	if n := other.count(`select count(*) from egisso.message where state in ('pending', 'in_doubt')`); n > 0 {
		t.Errorf("%d messages would go again", n)
	}
}
