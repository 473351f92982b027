package main

import (
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"egissogw/adapter/mis/refmis"
	"egissogw/adapter/smev/smevtest/ledger"
	"egissogw/adapter/store"
	"egissogw/cmd/egissogw/internal/demo"
)

// killPoints are states of the gateway's database at which it is killed, in the
// order of a record's way. Each is looked for after the last restart; a point
// that has passed before it was seen kills at once.
var killPoints = []struct {
	name  string
	query string // true when the point is reached
}{
	{"while collecting", `select count(*) > 100 from egisso.source_row`},
	{"while deciding", `select count(*) > 100 from egisso.record`},
	{"with a package formed", `select exists (select from egisso.package where register = 'fact')`},
	{"with a package signed", `select exists (select from egisso.message m join egisso.package p on p.id = m.package_id where p.register = 'fact')`},
	{"with a message in doubt", `select exists (select from egisso.message m join egisso.package p on p.id = m.package_id
		where p.register = 'fact' and m.state in ('in_doubt', 'delivered'))`},
	{"with an answer stored", `select count(*) > 1 from egisso.answer`},
	{"with half of the facts accepted", `select count(*) filter (where accepted_id is not null) * 2 > count(*) from egisso.source_row`},
}

// The program is killed again and again at points of its way; the simulator's
// ledger and the gateway's database then tell the same story: nothing twice,
// nothing missing.
func TestKilledGatewayLosesNothingAndRepeatsNothing(t *testing.T) {
	t.Parallel()
	gateway, simulator := programs(t)
	temporary := t.TempDir()
	s, manifest := testStage(t, demo.StageOptions{
		Sim: simulator, SimArg: []string{"--delay", "200ms", "--redeliver-after", "1s"},
		Source: refmis.Options{Seed: 7, Facts: 400},
		Env: []string{"EGISSOGW_PACKAGE_RECORDS=50", "EGISSOGW_LEASE=10s", "EGISSOGW_SMEV_TIMEOUT=5s", "EGISSOGW_FTP_TIMEOUT=1s", "EGISSOGW_LOG_LEVEL=debug",
			"EGISSOGW_LISTEN=" + listenerThatCloses(t), "EGISSOGW_HEARTBEAT_URL=http://127.0.0.1:1/" + plantedSecret, "TMPDIR=" + temporary},
	})
	for _, point := range killPoints {
		if err := s.StartGateway(gateway); err != nil {
			t.Fatal(err)
		}
		s.waitFor(t, point.query)
		s.Gateway.Kill()
		t.Logf("killed %s: %s", point.name, s.picture(t))
	}
	if err := s.StartGateway(gateway); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	rows := demo.SourceRows(manifest)
	if _, err := s.Settled(ctx, func(st store.Status) bool { return demo.SettledRows(st) == rows }, nil); err != nil {
		t.Fatal(err)
	}
	said := s.said(t)
	if err := s.Gateway.Stop(); err != nil {
		t.Errorf("the gateway did not stop in good order: %v", err)
	}
	s.compareWithLedger(t, manifest)
	s.findPersonalData(t, said)
	if left, err := os.ReadDir(temporary); err != nil || len(left) > 0 {
		t.Errorf("temporary files are left: %v, %v", left, err)
	}
}

// waitFor polls until the query says true.
func (s *stage) waitFor(t *testing.T, query string) {
	t.Helper()
	deadline := time.Now().Add(2 * time.Minute)
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	for {
		var reached bool
		if err := s.GatewayDB.QueryRow(t.Context(), query).Scan(&reached); err != nil {
			t.Fatal(err)
		}
		if reached {
			return
		}
		if time.Now().After(deadline) || !s.Gateway.Alive() {
			t.Fatalf("not reached: %s; %s", query, s.picture(t))
		}
		<-ticker.C
	}
}

