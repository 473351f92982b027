package main

import (
	"os"
	"strings"
	"testing"

	"github.com/google/uuid"

	"egissogw/adapter/egisso/lifecycle"
	"egissogw/adapter/store"
)

// diesOn begins to apply a protocol file in a process of its own, which ends while it
// reads.
func (s site) diesOn(t *testing.T, raw []byte) {
	t.Helper()
	process, err := store.Open(t.Context(), s.env["EGISSOGW_DATABASE_URL"])
	if err != nil {
		t.Fatal(err)
	}
	defer process.Close()
	id, _, err := process.StoreProtocol(t.Context(), uuid.Nil, raw, "")
	if err != nil {
		t.Fatal(err)
	}
	type death struct{}
	defer func() {
		if r := recover(); r != any(death{}) {
			t.Fatalf("the process goes on: %v", r)
		}
	}()
	found, err := process.ApplyNextProtocol(t.Context(), id, func(lifecycle.ProtocolFile, store.PackageFinder) (store.FileVerdict, error) {
		panic(death{})
	})
	t.Fatal(found, err)
}

// TestImportOfAFileSetAside: it is said what happened to the file and how to go on, also
// when it is brought again.
func TestImportOfAFileSetAside(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	_, measures := s.exported(t, "lmsz")
	file := protocolFile(t, "10.05.I/2.1.0", measures, "")
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	s.diesOn(t, raw)
	s.diesOn(t, raw)
	for range 2 { // it is set aside, it was
		s.fails(t, "файл отложен", "import-protocol", file)
	}
	id := s.text(t, `select id from egisso.inbox where trouble = 'set_aside'`)
	s.fails(t, "egissogw inbox retry "+id, "import-protocol", file)
	if code, out, _ := run(t, s.env, "import-protocol", "--json", file); code != exitFailed || !strings.Contains(out, `"set_aside"`) {
		t.Errorf("code %d: %s", code, out)
	}
	s.run(t, "inbox", "retry", id, "--reason", "программа исправлена")
	if out := s.run(t, "import-protocol", file); !strings.Contains(out, "уже загружен") {
		t.Errorf("after that: %s", out)
	}
	if got := s.text(t, `select string_agg(distinct state, ',') from egisso.record where register = 'lmsz'`); got != "accepted" {
		t.Errorf("measures are %s", got)
	}
}

// TestImportThatFailed: a file whose attempt failed is not in another process's hands.
func TestImportThatFailed(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	_, measures := s.exported(t, "lmsz")
	file := protocolFile(t, "10.05.I/2.1.0", measures, "")
	const restrict = `alter table egisso.package_record add constraint refuse check (outcome is null)`
	if _, err := s.conn.Exec(t.Context(), restrict); err != nil {
		t.Fatal(err)
	}
	s.fails(t, "refuse", "import-protocol", file)
	if out := s.run(t, "import-protocol", file); !strings.Contains(out, "из-за ошибки") {
		t.Errorf("while it waits for the next attempt: %s", out)
	}
}
