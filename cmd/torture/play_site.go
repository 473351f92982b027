package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"egissogw/adapter/smev/smevtest"
	"egissogw/cmd/torture/world"
)

// siteScenarios are machines, databases and settings as they are outside.
var siteScenarios = []Scenario{
	{
		Name: "site-check", Facts: 100, ShortFacts: 60, Gateways: 1,
		Happens: "one thing after the other is not as it should be: databases, addresses, certificates, credentials",
		Holds:   "check names each, and finds nothing where all is well, with a storage without EPSV and SIZE",
		World:   busWith(func(o *smevtest.Options) { o.NoEPSV, o.NoSIZE = true, true }), Play: accepted(siteChecked),
	},
	{
		Name: "site-pgbouncer", Facts: 100, Gateways: 1, Needs: []need{pgBouncer},
		Happens: "PgBouncer in transaction mode stands before the gateway's database, and before the МИС",
		Holds:   "check and serve refuse it in one line, and nothing leaves meanwhile",
		Asks:    "an administrator names the server itself",
		Play:    accepted(behindPgBouncer),
	},
	{
		Name: "site-archive-full", Facts: 200, Gateways: 2, Needs: []need{root},
		Happens: "the disk of the archive is full for a while",
		Holds:   "nothing leaves or is acknowledged meanwhile, status says so, and it goes on by itself",
		World:   func(o *world.Options) { o.SmallDisk = archiveMiB }, Play: archiveFull,
	},
	{
		Name: "site-archive-moved", Facts: 100, Gateways: 2,
		Happens: "the folder of the archive is moved away while gateways write into it, and put back",
		Holds:   "nothing leaves or is acknowledged meanwhile, status says so, and it goes on by itself",
		World:   archived, Play: accepted(archiveMoved),
	},
	{
		Name: "site-certificate", Facts: 100, Gateways: 1,
		Happens: "our certificate holds for eleven days still",
		Holds:   "status, check and cert say until when, and all goes on",
		Asks:    "an administrator gets a new certificate",
		Play:    accepted(certificateEnds),
	},
}

// siteChecked makes one thing wrong after the other and asks check.
func siteChecked(ctx context.Context, p *play) error {
	if said, err := p.Run(ctx, "check"); err != nil {
		return fmt.Errorf("check finds fault where all is well: %s", said)
	}
	standby, err := p.Standby(ctx, false)
	if err != nil {
		return err
	}
	soon, err := p.ClientKeyUntil(time.Now().AddDate(0, 0, elevenDays).Add(time.Hour))
	if err != nil {
		return err
	}
	credential := func(name, text string) string {
		file := filepath.Join(p.Dir, name)
		err = errors.Join(err, os.WriteFile(file, []byte(text), 0o600))
		return "EGISSOGW_FTP_PASSWORD_FILE=" + file
	}
	database := func(encoding string) string {
		name := strings.ToLower("check_" + encoding)
		err = errors.Join(err, p.Own.Exec(ctx, "create database "+name+" template template0 encoding '"+encoding+"' lc_collate 'C' lc_ctype 'C'"))
		return "EGISSOGW_DATABASE_URL=" + p.Own.URL(name)
	}
	cases := []struct{ says, env string }{
		{"резервный сервер PostgreSQL", "EGISSOGW_DATABASE_URL=" + standby.URL(world.DatabaseGateway)},
		{"в кодировке WIN1251, а нужна UTF8", database("WIN1251")},
		{"в кодировке SQL_ASCII, а нужна UTF8", database("SQL_ASCII")},
		{"обычно он оканчивается на /ws", "EGISSOGW_SMEV_URL=" + p.Bus.URL() + "s"},
		{"0000.000000 — образец", "EGISSOGW_PROVIDER_CODE=0000.000000"},
		{"сертификат самого шлюза", "EGISSOGW_SMEV_CERTIFICATES=" + p.ClientCertificate()},
		{fmt.Sprintf("подписывать можно ещё %d дн.", elevenDays), strings.Join(soon, "\n")},
		{"метки порядка байтов (BOM)", credential("bom", "\ufeffsmev\n")},
		{"в начале или в конце файла пробел", credential("blank", "smev \n")},
		{"вход не удался", "EGISSOGW_FTP_PASSWORD=other"},
	}
	for _, c := range cases {
		if err != nil {
			return err
		}
		said, failed := p.RunWith(ctx, strings.Split(c.env, "\n"), "check")
		if n := strings.Count(said, c.says); failed == nil || n != 1 {
			err = fmt.Errorf("check says %q %d times, it should once: %v: %s", c.says, n, failed, said)
		}
	}
	return err
}