// picture says where everything stands, for the test's log.
func (s *stage) picture(t *testing.T) string {
	t.Helper()
	rows, err := s.GatewayDB.Query(t.Context(), `
		select 'package ' || state || ' ' || count(*) from egisso.package group by state
		union all select 'message ' || state || ' ' || count(*) from egisso.message group by state
		union all select 'incoming ' || coalesce(verdict, 'open') || ' ' || coalesce(reply, '-') || ' ' || count(*) from egisso.incoming group by verdict, reply
		union all select 'file ' || state || ' ' || count(*) from egisso.received_file group by state
		union all select 'record ' || state || ' ' || count(*) from egisso.record group by state order by 1`)
	if err != nil {
		t.Fatal(err)
	}
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(lines, ", ")
}

func (s *stage) compareWithLedger(t *testing.T, manifest refmis.Manifest) {
	t.Helper()
	l, err := ledger.Read(s.LedgerFile())
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range l.Violations() {
		// A crash between an acknowledgement and its reply is followed by a
		// second acknowledgement: that is the protocol (adapter/smev/SPEC.md#flow).
		if v.Kind != ledger.UnknownAck {
			t.Errorf("violation: %+v", v)
		}
	}
	inLedger := l.AcceptedIDs("fact")
	for _, id := range inLedger {
		if n := l.Accepted(id); n != 1 {
			t.Errorf("fact %s was accepted %d times", id, n)
		}
	}
	rows, err := s.GatewayDB.Query(t.Context(), `select accepted_id::text from egisso.record_status where register = 'fact' and accepted_id is not null order by 1`)
	if err != nil {
		t.Fatal(err)
	}
	inGateway, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	if want := manifest.GoodFacts(); len(inGateway) != want || len(inLedger) != want {
		t.Errorf("accepted: %d by the gateway, %d by the ledger, %d were right", len(inGateway), len(inLedger), want)
	}
	if strings.Join(inLedger, " ") != strings.Join(inGateway, " ") {
		t.Error("the ledger and the gateway name different facts")
	}
}

// findPersonalData looks for invented people in everything the programs wrote outside
// the databases and the messages: in each file of the stage, whatever it is, with what
// the simulator said, and in the names of all.
func (s *stage) findPersonalData(t *testing.T, said map[string]string) {
	t.Helper()
	rows, err := s.Source.Query(t.Context(), `
		select snils from mis.patient where snils is not null
		union select doc_number from mis.patient where length(doc_number) > 5
		union select surname from mis.patient where length(surname) > 4`)
	if err != nil {
		t.Fatal(err)
	}
	planted, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	st, err := s.Store.Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	journal, err := s.Store.Journal(t.Context(), 1000)
	if err != nil {
		t.Fatal(err)
	}
	texts := s.written(t)
	texts["status and journal"] = fmt.Sprintf("%+v %+v", st, journal)
	if len(planted) < 100 || len(texts["egissogw.log"]) < 10_000 {
		t.Fatalf("nothing to look for or in: %d values, %d bytes of log, files %v", len(planted), len(texts["egissogw.log"]), slices.Sorted(maps.Keys(texts)))
	}
	maps.Copy(texts, said)
	findPlanted(t, texts, append(planted, plantedSecret))
}

// written returns what the files of the stage hold that are no database and no message,
// and the names of all.
func (s *stage) written(t *testing.T) map[string]string {
	t.Helper()
	texts := map[string]string{}
	var names []string
	err := fs.WalkDir(os.DirFS(s.Dir), ".", func(path string, e fs.DirEntry, err error) error {
		if err != nil || path == "postgresql/data" {
			return cmp.Or(err, fs.SkipDir)
		}
		names = append(names, path)
		if !e.Type().IsRegular() || strings.HasPrefix(path, "ftp/") || path == filepath.Base(s.LedgerFile()) {
			return nil
		}
		content, err := os.ReadFile(filepath.Join(s.Dir, path))
		texts[path] = string(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	texts["names of files"] = strings.Join(names, "\n")
	return texts
}

// hasValue reports whether a value is in a text, and not by chance inside something else.
func hasValue(text, value string) bool {
	if !strings.Contains(text, value) {
		return false
	}
	return len(value) != documentDigits ||
		regexp.MustCompile(`(^|[^0-9a-f.-])`+regexp.QuoteMeta(value)+`($|[^0-9a-f-])`).MatchString(text)
}

// documentDigits is how long numbers of documents are: so short that the same
// digits also occur inside identifiers, hashes and fractions of seconds.
const documentDigits = 6
