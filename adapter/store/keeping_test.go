package store_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"egissogw/adapter/egisso/lifecycle"
	"egissogw/adapter/store"
)

// settled is a package of two records that a year ago was answered, and of which ЕГИССО holds
// nothing. What the table of states forbids is done without triggers.
func (f fixture) settledPackage(t *testing.T) string {
	t.Helper()
	pkg, m := f.sent(t, "1", "2")
	f.answer(t, "a", m, lifecycle.Verdict{Result: lifecycle.PackageRejected, Outcomes: outcomes(lifecycle.Rejected, "1", "2")})
	for _, statement := range []string{
		`set session_replication_role = replica`,
		`update egisso.record set state = 'dropped'`,
		`update egisso.package set closed_at = now() - interval '1 year'`,
		`update egisso.message set state = 'delivered'`,
		`update egisso.answer set acked_at = now(), applied_at = now(), received_at = now() - interval '1 year'`,
	} {
		f.exec(t, statement)
	}
	return pkg.String()
}

// TestWhatIsKept: each reason alone keeps a package.
func TestWhatIsKept(t *testing.T) {
	t.Parallel()
	f := open(t)
	pkg := f.settledPackage(t)
	const one, row = `(select min(id::text)::uuid from egisso.record)`, `where row_key = (select row_key from egisso.record order by id::text limit 1)`
	for change, want := range map[string]string{
		`select`: "",
		`update egisso.package set state = 'expired', result = null`:                                           "open",
		`update egisso.package set state = 'queued', result = null, closed_at = null`:                          "open",
		`update egisso.message set state = 'in_doubt'`:                                                         "open",
		`update egisso.package set closed_at = now()`:                                                          "term",
		`update egisso.package set pruned_at = now()`:                                                          "pruned",
		`update egisso.package set review = 'x'`:                                                               "review",
		`update egisso.package set review = 'x', reviewed_at = now()`:                                          "",
		`update egisso.answer set applied_at = null`:                                                           "review",
		`update egisso.answer set acked_at = null`:                                                             "review",
		`update egisso.answer set held_at = now()`:                                                             "review",
		`update egisso.answer set review = 'x'`:                                                                "review",
		`insert into egisso.inbox_done values ('answer:a', now(), 'x'); update egisso.answer set review = 'x'`: "",
		`insert into egisso.unconfirmed_outcome (package_id, record_id, outcome, file_id, sent) values ('` + pkg + `', ` + one + `, 'accepted', 'f', '{}')`: "review",
		`update egisso.source_row set disputed = true ` + row:                                                                   "dispute",
		`update egisso.source_row set accepted_id = ` + one + `, accepted_event = gen_random_uuid(), accepted_hash = '' ` + row: "held",
		`update egisso.source_row set accepted_id = gen_random_uuid(), accepted_event = ` + one + `, accepted_hash = '' ` + row: "held",
		`update egisso.source_row set accepted_event = ` + one + ` ` + row:                                                      "", // its removal
		`update egisso.source_row set unknown_id = ` + one + ` ` + row:                                                          "held",
		`update egisso.source_row set review_code = 'x' ` + row:                                                                 "undecided",
		`update egisso.package_record set outcome = null where record_id = ` + one:                                              "undecided",
		`update egisso.package_record set outcome = 'withdrawn'; update egisso.source_row set disputed = true`:                  "", // it left before it was signed
		`update egisso.record set state = 'rejected' where id = ` + one:                                                         "undecided",
		`update egisso.record set state = 'ready' where id = ` + one:                                                            "undecided",
		`update egisso.record set state = 'rejected', package_id = gen_random_uuid() where id = ` + one:                         "", // another package says it
	} {
		f.exec(t, `begin`)
		f.exec(t, change)
		if got := f.text(t, `egisso.package_kept($1, now() - interval '1 day')`, pkg); got != want {
			t.Errorf("%s: kept because %q, want %q", change, got, want)
		}
		if octets := f.text(t, `coalesce(egisso.prune_package($1, now() - interval '1 day', '{}')::text, 'kept')`, pkg); (octets == "kept") != (want != "") {
			t.Errorf("%s: pruned %s", change, octets)
		}
		f.exec(t, `rollback`)
	}
}