const elevenDays = 11

// pgBouncer is a pool of connections; on Debian: apt-get install pgbouncer.
func pgBouncer(settings) error {
	if _, err := exec.LookPath("pgbouncer"); err != nil {
		return fmt.Errorf("%w: no pgbouncer; on Debian: apt-get install pgbouncer", errNotPlayed)
	}
	return nil
}

const saysPool = "соединение идёт через пул (PgBouncer"

// behindPgBouncer has the gateway go through a pool of connections.
func behindPgBouncer(ctx context.Context, p *play) error {
	strict, err := p.StartPgBouncer(ctx, false)
	if err != nil {
		return err
	}
	defer strict.Stop()
	pool, err := p.StartPgBouncer(ctx, true)
	if err != nil {
		return err
	}
	defer pool.Stop()
	own := "EGISSOGW_DATABASE_URL=" + pool.URL(world.DatabaseGateway)
	for _, env := range []string{
		own, "EGISSOGW_SOURCE_DATABASE_URL=" + pool.URL(world.DatabaseMIS),
		"EGISSOGW_DATABASE_URL=" + strict.URL(world.DatabaseGateway), "EGISSOGW_SOURCE_DATABASE_URL=" + strict.URL(world.DatabaseMIS),
	} {
		said, failed := p.RunWith(ctx, []string{env}, "check")
		if n := strings.Count(said, saysPool); failed == nil || n != 1 {
			return fmt.Errorf("check says of PgBouncer %d times, it should once: %v: %s", n, failed, said)
		}
	}
	return p.servedByPool(ctx, own)
}

// servedByPool starts the gateway with the address of a pool.
func (p *play) servedByPool(ctx context.Context, own string) error {
	g := p.Gateways[0]
	if err := g.Stop(); err != nil {
		return err
	}
	sent := p.Bus.Ledger().Summary().Accepted
	if err := p.Change(ctx, 20); err != nil {
		return err
	}
	g.Env = []string{own}
	for range 3 { // as a service manager would
		if err := g.Start(); err != nil {
			return err
		}
		if err := world.Until(ctx, "it is refused", func(context.Context) (bool, error) { return !g.Alive(), nil }); err != nil {
			return err
		}
	}
	log, err := os.ReadFile(g.LogFile())
	if err != nil {
		return err
	}
	if n := strings.Count(string(log), saysPool); n != 3 {
		return fmt.Errorf("serve says of PgBouncer %d times when it is started three times", n)
	}
	if n := p.Bus.Ledger().Summary().Accepted - sent; n > 0 {
		return fmt.Errorf("%d messages left through PgBouncer", n)
	}
	p.asked++
	g.Env = nil
	return nil
}

// archiveMiB is the disk of the archive.
const archiveMiB = 8

