package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"egissogw/adapter/store/pgcluster"
	"egissogw/cmd/torture/world"
)

// stops ends a server at once, as a power failure would, and starts it again.
func stops(which func(*play) *pgcluster.Cluster, rounds, shortRounds int) act {
	return func(ctx context.Context, p *play) error {
		for range p.much(rounds, shortRounds) {
			if err := p.Change(ctx, p.much(60, 10)); err != nil {
				return err
			}
			if err := p.during(ctx, 1500*time.Millisecond); err != nil {
				return err
			}
			if err := which(p).Crash(); err != nil {
				return err
			}
			p.Kills++
			if err := p.during(ctx, time.Second); err != nil {
				return err
			}
			if err := which(p).Resume(ctx); err != nil {
				return err
			}
		}
		return nil
	}
}

func ownServer(p *play) *pgcluster.Cluster { return p.Own }
func misServer(p *play) *pgcluster.Cluster { return p.MIS }

// terminated cuts every connection of the gateways again and again.
func terminated(ctx context.Context, p *play) error {
	for range p.much(60, 15) {
		_, err := p.Gateway.Exec(ctx, `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'egissogw'`)
		if err != nil {
			return err
		}
		if err := p.during(ctx, 250*time.Millisecond); err != nil {
			return err
		}
	}
	return nil
}

// withoutConnections takes every connection the server has left.
func withoutConnections(ctx context.Context, p *play) error {
	if err := p.underway(ctx); err != nil {
		return err
	}
	var taken []*pgx.Conn
	defer func() {
		for _, conn := range taken {
			_ = conn.Close(context.WithoutCancel(ctx)) // it goes with the server at the latest
		}
	}()
	for end := time.Now().Add(time.Duration(p.much(20, 6)) * time.Second); time.Now().Before(end); {
		conn, err := pgx.Connect(ctx, p.Own.URL("postgres"))
		if err == nil {
			taken = append(taken, conn)
			continue
		}
		if _, err := p.Gateway.Exec(ctx, `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'egissogw' limit 3`); err != nil {
			return err
		}
		if err := p.during(ctx, 300*time.Millisecond); err != nil {
			return err
		}
	}
	return nil
}

// locked holds every table of the gateway for a while, so that nobody can read or
// write it.
func locked(ctx context.Context, p *play) error {
	for range p.much(5, 1) {
		err := pgx.BeginFunc(ctx, p.Gateway, func(tx pgx.Tx) error {
			// Waiting for the gateways while holding some is what a deadlock is made of:
			// one of the two is chosen, and must bear it.
			_, err := tx.Exec(ctx, `do $$ declare t regclass; begin
				for t in select oid from pg_class where relnamespace = 'egisso'::regnamespace and relkind = 'r' order by relname loop
					execute format('lock table %s in access exclusive mode', t);
				end loop; end $$`)
			if err != nil {
				return err
			}
			return world.Pause(ctx, 4*time.Second)
		})
		if err != nil && ctx.Err() != nil {
			return err
		}
		if err := errors.Join(p.Change(ctx, 10), p.during(ctx, time.Second)); err != nil {
			return err
		}
	}
	return nil
}

// olderDump restores the gateway's database as it was some changes ago.
func olderDump(ctx context.Context, p *play) error {
	dump, err := p.Dump(ctx, p.Own, world.DatabaseGateway)
	if err != nil {
		return err
	}
	if err := errors.Join(p.Change(ctx, p.much(100, 30)), p.Add(ctx, p.much(50, 20))); err != nil {
		return err
	}
	if err := p.atRest(ctx); err != nil {
		return err
	}
	for _, g := range p.Gateways {
		g.Murder()
	}
	return p.Restore(ctx, p.Own, world.DatabaseGateway, dump)
}

// emptied loses the gateway's database whole.
func emptied(ctx context.Context, p *play) error {
	for _, g := range p.Gateways {
		g.Murder()
	}
	if err := p.Recreate(ctx, p.Own, world.DatabaseGateway); err != nil {
		return err
	}
	return p.PrepareGateway(ctx)
}

// recovered has an administrator bring back what the database lost.
func recovered(lose act) act {
	return func(ctx context.Context, p *play) error {
		if err := lose(ctx, p); err != nil {
			return err
		}
		_, err := p.Run(ctx, "recover", "--apply", "--reason", "база потеряна", p.ArchiveDir())
		return err
	}
}

// failover loses the server and goes on with its standby. What an asynchronous one
// had not received is lost.
func failover(synchronous bool) act {
	return func(ctx context.Context, p *play) error {
		standby, err := p.Standby(ctx, synchronous)
		if err != nil {
			return err
		}
		if !synchronous {
			if err := standby.Pause(ctx); err != nil {
				return err
			}
		}
		if err := errors.Join(p.Change(ctx, p.much(100, 30)), p.Add(ctx, p.much(50, 20))); err != nil {
			return err
		}
		wait := func() error { return p.during(ctx, time.Duration(p.much(8, 4))*time.Second) }
		if !synchronous {
			wait = func() error { return p.atRest(ctx) } // the standby knows nothing of it
		}
		if err := wait(); err != nil {
			return err
		}
		before, err := p.sizes(ctx)
		if err != nil {
			return err
		}
		for _, g := range p.Gateways {
			g.Murder()
		}
		if err := p.Own.Crash(); err != nil {
			return err
		}
		if err := standby.Promote(ctx); err != nil {
			return err
		}
		p.asked++ // an administrator tells the gateways the address
		if err := p.UseOwn(ctx, standby.Cluster); err != nil {
			return err
		}
		after, err := p.sizes(ctx)
		p.note = append(p.note, fmt.Sprintf("packages on the primary %d, on the standby %d", before.packages, after.packages))
		return err
	}
}

// fullDisk leaves the gateway's server no room for a while.
func fullDisk(ctx context.Context, p *play) error {
	for range p.much(4, 1) {
		free, err := p.FillDisk()
		if err != nil {
			return err
		}
		if err := errors.Join(p.Change(ctx, 60), p.during(ctx, 6*time.Second), free()); err != nil {
			return err
		}
		// A server that had no room for its log has ended.
		if err := p.Own.Crash(); err != nil {
			return fmt.Errorf("start the server anew: %w", err)
		}
		if err := errors.Join(p.Own.Resume(ctx), p.during(ctx, 2*time.Second)); err != nil {
			return err
		}
	}
	return nil
}

// fewConnections is a server that has hardly enough.
func fewConnections(o *world.Options) { o.Postgres = map[string]string{"max_connections": "30"} }

// smallDisk gives the gateway's server so little room that it is soon full.
func smallDisk(o *world.Options) {
	o.SmallDisk = 300
	o.Postgres = map[string]string{"max_wal_size": "64MB", "min_wal_size": "32MB"}
}
