package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"egissogw/adapter/mis/refmis"
	"egissogw/cmd/torture/world"
)

// sourceScenarios are databases of the МИС that are not what they seem.
var sourceScenarios = []Scenario{
	{
		Name: "mis-failover", Facts: 300, ShortFacts: 60, Gateways: 2,
		Happens: "the server of the МИС is lost, and its standby, which lags behind, promoted; the МИС goes on there under numbers of transactions the gateways have read already",
		Holds:   "a reconciliation starts by itself, nothing is lost or removed",
		World:   apart, Play: accepted(misFailover),
	},
	{
		Name: "mis-ascii", Facts: 100, Gateways: 1,
		Happens: "the МИС stands in a database in SQL_ASCII, some rows in an old encoding, then all in UTF-8",
		Holds:   "check says so in one line; rows that can be read go, the others are blocked with a reason",
		Play:    asciiSource,
	},
}

// misFailover promotes a standby of the МИС that both addresses of the setting lead to.
func misFailover(ctx context.Context, p *play) error {
	standby, err := p.StandbyOfMIS(ctx)
	if err != nil {
		return err
	}
	if err := p.severalHosts(ctx, standby); err != nil {
		return err
	}
	if err := standby.Pause(ctx); err != nil {
		return err
	}
	// What the standby never gets: alterations, and numbers of transactions.
	if err := p.More(ctx, 0, 3); err != nil {
		return err
	}
	if err := p.Edit(ctx, `do $$ begin for i in 1..300 loop perform pg_current_xact_id(); commit; end loop; end $$`); err != nil {
		return err
	}
	if err := p.atRest(ctx); err != nil {
		return err
	}
	const reconciled = `select count(*) from egisso.reconciliation where register = 'fact' and finished_at is not null and problem = ''`
	var before, after int
	if err := p.Gateway.QueryRow(ctx, reconciled).Scan(&before); err != nil {
		return err
	}
	if err := errors.Join(p.MIS.Crash(), standby.Promote(ctx), p.UseMIS(ctx, standby.Cluster)); err != nil {
		return err
	}
	if err := errors.Join(p.More(ctx, 1, 3), p.Add(ctx, 10)); err != nil {
		return err
	}
	p.calmed()
	err = world.Until(ctx, "a reconciliation starts by itself", func(ctx context.Context) (bool, error) {
		err := p.Gateway.QueryRow(ctx, reconciled).Scan(&after)
		return after > before, errors.Join(err, p.revive())
	})
	if err != nil {
		return err
	}
	return p.nothingRemoved(ctx)
}

// severalHosts has the gateways look for the МИС at both servers.
func (p *play) severalHosts(ctx context.Context, standby *world.Standby) error {
	first, err := url.Parse(p.MIS.URL(world.DatabaseMIS))
	if err != nil {
		return err
	}
	second, err := url.Parse(standby.URL(world.DatabaseMIS))
	if err != nil {
		return err
	}
	first.Host += "," + second.Host
	query := first.Query()
	query.Set("target_session_attrs", "read-write")
	first.RawQuery = query.Encode()
	env := "EGISSOGW_SOURCE_DATABASE_URL=" + first.String()
	if err := p.stopAll(); err != nil {
		return err
	}
	if _, err := p.RunWith(ctx, []string{env}, "contour", "reset", "--same", "--reason", "проверка"); err != nil {
		return err
	}
	return p.reconfigure(ctx, env)
}

// asciiSource moves the МИС into a database that does not know its encoding.
func asciiSource(ctx context.Context, p *play) error {
	const name = "ascii"
	if err := p.MIS.Exec(ctx, "create database "+name+" template template0 encoding 'SQL_ASCII' lc_collate 'C' lc_ctype 'C'"); err != nil {
		return err
	}
	conn, err := pgx.Connect(ctx, p.MIS.URL(name))
	if err != nil {
		return fmt.Errorf("connect to the МИС: %w", err)
	}
	o := p.Options.Source
	if err = refmis.Install(ctx, conn); err == nil {
		_, err = refmis.Generate(ctx, conn, o)
	}
	// One man's name in WIN1251.
	_, spoiled := conn.Exec(ctx, `set client_encoding to 'SQL_ASCII'; update mis.patient set surname = E'\xd2\xe0\xe9\xed\xee\xe2' where id = (select min(patient_id) from mis.recipe where status = 2)`)
	if err := errors.Join(err, spoiled, conn.Close(ctx)); err != nil {
		return err
	}
	if err := p.UseSource(ctx, name); err != nil {
		return err
	}
	said, failed := p.Run(ctx, "check")
	if n := strings.Count(said, "база МИС в кодировке SQL_ASCII"); failed == nil || n != 1 {
		return fmt.Errorf("check says of SQL_ASCII %d times, it should once: %v", n, failed)
	}
	if err := p.Start(); err != nil {
		return err
	}
	const blocked = `select count(*) filter (where state = 'blocked' and reason <> '') > 0 and bool_and(egisso.record_accepted(state) or state = 'blocked' and reason <> '')
		from egisso.record_status where register = 'fact'`
	if err := p.Reached(ctx, "all is accepted but what cannot be read", blocked); err != nil {
		return err
	}
	if err := p.Edit(ctx, `update mis.patient set surname = 'Вымышленный' where id = (select min(patient_id) from mis.recipe where status = 2)`); err != nil {
		return err
	}
	p.calmed()
	return p.during(ctx, time.Second)
}