// archiveFull leaves the archive no room while packages go and answers come.
func archiveFull(ctx context.Context, p *play) error {
	dir := filepath.Join(p.Dir, "disk", "archive")
	if err := os.Mkdir(dir, 0o700); err != nil {
		return fmt.Errorf("make the archive: %w", err)
	}
	p.Options.Env = append(p.Options.Env, "EGISSOGW_ARCHIVE_DIR="+dir)
	if err := p.Start(); err != nil {
		return err
	}
	if err := p.atRest(ctx); err != nil {
		return err
	}
	// One package waits for its answer when the disk becomes full, others are to go.
	err := p.Bus.Trouble(smevtest.Rule{On: "SendRequest", Times: 1, AnswerDelay: smevtest.Duration(4 * time.Second)})
	if err := errors.Join(err, p.Add(ctx, 10)); err != nil {
		return err
	}
	if err := p.Reached(ctx, "a package waits for its answer", `select exists (select from egisso.journal where state = 'queued')`); err != nil {
		return err
	}
	free, err := p.FillDisk()
	if err != nil {
		return err
	}
	before := p.Bus.Ledger().Summary()
	if err := p.Change(ctx, 20); err != nil {
		return errors.Join(err, free())
	}
	err = p.Reached(ctx, "status says that the archive cannot be written", `select exists (select from egisso.health where code = 'archive' and severity = 'trouble')`)
	if err := errors.Join(err, p.during(ctx, 8*time.Second)); err != nil {
		return errors.Join(err, free())
	}
	said, checked := p.Run(ctx, "check")
	now := p.Bus.Ledger().Summary()
	if err := free(); err != nil {
		return err
	}
	p.calmed()
	if sent, acked := now.Accepted-before.Accepted, now.AcksAccepted-before.AcksAccepted; sent > 0 || acked > 0 {
		return fmt.Errorf("%d messages left and %d answers were acknowledged though the archive could not be written", sent, acked)
	}
	if checked == nil || !strings.Contains(said, "EGISSOGW_ARCHIVE_DIR: запись не удалась") {
		return errors.New("check does not say that the archive cannot be written")
	}
	if err := p.atRest(ctx); err != nil {
		return err
	}
	var left int
	const unkept = `select (select count(*) from egisso.message m where m.delivered_at is not null
			and not exists (select from egisso.archived a where a.kind = 'sent' and a.id = m.id::text))
		+ (select count(*) from egisso.answer n where n.acked_at is not null and not exists (select from egisso.archived a where a.kind = 'answer' and a.id = n.id))`
	if err := p.Gateway.QueryRow(ctx, unkept).Scan(&left); err != nil {
		return err
	}
	if left > 0 {
		return fmt.Errorf("%d messages are not in the archive", left)
	}
	p.calmed()
	return nil
}

// archiveMoved takes the folder away that every gateway has a file open in.
func archiveMoved(ctx context.Context, p *play) error {
	away := p.ArchiveDir() + ".away"
	if err := os.Rename(p.ArchiveDir(), away); err != nil {
		return fmt.Errorf("move the archive away: %w", err)
	}
	before := p.Bus.Ledger().Summary()
	err := p.Change(ctx, 20)
	err = errors.Join(err, p.Reached(ctx, "status says that the archive cannot be written", `select exists (select from egisso.health where code = 'archive' and severity = 'trouble')`))
	err = errors.Join(err, p.during(ctx, 5*time.Second))
	now := p.Bus.Ledger().Summary()
	if err := errors.Join(err, os.Rename(away, p.ArchiveDir())); err != nil {
		return err
	}
	if sent, acked := now.Accepted-before.Accepted, now.AcksAccepted-before.AcksAccepted; sent > 0 || acked > 0 {
		return fmt.Errorf("%d messages left and %d answers were acknowledged though the folder of the archive was gone", sent, acked)
	}
	return nil
}

// certificateEnds gives the gateway a certificate whose end is near.
func certificateEnds(ctx context.Context, p *play) error {
	ends := time.Now().AddDate(0, 0, elevenDays).Add(time.Hour)
	env, err := p.NewClientKeyUntil(ctx, ends)
	if err != nil {
		return err
	}
	p.asked++
	if err := errors.Join(p.reconfigure(ctx, env...), p.Change(ctx, 20)); err != nil {
		return err
	}
	const named = `select severity, text from egisso.health where code = 'certificate'`
	var severity, text string
	err = world.Until(ctx, "status says until when may be signed", func(ctx context.Context) (bool, error) {
		err := p.Gateway.QueryRow(ctx, named).Scan(&severity, &text)
		return err == nil, ignoreNone(err)
	})
	if err != nil {
		return err
	}
	day := ends.Format("02.01.2006")
	if severity != "todo" || !strings.Contains(text, "только до "+day) {
		return fmt.Errorf("status says (%s): %s", severity, text)
	}
	for _, command := range []string{"cert", "check"} {
		if said, _ := p.RunWith(ctx, env, command); !strings.Contains(said, fmt.Sprintf("ещё %d дн.", elevenDays)) {
			return fmt.Errorf("%s says: %s", command, said)
		}
	}
	return nil
}

// ignoreNone passes over that there is no row yet.
func ignoreNone(err error) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	return err
}
