package jobs_test

import (
	"encoding/json"
	"io"
	"log/slog"
	"testing"
	"time"

	"egissogw/adapter/archive"
	"egissogw/adapter/store"
	"egissogw/crypto/cert"
	"egissogw/jobs"
)

const keepDay = 24 * time.Hour

// prune is the job as it runs so many days from now, with a term of one day.
func (w *world) prune(days int) jobs.Prune {
	return jobs.Prune{
		Store: w.store, Keep: keepDay, Now: func() time.Time { return time.Now().Add(time.Duration(days) * keepDay) },
		Log: slog.New(slog.NewTextHandler(w.Output(), &slog.HandlerOptions{Level: slog.LevelError})),
	}
}

// emptied counts what of a row's packages has no documents any more.
const emptied = `select count(*) from egisso.package p join egisso.message m on m.package_id = p.id
	where p.pruned_at is not null and m.envelope = '' and not exists (select from egisso.answer a where a.original_message_id = m.id::text and a.raw <> '')
	  and not exists (select from egisso.attachment f where f.message_id = m.id and f.content <> '')
	  and exists (select from egisso.package_record pr join egisso.record r on r.id = pr.record_id where pr.package_id = p.id and r.row_key = $1 and r.register = 'fact')`

// TestDocumentsGoWhenTheirTermIsOver: what ЕГИССО holds stays, and what a person keeps; of a
// fact that was removed there go messages, files, answers and contents, and proofs stay. Only
// the functions that ask whether they may can do it, and the archive lets a file go when all
// in it has gone.
func TestDocumentsGoWhenTheirTermIsOver(t *testing.T) {
	w := newWorld(t, 2, io.Discard, nil)
	d := newDisk(t)
	w.archived(d)
	w.measuresAccepted()
	w.exec(`update egisso.source_row set dirty = true where register = 'fact'`)
	w.everything()
	if n := w.run(w.prune(10)); n != 0 {
		t.Fatalf("%d packages of what ЕГИССО holds were removed", n)
	}
	id := int64(w.count(`select min(id) from mis.recipe`))
	w.cancel(id)
	w.run(w.collect)
	w.everything()
	key := w.text(`select row_key from egisso.source_row where register = 'fact' and accepted_id is null`)
	if n := w.run(w.prune(0)); n != 0 {
		t.Errorf("%d packages were removed within their term", n)
	}
	dispute := func(disputed bool) {
		t.Helper()
		if _, err := w.store.DisputeRecord(t.Context(), store.RecordKey{Register: "fact", Key: key}, disputed, "проверка"); err != nil {
			t.Fatal(err)
		}
	}
	dispute(true)
	if n := w.run(w.prune(10)); n != 0 {
		t.Errorf("%d packages in dispute were removed", n)
	}
	dispute(false)
	elements := w.count(`select count(*) from egisso.element_content where content is not null`)
	if n := w.run(w.prune(10)); n != 2 { // the fact and its removal
		t.Errorf("%d packages were removed", n)
	}
	if n := w.count(emptied, key); n != 2 {
		t.Errorf("%d packages have no documents", n)
	}
	if n := w.count(`select count(*) from egisso.element_content where content is not null`); n != elements-2 {
		t.Errorf("of %d records %d still say something", elements, n)
	}
	w.provenStill(2)
	if n := w.count(`select count(*) from egisso.message where envelope <> ''`); n != w.count(`select count(*) from egisso.message`)-2 {
		t.Errorf("%d messages are left", n)
	}
	if n := w.run(w.prune(10)); n != 0 {
		t.Errorf("%d packages were removed again", n)
	}
	if n := w.count(`select count(*) from egisso.operation_log where action = 'prune'`); n != 1 {
		t.Errorf("%d lines in the log of operations", n)
	}
	for _, query := range []string{
		`update egisso.message set envelope = '' where envelope <> ''`, `update egisso.answer set raw = '' where raw <> ''`,
		`update egisso.attachment set content = '' where content <> ''`,
	} {
		w.refused(query)
	}
	w.run(w.collect)
	w.everything() // the rest goes on
	w.archiveForgets(d)
}