// TestOtherDocumentsGo when somebody is done with them, and can come again.
func TestOtherDocumentsGo(t *testing.T) {
	t.Parallel()
	f := open(t)
	f.settledPackage(t)
	for _, statement := range []string{
		`insert into egisso.incoming (id, kind, raw, verified, handled_at, verdict, acked_at, received_at)
		   select 'done', 'broadcast', 'raw'::bytea, true, now(), 'handled', now(), now() - interval '1 year' union all
		   select 'unhandled', 'broadcast', 'raw'::bytea, true, null, null, now(), now() - interval '1 year'`,
		`insert into egisso.incoming (id, kind, raw, verified, handled_at, verdict, acked_at, received_at, reply)
		   values ('answering', 'request', 'raw', true, now(), 'rejected', now(), now() - interval '1 year', 'due')`,
		`insert into egisso.answer (id, kind, raw, verified, applied_at, acked_at, received_at, review) values
		   ('stranger', 'content', 'raw', true, now(), now(), now() - interval '1 year', 'x'), ('looked at', 'content', 'raw', true, now(), now(), now() - interval '1 year', 'x'),
		   ('forged', 'content', 'raw', false, null, null, now() - interval '1 year', null), ('forged, looked at', 'content', 'raw', false, null, null, now() - interval '1 year', null)`,
		`insert into egisso.raw_reply (operation, key, raw, complete, size, sha256, state, received_at, last_seen_at)
		   select 'GetResponse', n::text, 'raw'::bytea, true, 3, ''::bytea, 'unread', now() - interval '1 year', case n when 3 then now() + interval '1 hour' else now() - interval '1 year' end from generate_series(1, 3) n`,
		`insert into egisso.inbox_done select unnest(array['answer:looked at', 'answer:forged, looked at', 'reply:1', 'reply:3']), now(), 'x'`,
		`insert into egisso.protocol_file (id, raw, imported_by, outcome, applied_at) values ('refused', 'raw', 'x', 'refused', now() - interval '1 year'), ('new', 'raw', 'x', 'refused', now())`,
	} {
		f.exec(t, statement)
	}
	f.exec(t, `set session_replication_role = default`)
	before := time.Now().Add(-24 * time.Hour)
	found, err := f.SettledDocuments(t.Context(), before, 100)
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, d := range found {
		ids = append(ids, d.Kind+" "+d.ID)
		if octets, pruned, err := f.PruneDocument(t.Context(), d, before, []byte(`{}`)); err != nil || !pruned || octets != 3 {
			t.Errorf("%v: %d octets, %v, %v", d, octets, pruned, err)
		}
	}
	slices.Sort(ids)
	if want := `["answer forged, looked at" "answer looked at" "incoming done" "protocol refused" "reply 1"]`; fmt.Sprintf("%q", ids) != want {
		t.Errorf("%q go, want %s", ids, want)
	}
	if again, err := f.SettledDocuments(t.Context(), before, 100); err != nil || len(again) > 0 {
		t.Errorf("%v go again, %v", again, err)
	}
	if _, pruned, err := f.PruneDocument(t.Context(), store.ArchiveID{Kind: "answer", ID: "stranger"}, before, []byte(`{}`)); err != nil || pruned {
		t.Errorf("what nobody looked at is pruned: %v, %v", pruned, err)
	}
	f.want(t, `select count(*) from egisso.pruned where sha256 = sha256('raw') and size = 3 and archived_at is null`, "5")
	if _, err := f.InboxBytes(t.Context(), "reply:1"); !errors.Is(err, store.ErrPruned) {
		t.Errorf("what was pruned is shown: %v", err)
	}
	if n, err := f.PruneDropped(t.Context(), time.Now().Add(time.Hour), 10); err != nil || n != 0 {
		t.Errorf("%d records of a package lost what they say, %v", n, err)
	}
}

// TestWordsOfRowsAtWorkAreLeft: who decides on a row puts the words of a record before the record, and who
// removes them locks the record first.
func TestWordsOfRowsAtWorkAreLeft(t *testing.T) {
	f := open(t)
	f.saveRows(t, row("1", "a"))
	f.follow(t, false, lifecycle.Ready)
	f.exec(t, `update egisso.record set state = 'dropped'`)
	for _, step := range []struct {
		does string
		want int
	}{
		{`begin; select from egisso.source_row for update`, 0},
		{`commit`, 1},
	} {
		f.exec(t, step.does)
		if n, err := f.PruneDropped(t.Context(), time.Now().Add(time.Hour), 10); err != nil || n != step.want {
			t.Errorf("after %s: %d records lost what they say, %v", step.does, n, err)
		}
	}
}
