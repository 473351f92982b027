package store_test

import (
	"crypto/sha256"
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/lifecycle"
	"egissogw/adapter/store"
)

// evidence is what the archive holds of a message.
func (f fixture) evidence(t *testing.T, m *store.OutMessage) store.BroughtMessage {
	t.Helper()
	e, err := f.MessageEvidence(t.Context(), m)
	if err != nil {
		t.Fatal(err)
	}
	digest := sha256.Sum256(m.Envelope)
	return store.BroughtMessage{Kind: "sent", ID: m.ID.String(), About: e.About, Elements: e.Elements, Content: m.Envelope, Files: e.Files, Digest: digest[:]}
}

// altered sends a change of what ЕГИССО holds of a row.
func (f fixture) altered(t *testing.T, key, content, id string) (packageID uuid.UUID, m *store.OutMessage) {
	t.Helper()
	f.saveRows(t, row(key, content))
	_, err := f.Decide(t.Context(), egisso.RegisterFact, 1000, func(p lifecycle.Pending) (lifecycle.Decision, error) {
		if p.Key != key {
			return lifecycle.Decision{}, nil
		}
		return lifecycle.Decision{Record: &lifecycle.NewRecord{
			ID: recordID(id), Kind: egisso.KindFactAlteration, Provider: "0042.000001", Content: map[string]string{"of": p.AcceptedID.String()}, Becomes: p.Content,
			BecomesHash: p.ContentHash, State: lifecycle.Ready, Settles: true,
		}}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	packageID, _ = f.form(t)
	f.sign(t)
	return packageID, f.claim(t)
}

func (f fixture) bring(t *testing.T, fresh bool, all ...store.BroughtMessage) {
	t.Helper()
	for _, m := range all {
		if got, err := f.BringMessage(t.Context(), m); err != nil || got != fresh {
			t.Fatalf("%s %s: fresh %t, %v", m.Kind, m.ID, got, err)
		}
	}
}

func accepted(keys ...string) lifecycle.Verdict {
	return lifecycle.Verdict{Outcomes: outcomes(lifecycle.Accepted, keys...), Result: lifecycle.PackageAccepted}
}

// A database that knows nothing gets the message with its octets, and rows on which nothing
// is decided until the source is read.
func TestAMessageIsBroughtBack(t *testing.T) {
	f, g := open(t), open(t)
	p, m := f.sent(t, "1", "2")
	e := f.evidence(t, m)
	g.bring(t, true, e)
	g.bring(t, false, e)
	g.want(t, `select id || ' ' || state || ' ' || attempts || ' ' || convert_from(envelope, 'UTF8') || ' ' || package_id from egisso.message`,
		m.ID.String()+" in_doubt 1 <signed/> "+p.String())
	g.want(t, `select count(*) from egisso.attempt where outcome = 'unknown'`, "1")
	g.want(t, `select string_agg(concat_ws(' ', row_key, record_no, unread, dirty, deleted), ', ' order by row_key) from egisso.source_row`, "1 N1 t f f, 2 N2 t f f")
	g.want(t, `select count(*) from egisso.archived`, "1")
	g.answer(t, "a", m, lifecycle.Verdict{Outcomes: outcomes(lifecycle.Rejected, "1", "2"), Result: lifecycle.PackageRejected})
	g.want(t, `select string_agg(state, ' ') from egisso.record`, "rejected rejected")
	if n := g.decideAll(t, lifecycle.Ready); n != 0 {
		t.Errorf("%d rows of a source nobody read are decided", n)
	}
	g.saveRows(t, row("1", "first"))
	g.want(t, `select string_agg(unread::text, ' ' order by row_key) from egisso.source_row`, "false true")
	if n := g.decideAll(t, lifecycle.Ready); n != 1 {
		t.Errorf("%d rows are decided once one is read", n)
	}
}

// What came later says what became of what went before: the answer is lost, and the fact is
// held all the same; its message never goes again.
func TestWhatWentBeforeFollowsFromWhatCameAfter(t *testing.T) {
	f, g := open(t), open(t)
	p, m := f.sent(t, "1", "2")
	first := f.evidence(t, m)
	f.answer(t, "a", m, accepted("1", "2"))
	_, changed := f.altered(t, "1", "second", "event")
	g.bring(t, true, first, f.evidence(t, changed))
	g.want(t, `select state from egisso.record where id = '`+recordID("1").String()+`'`, "accepted")
	g.want(t, `select state from egisso.record where id = '`+recordID("2").String()+`'`, "packed")
	g.want(t, `select state from egisso.message where package_id = '`+p.String()+`'`, "refused")
	g.want(t, `select state from egisso.package where id = '`+p.String()+`'`, "expired")
	g.answer(t, "b", changed, accepted("event"))
	g.answer(t, "a", m, accepted("1", "2")) // after all
	for query, want := range map[string]string{
		`select string_agg(state, ' ') from egisso.record`:                                                                  "accepted accepted accepted",
		`select events || ' ' || generation from egisso.source_row where row_key = '1'`:                                     "1 0",
		`select accepted_id || ' ' || accepted_event from egisso.source_row where row_key = '1'`:                            recordID("1").String() + " " + recordID("event").String(),
		`select convert_from(accepted_hash, 'UTF8') from egisso.source_row where row_key = '1'`:                             "hash of second",
		`select string_agg(state, ' ') from egisso.package`:                                                                 "answered answered",
		`select count(*) from egisso.held where content = '{"content": "second"}' and row_key = '1'`:                        "1",
		`select count(*) from egisso.package_record where outcome = 'accepted'`:                                             "3",
		`select count(*) from egisso.message where state in ('pending', 'in_doubt') and package_id <> '` + p.String() + `'`: "0",
	} {
		g.want(t, query, want)
	}
}

// An archive whose old days were deleted says what ЕГИССО held before.
func TestAPrunedArchiveSaysWhatWasHeld(t *testing.T) {
	f, g := open(t), open(t)
	_, m := f.sent(t, "1")
	f.answer(t, "a", m, accepted("1"))
	_, changed := f.altered(t, "1", "second", "event")
	g.bring(t, true, f.evidence(t, changed))
	g.want(t, `select accepted_id || ' ' || convert_from(accepted_hash, 'UTF8') || ' ' || accepted_content from egisso.source_row`,
		recordID("1").String()+` hash of first {"content": "first"}`)
	g.answer(t, "b", changed, lifecycle.Verdict{Outcomes: outcomes(lifecycle.Rejected, "event"), Result: lifecycle.PackageRejected})
	g.want(t, `select accepted_id || ' ' || convert_from(accepted_hash, 'UTF8') || ' ' || events from egisso.source_row`, recordID("1").String()+" hash of first 0")
}

// What is older than what the database says of a row is kept and decides nothing.
func TestOlderEvidenceDecidesNothing(t *testing.T) {
	f, g := open(t), open(t)
	_, m := f.sent(t, "1")
	first := f.evidence(t, m)
	f.answer(t, "a", m, accepted("1"))
	_, changed := f.altered(t, "1", "second", "event")
	g.bring(t, true, f.evidence(t, changed))
	g.answer(t, "b", changed, accepted("event"))
	g.bring(t, true, first)
	g.answer(t, "a", m, accepted("1"))
	g.want(t, `select convert_from(accepted_hash, 'UTF8') || ' ' || events from egisso.source_row`, "hash of second 1")
	g.want(t, `select string_agg(outcome, ' ') from egisso.package_record`, "accepted accepted")
}

// An older copy of the database has it formed or waiting: what left is what the archive says.
func TestAnOlderCopyLearnsWhatLeft(t *testing.T) {
	for name, signed := range map[string]bool{"formed": false, "signed": true} {
		t.Run(name, func(t *testing.T) {
			f := open(t)
			f.saveRows(t, row("1", "first"), row("2", "first"))
			f.decideAll(t, lifecycle.Ready)
			p, _ := f.form(t)
			f.sign(t)
			m := f.claim(t)
			e := f.evidence(t, m)
			if signed { // and never tried, as this copy says
				f.bring(t, false, e)
				f.want(t, `select state || ' ' || attempts from egisso.message`, "in_doubt 1")
				f.want(t, `select count(*) from egisso.attempt where outcome = 'unknown'`, "1")
				f.bring(t, false, e)
				f.want(t, `select count(*) from egisso.attempt`, "1")
				return
			}
			g := open(t)
			g.saveRows(t, row("1", "other"), row("2", "first"), row("3", "first"))
			g.decideAll(t, lifecycle.Ready)
			if _, err := g.FormPackage(t.Context(), store.PackagePlan{
				ID: p, Register: egisso.RegisterFact, Format: "10.06.S", Version: "1.1.0", KindOrder: []string{"fact"}, MaxRecords: 1000, MaxBytes: 1 << 20,
				RetryMin: time.Hour, RetryMax: time.Hour,
			}); err != nil {
				t.Fatal(err)
			}
			g.bring(t, true, e)
			g.want(t, `select state || ' ' || record_count from egisso.package`, "signed 2")
			g.want(t, `select string_agg(r.row_key || ' ' || r.state || ' ' || (e.content ->> 'content'), ', ' order by r.row_key)
				from egisso.record r join egisso.element_content e using (id)`, "1 packed first, 2 packed first, 3 ready first")
			g.want(t, `select string_agg(coalesce(m.outcome, 'due'), ' ' order by r.row_key) from egisso.package_record m join egisso.record r on r.id = m.record_id`, "due due withdrawn")
			g.answer(t, "a", m, accepted("1", "2"))
			g.want(t, `select string_agg(row_key, ' ' order by row_key) from egisso.source_row where dirty`, "1 2")
		})
	}
}

// Files that people carried, and the protocols they brought.
func TestCarriedFilesAreBroughtBack(t *testing.T) {
	f, g := open(t), open(t)
	p := f.exported(t, "1")
	e, found, err := f.ExportEvidence(t.Context(), p)
	if err != nil || !found {
		t.Fatal(found, err)
	}
	m := store.BroughtMessage{Kind: "export", ID: p.String(), About: e.About, Elements: e.Elements, Content: e.Content, Digest: []byte("d")}
	g.bring(t, true, m)
	g.bring(t, false, m)
	g.want(t, `select state || ' ' || channel from egisso.package`, "queued manual")
	g.want(t, `select file_name || ' ' || convert_from(content, 'UTF8') || ' ' || (exported_at is not null) from egisso.package_file`, "0042_"+p.String()+".xml <data/> true")
	id, _, err := f.StoreProtocol(t.Context(), p, []byte("<protocol/>"), "причина")
	if err != nil {
		t.Fatal(err)
	}
	if e, _, err = f.ProtocolEvidence(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if _, err := g.BringProtocol(t.Context(), id, e.About, e.Content); err == nil {
		t.Error("a protocol is brought back outside of a recovery")
	}
	if err := g.BeginRecovery(t.Context(), "проверка"); err != nil {
		t.Fatal(err)
	}
	for _, fresh := range []bool{true, false} {
		if got, err := g.BringProtocol(t.Context(), id, e.About, e.Content); err != nil || got != fresh {
			t.Errorf("fresh %t, %v", got, err)
		}
	}
	g.want(t, `select package_id || ' ' || reason || ' ' || convert_from(raw, 'UTF8') from egisso.protocol_file`, p.String()+" причина <protocol/>")
}

// Nothing leaves while the newest entry of an archive is unknown or a recovery is under way.
func TestALossHoldsEverythingUntilItIsOver(t *testing.T) {
	f, g := open(t), open(t)
	_, m := f.sent(t, "1")
	newest := []store.ArchiveID{{Kind: "sent", ID: m.ID.String()}}
	lost := func(f fixture, want bool) {
		t.Helper()
		if s, err := f.Service(t.Context()); err != nil || s.Lost != want {
			t.Errorf("lost %t, %v", s.Lost, err)
		}
	}
	if noted, err := f.NoteLoss(t.Context(), newest); err != nil || noted {
		t.Errorf("what is known is a loss: %v", err)
	}
	lost(f, false)
	if noted, err := g.NoteLoss(t.Context(), newest); err != nil || !noted {
		t.Errorf("what is not known is no loss: %v", err)
	}
	lost(g, true)
	if err := g.BeginRecovery(t.Context(), " "); err == nil {
		t.Error("no reason is asked")
	}
	if err := g.BeginRecovery(t.Context(), "проверка"); err != nil {
		t.Fatal(err)
	}
	if missing, err := g.EndRecovery(t.Context(), "проверка", "итог"); err != nil || len(missing) != 1 {
		t.Errorf("missing %v, %v", missing, err)
	}
	lost(g, true) // another gateway's archive was not read
	g.bring(t, true, f.evidence(t, m))
	if missing, err := g.EndRecovery(t.Context(), "проверка", "итог"); err != nil || len(missing) != 0 {
		t.Errorf("missing %v, %v", missing, err)
	}
	lost(g, false)
	g.want(t, `select count(*) from egisso.operation_log where action = 'recover' and reason = 'проверка'`, "3")
	if err := f.BeginRecovery(t.Context(), "проверка"); err != nil {
		t.Fatal(err)
	}
	lost(f, true) // broken off
	if n, err := f.AcceptLoss(t.Context(), "проверка"); err != nil || n != 1 {
		t.Errorf("%d accepted, %v", n, err)
	}
	lost(f, false)
}

// One at a time brings back what is in archives.
func TestOneRecoveryAtATime(t *testing.T) {
	f := open(t)
	end, err := f.RecoverAlone(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.RecoverAlone(t.Context()); !errors.Is(err, store.ErrRecovering) {
		t.Errorf("a second one: %v", err)
	}
	end()
	if end, err = f.RecoverAlone(t.Context()); err != nil {
		t.Fatalf("after the end of the first: %v", err)
	}
	end()
}

// Of two replies to one request the earlier never left, and an old one is not offered again.
func TestRepliesAreBroughtBack(t *testing.T) {
	f := open(t)
	f.exec(t, `insert into egisso.incoming (id, kind, raw, verified) values ('q', 'request', 'x', true)`)
	reply := func(stale bool) {
		t.Helper()
		f.bring(t, true, store.BroughtMessage{
			Kind: "sent", ID: uuid.Must(uuid.NewUUID()).String(), About: []byte(`{"made_at": "2026-11-01T10:00:00Z", "answers": "q"}`), Content: []byte("<signed/>"), Digest: []byte("d"), Stale: stale,
		})
	}
	const replies = `select string_agg(m.state, ' ' order by m.id) || ': ' || i.verdict || ' ' || i.reply from egisso.incoming i join egisso.message m on m.incoming_id = i.id group by i.id`
	reply(false)
	reply(false)
	f.want(t, replies, "refused in_doubt: rejected signed")
	reply(true)
	f.want(t, replies, "refused refused refused: rejected delivered")
}