// provenStill: everything that went is in the archive, with its hash, and what proves who
// signed it is still there.
func (w *world) provenStill(packages int) {
	w.Helper()
	if n := w.count(`select count(distinct package_id) from egisso.pruned where archived_at is not null and size > 0`); n != packages {
		w.Errorf("%d packages are proven to be in the archive", n)
	}
	for _, kind := range []archive.Kind{archive.Sent, archive.Answer} {
		var text string
		if err := w.pool.QueryRow(w.Context(), `select signatures::text from egisso.pruned where kind = $1 limit 1`, kind).Scan(&text); err != nil {
			w.Fatal(err)
		}
		var signatures []jobs.Signature
		if err := json.Unmarshal([]byte(text), &signatures); err != nil || len(signatures) == 0 {
			w.Fatalf("%s: %d signatures, %v", kind, len(signatures), err)
		}
		for _, s := range signatures {
			c, err := cert.Parse(s.Certificate)
			if err != nil {
				w.Fatal(err)
			}
			h := cert.NewDigest(c.DigestSize())
			h.Write(s.SignedInfo)
			if err := c.PublicKey.Verify(h.Sum(nil), s.Value); err != nil {
				w.Errorf("%s: the signature at %s does not hold: %v", kind, s.Place, err)
			}
		}
	}
}

// archiveForgets: not while anything in a file is kept, nor within its own term.
func (w *world) archiveForgets(d *disk) {
	w.Helper()
	job := w.prune(20)
	forget := jobs.Forget{Store: w.store, Folder: d.folder, Keep: 10 * keepDay, Now: job.Now, Log: job.Log}
	job.Archive = &forget
	left := func() int {
		w.Helper()
		files, err := archive.Files(d.folder)
		if err != nil {
			w.Fatal(err)
		}
		return len(files)
	}
	before := left()
	if w.run(job); left() != before || before == 0 {
		w.Errorf("of %d files %d are left, though ЕГИССО holds what is in them", before, left())
	}
	w.exec(`insert into egisso.pruned (kind, id, sha256, size) select kind, id, digest, 1 from egisso.archived on conflict do nothing`)
	forget.Keep = 30 * keepDay
	if w.run(job); left() != before {
		w.Errorf("%d files are left within the term of the archive", left())
	}
	forget.Keep = 10 * keepDay
	if w.run(job); left() != 0 {
		w.Errorf("%d files are left of what has gone from the database", left())
	}
	if n := w.count(`select count(*) from egisso.pruned where forgotten_at is null`); n != 0 {
		w.Errorf("of %d documents it is not said that they are nowhere", n)
	}
}

// TestDocumentsOfALateAnswerGo: an answer may come when the documents of its package have gone.
// It is applied, and goes in its turn.
func TestDocumentsOfALateAnswerGo(t *testing.T) {
	w := newWorld(t, 2, io.Discard, nil)
	w.withoutAnswer(1)
	w.overdue(0)
	w.released(`select id from egisso.package where register = 'fact'`)
	w.exec(`delete from mis.recipe`)
	w.run(w.collect)
	w.run(w.decide)
	w.wantText(`select state || ' ' || count(*) from egisso.record where register = 'fact' group by state`, "dropped 2")
	if n := w.run(w.prune(400)); n != 1 {
		t.Fatalf("%d packages were removed", n)
	}
	w.advance(31 * 24 * time.Hour)
	w.settle()
	w.wantText(`select p.info || coalesce(p.review, '') from egisso.package p where p.released_at is not null`, "Записи уходят снова; протокол пришёл позже: принято записей 2, отклонено 0")
	if n := len(w.bus.Ledger().AcceptedIDs("errorsInvalidation")); n != 2 {
		t.Errorf("of 2 facts whose rows are gone %d were removed", n)
	}
	if n := w.run(w.prune(400)); n != 2 { // this one again, and the removals
		t.Errorf("%d packages were removed", n)
	}
	w.wantText(`select count(*)::text from egisso.answer a join egisso.message m on m.id::text = a.original_message_id join egisso.package p on p.id = m.package_id
		where p.register = 'fact' and (a.raw <> '' or exists (select from egisso.package_protocol q where q.package_id = p.id))`, "0")
}
