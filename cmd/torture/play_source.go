package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"egissogw/cmd/torture/world"
)

// reloaded empties the table of prescriptions and loads it again, each in its own
// transaction (../shared/field tells of such a nightly job).
func reloaded(ctx context.Context, p *play) error {
	if err := p.Edit(ctx, `create table mis.copy_of_recipe as table mis.recipe; truncate mis.recipe cascade`); err != nil {
		return err
	}
	if err := p.during(ctx, 5*time.Second); err != nil {
		return err
	}
	if err := p.Edit(ctx, `insert into mis.recipe table mis.copy_of_recipe`); err != nil {
		return err
	}
	return p.nothingRemoved(ctx)
}

// nothingRemoved ends when everything is as it should be: nothing was removed on the way.
func (p *play) nothingRemoved(ctx context.Context) error {
	if err := p.atRest(ctx); err != nil {
		return err
	}
	if removed := p.removedInEGISSO(); removed > p.Removed {
		return fmt.Errorf("%d facts were removed in ЕГИССО", removed-p.Removed)
	}
	return nil
}

// restored puts the МИС back to what it was some changes ago.
func restored(ctx context.Context, p *play) error {
	dump, err := p.Dump(ctx, p.MIS, world.DatabaseMIS)
	if err != nil {
		return err
	}
	if err := p.Add(ctx, 3); err != nil {
		return err
	}
	if err := p.atRest(ctx); err != nil {
		return err
	}
	if err := p.Restore(ctx, p.MIS, world.DatabaseMIS, dump); err != nil {
		return err
	}
	_, _ = p.Run(ctx, "reconcile") // whatever it says of what is gone is an answer
	for range 10 {
		if err := p.during(ctx, time.Second); err != nil {
			return err
		}
		if removed := p.removedInEGISSO(); removed > p.Removed {
			return fmt.Errorf("a restored МИС removed %d facts in ЕГИССО, and nobody was asked", removed-p.Removed)
		}
	}
	return p.accepts(ctx, 3)
}

// removedInEGISSO counts the removals ЕГИССО accepted.
func (p *play) removedInEGISSO() int { return len(p.Bus.Ledger().AcceptedIDs("errorsInvalidation")) }

// halfShown hides rows from the gateway while it reconciles, and shows them again.
func halfShown(condition string) act {
	return func(ctx context.Context, p *play) error {
		if err := p.Edit(ctx, `alter view egisso_source.fact rename to whole_fact;
			create view egisso_source.fact as select * from egisso_source.whole_fact where `+condition); err != nil {
			return err
		}
		_, _ = p.Run(ctx, "reconcile") // it may refuse, and ends with an error then
		if err := p.during(ctx, 3*time.Second); err != nil {
			return err
		}
		if err := p.Edit(ctx, `drop view egisso_source.fact; alter view egisso_source.whole_fact rename to fact`); err != nil {
			return err
		}
		if _, err := p.Run(ctx, "reconcile"); err != nil {
			return err
		}
		return p.nothingRemoved(ctx)
	}
}

// keyReused gives the keys of two prescriptions to other men. A person says of one that it is
// another prescription now, of the other that its patient had been wrong.
func keyReused(ctx context.Context, p *play) error {
	keys, taken := map[string]string{}, []string{}
	for _, meaning := range []string{"replacement", "correction"} {
		var key string
		err := p.Source.QueryRow(ctx, `update mis.recipe r set patient_id = o.patient_id, privilege_id = o.privilege_id, pack_qty = r.pack_qty + 1
			from mis.recipe o
			where (r.id, o.id) = (select a.id, b.id from mis.recipe a join mis.recipe b on a.discount = b.discount and a.patient_id <> b.patient_id
				where a.status = 2 and b.status = 2 and not a.id::text = any($1) and not b.id::text = any($1) order by a.id, b.id limit 1)
			returning r.id::text`, taken).Scan(&key)
		if err != nil {
			return fmt.Errorf("give a key to another man: %w", err)
		}
		keys[meaning], taken = key, append(taken, key)
	}
	for held := 0; held < len(keys); {
		if len(p.Bus.Ledger().AcceptedIDs("alterationBasedOnPreviousErrors")) > 0 || p.removedInEGISSO() > p.Removed {
			return errors.New("the fact of one man became that of another, and nobody was asked")
		}
		if err := p.during(ctx, time.Second); err != nil {
			return err
		}
		err := p.Gateway.QueryRow(ctx, `select count(*) from egisso.record_status
			where register = 'fact' and row_key = any($1) and egisso.record_held(state) and reason <> ''`, taken).Scan(&held)
		if err != nil {
			return err
		}
	}
	for meaning, key := range keys {
		if err := p.means(ctx, key, meaning); err != nil {
			return err
		}
	}
	return nil
}

