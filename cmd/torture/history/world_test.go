package history

import (
	"context"
	_ "embed"
	"fmt"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"egissogw/adapter/mis/refmis"
	"egissogw/adapter/smev/smevtest"
	"egissogw/adapter/store/pgcluster"
	"egissogw/adapter/store/pgtest"
)

// grounds are what all histories of a process share: a server, templates of databases
// and keys.
type grounds struct {
	server     *pgcluster.Cluster
	whole, few template // what histories begin with
	us, them   *smevtest.Identity
	later      string // see later
	count      int
}

var shared struct {
	once sync.Once
	grounds
	err error
}

// prepare makes the grounds once.
func prepare(t *testing.T) *grounds {
	t.Helper()
	g := &shared.grounds
	g.server = pgtest.Cluster(t)
	shared.once.Do(func() { shared.err = g.make(t.Context()) })
	if shared.err != nil {
		t.Fatal(shared.err)
	}
	return g
}

func (g *grounds) make(ctx context.Context) (err error) {
	// The gateway reads no further than the oldest transaction of the server, and those
	// of the server itself come at any time.
	for _, statement := range []string{"alter system set autovacuum = off", "select pg_reload_conf()"} {
		if err := g.server.Exec(ctx, statement); err != nil {
			return err
		}
	}
	now := time.Now()
	if g.us, err = smevtest.NewIdentity("Больница", now); err != nil {
		return err
	}
	if g.them, err = smevtest.NewIdentity("СМЭВ", now); err != nil {
		return err
	}
	if err := g.whole.make(ctx, g, "history_whole", "template1", installed); err != nil {
		return err
	}
	return g.few.make(ctx, g, "history_few", g.whole.name, func(ctx context.Context, conn *pgx.Conn, _ string) error {
		_, err := conn.Exec(ctx, fewer)
		return err
	})
}

//go:embed source_test.sql
var side string

// begin is what the МИС has when a history begins: two prescriptions of each of three
// people, whose benefits mean three measures.
const begin = `
	delete from mis.recipe where id not in (
		select id from (select r.id, row_number() over (partition by patient_id order by r.id) n, dense_rank() over (order by patient_id) p from mis.recipe r) t
		 where n <= 2 and p <= 3);
	truncate mis.egisso_change;
`

// template is a database of the gateway with a МИС in it, before any history.
type template struct {
	name  string
	reset string    // statement that makes a copy of it what it was
	used  *database // copy in use
}

// make makes one from another; fill makes the difference.
func (t *template) make(ctx context.Context, g *grounds, name, from string, fill func(context.Context, *pgx.Conn, string) error) error {
	t.name = name
	if err := g.server.Exec(ctx, "create database "+name+" template "+from); err != nil {
		return err
	}
	conn, err := pgx.Connect(ctx, g.server.URL(name))
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }()
	if err := fill(ctx, conn, g.server.URL(name)); err != nil {
		return fmt.Errorf("fill %s: %w", name, err)
	}
	if g.later, err = statement(ctx, conn, "later"); err == nil {
		t.reset, err = statement(ctx, conn, "reset")
	}
	return err
}

// installed makes the gateway's tables and a МИС.
func installed(ctx context.Context, conn *pgx.Conn, url string) error {
	if err := migrate(ctx, url); err != nil {
		return err
	}
	if err := refmis.Install(ctx, conn); err != nil {
		return err
	}
	if _, err := refmis.Generate(ctx, conn, refmis.Options{Seed: 1, Facts: 60, Defects: map[refmis.Kind]int{}}); err != nil {
		return err
	}
	_, err := conn.Exec(ctx, begin+side)
	return err
}

// fewer leaves nothing of the registers beside measures and facts.
const fewer = `
	delete from mis.reception_measure; delete from mis.reception; delete from mis.onmsz where id = 2;
	delete from mis.pharmacy_contract; delete from mis.pharmacy_measure; delete from mis.pharmacy_point; delete from mis.pharmacy;
	truncate mis.egisso_change`

// statement asks for a statement that side makes of the tables there are.
func statement(ctx context.Context, conn *pgx.Conn, name string) (text string, err error) {
	err = conn.QueryRow(ctx, "select side."+name+"()").Scan(&text)
	return text, err
}

// database is one that histories are played on, one after the other, with what is kept
// open between them: connections and files of databases are dear.
type database struct {
	name    string
	url     string
	db      *pgxpool.Pool
	gateway *gateway
	wire    *wire
	frail   *gateway // another one, whose way is the wire; nil until it is needed
	played  int
}

// playedAtMost is how many histories a database takes before what they deleted makes it
// slow.
const playedAtMost = 40

// from is the template a history begins with.
func (g *grounds) from(s settings) *template {
	if s.Whole {
		return &g.whole
	}
	return &g.few
}

// lend returns a database as the template was when the history began.
func (g *grounds) lend(ctx context.Context, s settings) (d *database, err error) {
	from := g.from(s)
	if d = from.used; d != nil && d.played < playedAtMost {
		d.played++
		_, err := d.db.Exec(ctx, from.reset)
		return d, err
	}
	if err := from.close(ctx, g); err != nil {
		return nil, err
	}
	g.count++
	d = &database{name: fmt.Sprintf("history%d", g.count)}
	if err := g.server.Exec(ctx, "create database "+d.name+" template "+from.name+" strategy file_copy"); err != nil {
		return nil, err
	}
	from.used = d
	return d, d.open(ctx, g)
}

func (d *database) open(ctx context.Context, g *grounds) (err error) {
	d.url = g.server.URL(d.name) // by TCP, as the wire goes on
	direct := g.server.SocketURL(d.name)
	if d.db, err = pgxpool.New(ctx, direct); err != nil {
		return err
	}
	d.gateway, err = open(ctx, direct)
	return err
}

// openFrail opens a gateway that can be disturbed, or crash.
func (d *database) openFrail(ctx context.Context) error {
	if d.frail != nil {
		return nil
	}
	u, err := url.Parse(d.url)
	if err != nil {
		return err
	}
	if d.wire == nil {
		if d.wire, err = newWire(u.Host); err != nil {
			return err
		}
	}
	u.Host = d.wire.address()
	d.frail, err = open(ctx, u.String())
	return err
}

// closeFrail ends that gateway, and waits until the server has noticed.
func (d *database) closeFrail() {
	if d.frail != nil {
		d.frail.close()
		d.frail = nil
	}
	if d.wire != nil {
		d.wire.revive()
	}
}

// close drops the database in use.
func (f *template) close(ctx context.Context, g *grounds) error {
	d := f.used
	if d == nil {
		return nil
	}
	f.used = nil
	if d.gateway != nil {
		d.gateway.close()
	}
	d.closeFrail()
	if d.wire != nil {
		d.wire.close()
	}
	if d.db != nil {
		d.db.Close()
	}
	return g.server.Exec(ctx, "drop database "+d.name+" with (force)")
}
