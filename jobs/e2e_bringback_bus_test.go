package jobs_test

import (
	"io"
	"testing"
	"time"

	"egissogw/adapter/archive"
	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/wire"
	"egissogw/adapter/mis/refmis"
	"egissogw/adapter/smev"
	"egissogw/adapter/smev/smevtest"
	"egissogw/jobs"
)

// What is known of КМСЗ, of messages of others and of our replies, and of files.
var saidByOthers = []string{
	`select concat_ws(' ', number, status, start_date, finish_date, document, note, encode(hash, 'hex'), source, md5(body)) from egisso.classifier_version order by number`,
	`select concat_ws(' ', version, count(*), md5(string_agg(p::text, ',' order by p::text))) from egisso.classifier_position p group by version order by version`,
	`select concat_ws(' ', classifier, wanted_at is null, package_id, tries, received_at is null) from egisso.classifier_request order by classifier`,
	`select md5(u::text) from egisso.classifier_unit u order by 1`,
	`select md5(p::text) from egisso.classifier_periodicity p order by 1`,
	`select concat_ws(' ', i.id, i.kind, i.namespace, i.sender, i.cancels, i.verified, i.verdict, replace(i.reply, 'signed', 'delivered'), i.review is null, i.refusal_code, md5(i.raw),
		(select string_agg(concat_ws(' ', m.id, md5(m.envelope)), ',') from egisso.message m where m.incoming_id = i.id)) from egisso.incoming i order by i.id`,
	`select concat_ws(' ', a.id, a.kind, a.about, a.verified, a.applied_at is null, a.applied_note, a.review, md5(a.raw),
		(select string_agg(concat_ws(' ', f.name, f.inline, f.state, md5(f.content), md5(f.signature)), ',' order by f.name) from egisso.received_file f where f.answer_id = a.id)) from egisso.answer a order by a.id`,
}

// TestWhatOthersSaidIsBroughtBack: КМСЗ asked for and pushed, requests of others with our
// replies, one of them withdrawn, and protocols that came as files.
func TestWhatOthersSaidIsBroughtBack(t *testing.T) {
	for name, version := range map[string]smev.Version{"empty": smev.Version13, "older": smev.Version11} {
		t.Run(name, func(t *testing.T) {
			older := name == "older"
			of := newWorld(t, 2, io.Discard, func(o *smevtest.Options) { o.Answers = smevtest.AnswerFile })
			of.assemble(version)
			w := newIncomingOf(of)
			w.form.MaxRecords = 1000
			d := newDisk(t)
			w.archived(d)
			plugged := func(w *incoming) {
				w.handle.Handlers = []jobs.IncomingHandler{jobs.ClassifierPush{Store: w.store, Senders: known, Log: w.log}}
				w.listen.Archive = w.send.Archive
			}
			measures := w.measures()
			kmsz := func(n int, status egisso.VersionStatus) *egisso.KMSZ { return refmis.KMSZ(n, status, measures) }
			w.classifierAtBus(kmsz(7, egisso.StatusActive), measures)
			plugged(w)
			w.run(w.classifierJob())
			w.everything()
			first := w.push(smevtest.Push{Type: smevtest.PushRequest, Content: []byte(question)})
			w.run(w.listen) // what an older copy knows of it: not what became of it
			url := empty(t)
			if older {
				url = w.copied()
				w = newIncomingOf(w.world)
				plugged(w)
			}
			published := kmsz(8, egisso.StatusPublished)
			w.push(smevtest.Push{Content: w.document(func(x wire.Writer) {
				wire.WritePublication(x, &egisso.Publication{KMSZ: published, Changes: []egisso.Change{{Facet: egisso.FacetForms, Code: "02", Type: egisso.ChangeAltered}}})
			})})
			w.around()
			w.push(smevtest.Push{Content: w.document(func(x wire.Writer) {
				wire.WriteActivation(x, []egisso.KMSZVersion{kmsz(8, egisso.StatusActive).KMSZVersion, kmsz(7, egisso.StatusArchived).KMSZVersion})
			})})
			w.push(smevtest.Push{Type: smevtest.PushRequest, Content: []byte(question)})
			w.around()
			came := 5
			if version.Name == smev.Version11.Name { // the other has no cancellations
				came++
				w.push(smevtest.Push{Type: smevtest.PushCancel, Cancels: first})
			}
			w.push(smevtest.Push{Content: []byte(notice)})
			w.around()
			w.everything()
			w.around()
			w.everything()
			w.want(first, "rejected delivered review")
			if n := w.count(`select count(*) from egisso.received_file where state = 'checked' and not inline`); n == 0 || len(d.entries(archive.Incoming)) != came {
				t.Fatalf("%d files came, %d messages of others are in the archive", n, len(d.entries(archive.Incoming)))
			}

			other := newIncomingOf(w.lost(url))
			plugged(other)
			recovery := other.bringBack(d)
			recovery.Handle = other.handle
			recovery.Stale = func(time.Time) bool { return name == "empty" }
			read := 0
			recovery.Entry = func(n int) { read = n }
			b, err := recovery.Run(t.Context())
			if err != nil || read == 0 || len(b.Left) > 0 || len(b.Damage) > 0 || len(b.Missing) > 0 {
				t.Fatalf("%+v, %v", b, err)
			}
			for _, query := range append([]string{heldRows, decidedRecords, decidedPackages}, saidByOthers...) {
				w.same(other.world, query)
			}

			doubted := map[string]int{"empty": 0, "older": 2}[name] // replies young enough to be offered again
			if n := other.count(`select count(*) from egisso.message where state = 'in_doubt'`); n != doubted {
				t.Errorf("%d messages are in doubt, want %d", n, doubted)
			}
			sent, replies := len(w.bus.Ledger().Messages()), len(w.bus.Ledger().Responses())
			other.advance(time.Hour)
			other.run(other.collect)
			other.around()
			asking := other.classifierJob()
			asking.Schedule = nil // what is missing, and not what an hour of the day asks for
			other.run(asking)
			other.everything()
			if m, r := len(w.bus.Ledger().Messages())-sent, len(w.bus.Ledger().Responses())-replies; m != 0 || r != 0 {
				t.Errorf("%d messages and %d replies leave once more", m, r)
			}
			other.want(first, "rejected delivered review")
			other.noViolations()
			other.lawful()
		})
	}
}