// forgottenTransaction leaves a prepared transaction in a neighbouring database,
// which keeps the gateway from reading. It must say so.
func forgottenTransaction(ctx context.Context, p *play) error {
	const gid = "forgotten"
	if err := p.MIS.CreateDatabase(ctx, "neighbour"); err != nil {
		return err
	}
	conn, err := pgx.Connect(ctx, p.MIS.URL("neighbour"))
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	for _, statement := range []string{"create table t (i int)", "begin", "insert into t values (1)", "prepare transaction '" + gid + "'"} {
		if _, err := conn.Exec(ctx, statement); err != nil {
			return fmt.Errorf("forget a transaction: %w", err)
		}
	}
	if err := errors.Join(p.Change(ctx, 20), p.during(ctx, 3*time.Second)); err != nil {
		return err
	}
	checked, _ := p.Run(ctx, "check") // it may find this to be an error
	said, err := p.Run(ctx, "status")
	if err != nil {
		return err
	}
	if _, err := conn.Exec(ctx, "rollback prepared '"+gid+"'"); err != nil {
		return err
	}
	if !strings.Contains(checked+said, gid) {
		return errors.New("neither check nor status names the transaction that holds everything up")
	}
	return nil
}

// otherZone moves the МИС to another time zone.
func otherZone(ctx context.Context, p *play) error {
	if err := p.MIS.Exec(ctx, `alter database mis set timezone = 'Asia/Vladivostok'`); err != nil {
		return err
	}
	p.Source.Reset()
	return errors.Join(p.Change(ctx, 20), p.during(ctx, time.Second))
}

// hugeTexts writes texts of megabytes into the МИС. They cannot be sent, and stop
// nothing else.
func hugeTexts(ctx context.Context, p *play) error {
	size := p.much(10, 2) << 19 // letters of two bytes
	err := p.Edit(ctx, `update mis.patient_privilege set doc_name = repeat('ж', $1), doc_list = null
		where id in (select privilege_id from mis.recipe order by id limit 3)`, size)
	if err != nil {
		return err
	}
	return p.Change(ctx, 10)
}

// busyRow changes one prescription again and again.
func busyRow(ctx context.Context, p *play) error {
	times, term := p.much(2000, 200), time.Duration(p.much(20, 2))*time.Second
	for i := range times {
		err := p.Edit(ctx, `update mis.recipe set pack_qty = 1 + $1 % 50, upd_dt = now() where id = (select min(id) from mis.recipe where status = 2)`, i)
		if err != nil {
			return err
		}
		if err := p.during(ctx, term/time.Duration(times)); err != nil {
			return err
		}
	}
	return nil
}

// everything changes every prescription in one transaction.
func everything(ctx context.Context, p *play) error { return p.More(ctx, 0, 1) }

// restoredKeys puts the МИС back, which then gives the keys it has lost to other men.
func restoredKeys(ctx context.Context, p *play) error {
	dump, err := p.Dump(ctx, p.MIS, world.DatabaseMIS)
	if err != nil {
		return err
	}
	const newest = `select array_agg(id::text order by id), array_agg(patient_id order by id) from (select id, patient_id from mis.recipe order by id desc limit 5) r`
	var keys, again []string
	var people, others []int64
	if err := p.Add(ctx, 5); err != nil {
		return err
	}
	if err := p.atRest(ctx); err != nil {
		return err
	}
	if err := p.Source.QueryRow(ctx, newest).Scan(&keys, &people); err != nil {
		return err
	}
	if err := p.Restore(ctx, p.MIS, world.DatabaseMIS, dump); err != nil {
		return err
	}
	p.Source.Reset()
	if err := p.Add(ctx, 5); err != nil {
		return err
	}
	if err := p.Source.QueryRow(ctx, newest).Scan(&again, &others); err != nil {
		return err
	}
	var reused []string
	for i, key := range keys {
		if again[i] == key && others[i] != people[i] {
			reused = append(reused, key)
		}
	}
	if len(reused) < 3 || !slices.Equal(again, keys) {
		return fmt.Errorf("the keys %v became %v, %d of them of other men: it proves nothing", keys, again, len(reused))
	}
	altered := p.altered()
	for held := 0; held < len(reused); {
		if err := p.during(ctx, time.Second); err != nil {
			return err
		}
		if a, r := p.altered()-altered, p.removedInEGISSO()-p.Removed; a > len(keys)-len(reused) || r > 0 || ctx.Err() != nil {
			return errors.Join(fmt.Errorf("%d facts were altered and %d removed, and nobody was asked", a, r), ctx.Err())
		}
		err := p.Gateway.QueryRow(ctx, `select count(*) from egisso.record_status
			where register = 'fact' and row_key = any($1) and egisso.record_held(state) and reason <> ''`, reused).Scan(&held)
		if err != nil {
			return err
		}
	}
	for _, key := range reused {
		if err := p.means(ctx, key, "replacement"); err != nil {
			return err
		}
	}
	return nil
}
