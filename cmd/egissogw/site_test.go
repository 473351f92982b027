package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"egissogw/adapter/egisso/lifecycle"
	"egissogw/adapter/mis"
	"egissogw/adapter/mis/refmis"
	"egissogw/adapter/store"
	"egissogw/adapter/store/pgtest"
	"egissogw/cmd/egissogw/internal/demo"
	"egissogw/jobs"
)

// site is a gateway with its database and a reference МИС, without a bus.
type site struct {
	env  map[string]string
	conn *pgx.Conn
}

const siteFacts = 12

func newSite(t *testing.T) site {
	t.Helper()
	url := pgtest.DatabaseFrom(t, "site", fillSite)
	s := site{env: map[string]string{"EGISSOGW_DATABASE_URL": url, "EGISSOGW_SOURCE_DATABASE_URL": url, "EGISSOGW_PROVIDER_CODE": demo.ProviderCode}}
	var err error
	if s.conn, err = pgx.Connect(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.conn.Close(context.Background()) })
	return s
}

// fillSite makes the database of a site whose records are decided on.
func fillSite(ctx context.Context, url string) error {
	if err := errors.Join(migrateDatabase(ctx, url), installSource(ctx, url)); err != nil {
		return err
	}
	pool, err := pgxpool.New(ctx, url)
	if err != nil {
		return err
	}
	defer pool.Close()
	err = pool.AcquireFunc(ctx, func(conn *pgxpool.Conn) error {
		_, err := refmis.Generate(ctx, conn.Conn(), refmis.Options{Seed: 1, Facts: siteFacts, Defects: map[refmis.Kind]int{}})
		return err
	})
	if err != nil {
		return err
	}
	s, err := store.Open(ctx, url)
	if err != nil {
		return err
	}
	defer s.Close()
	if _, err := (jobs.Collect{Source: mis.Open(ctx, pool, ""), Store: s, Log: slog.New(slog.DiscardHandler)}).Run(ctx); err != nil {
		return err
	}
	return decideRecords(ctx, s)
}

func decideRecords(ctx context.Context, s *store.Store) error {
	d := jobs.Decide{Store: s, Rules: lifecycle.Rules{Provider: demo.ProviderCode, Location: time.UTC}, Now: time.Now, Log: slog.New(slog.DiscardHandler)}
	_, err := d.Run(ctx)
	return err
}

func (s site) decide(t *testing.T) {
	t.Helper()
	opened, err := store.Open(t.Context(), s.env["EGISSOGW_DATABASE_URL"])
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close()
	if err := decideRecords(t.Context(), opened); err != nil {
		t.Fatal(err)
	}
}

// run runs a command that has to succeed and returns what it printed.
func (s site) run(t *testing.T, args ...string) string {
	t.Helper()
	code, out, errs := run(t, s.env, args...)
	if code != exitOK {
		t.Fatalf("egissogw %s: %d\n%s%s", strings.Join(args, " "), code, out, errs)
	}
	return out
}

// fails runs a command that has to fail with a text.
func (s site) fails(t *testing.T, want string, args ...string) {
	t.Helper()
	code, out, errs := run(t, s.env, args...)
	if code != exitFailed || !strings.Contains(errs, want) {
		t.Errorf("egissogw %s: code %d, want %q\n%s%s", strings.Join(args, " "), code, want, out, errs)
	}
}

func (s site) text(t *testing.T, query string) (value string) {
	t.Helper()
	if !strings.HasPrefix(query, "with ") {
		query = "select coalesce((" + query + ")::text, '')"
	}
	if err := s.conn.QueryRow(t.Context(), query).Scan(&value); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return value
}

// exported exports a register and returns its only file.
func (s site) exported(t *testing.T, register string) (dir string, file exportedFile) {
	t.Helper()
	dir = t.TempDir()
	var files []exportedFile
	if err := json.Unmarshal([]byte(s.run(t, "export", "--json", "--register", register, dir)), &files); err != nil || len(files) != 1 {
		t.Fatalf("exported %+v: %v", files, err)
	}
	return dir, files[0]
}

// measuresLoaded uploads the local measures and brings their protocol back.
func (s site) measuresLoaded(t *testing.T) {
	t.Helper()
	_, file := s.exported(t, "lmsz")
	s.run(t, "import-protocol", protocolFile(t, "10.05.I/2.1.0", file, ""))
	s.decide(t)
}

// protocolFile writes the protocol of a whole package; rejected, if not empty, is
// an element that was not loaded.
func protocolFile(t *testing.T, kind string, file exportedFile, rejected string) string {
	t.Helper()
	list, good := "", file.Records
	if rejected != "" {
		good--
		list = fmt.Sprintf(`<errorRecords><recordResult><recID>%s</recID><recordOK>false</recordOK><messages><messageType>1</messageType><ruleCode>026</ruleCode><report>Форма предоставления не совпадает</report></messages></recordResult></errorRecords>`, rejected)
	}
	protocol := fmt.Sprintf(`<protocol xmlns="urn://egisso-ru/types/package-protocol/1.0.3"><packageResult><packageID>%s</packageID><packageType>Пакет</packageType><packageStatus>3</packageStatus><receivingTime>2026-01-01T10:00:00Z</receivingTime><recordNum>%d</recordNum><recordNumSuccess>%d</recordNumSuccess>%s</packageResult></protocol>`,
		file.Package, file.Records, good, list)
	if kind != "" {
		protocol = `<response xmlns="urn://egisso-ru/msg/` + kind + `">` + protocol + `</response>`
	}
	return writeFile(t, filepath.Join(t.TempDir(), "protocol.xml"), protocol)
}
