package store

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/lifecycle"
)

// ChangeLimits say how many changes of a kind are borne in a window of time; more of them
// may be a slip in the source, and wait for a person (jobs/README.md#mass-changes).
type ChangeLimits struct {
	Window time.Duration // zero: any number is borne
	// The limit is Percent of the records ЕГИССО holds, and at least Least, at most Most.
	Least, Most int
	Percent     float64
	// Fixed are limits of their own, by the kind of change or "change@provider"; a negative
	// one bears any number.
	Fixed map[string]int
}

// LimitChanges sets the limits. It is called before the store is used; without it any number of
// changes is borne.
func (s *Store) LimitChanges(limits ChangeLimits) { s.limits = limits }

// changeGroup is what is counted together.
type changeGroup struct {
	register egisso.Register
	change   egisso.RecordChange
	provider string
}

// changedRecords are those about to be put of a group.
type changedRecords struct {
	all     int
	leaving []int // which of them would leave, by their place
}

// holdMass holds those of the records about to be put that exceed what is borne, and what
// was decided before them and has not left. It returns the packages that records left so.
func (s *Store) holdMass(ctx context.Context, tx pgx.Tx, register egisso.Register, c *recordColumns) (left []uuid.UUID, err error) {
	groups := map[changeGroup]changedRecords{}
	for i, change := range c.changes {
		if change == "" {
			continue
		}
		g := changeGroup{register, change, c.providers[i]}
		r := groups[g]
		r.all++
		if c.states[i] == lifecycle.Ready && !c.passed[i] {
			r.leaving = append(r.leaving, i)
		}
		groups[g] = r
	}
	// In one order, as everybody does who locks several.
	for _, g := range slices.SortedFunc(maps.Keys(groups), func(a, b changeGroup) int {
		return slices.Compare([]string{string(a.change), a.provider}, []string{string(b.change), b.provider})
	}) {
		held, packages, err := s.held(ctx, tx, g, c, groups[g])
		if err != nil {
			return nil, fmt.Errorf("count changes of register %s: %w", register, err)
		}
		left = append(left, packages...)
		for _, i := range groups[g].leaving {
			if held {
				c.states[i], c.reasons[i] = lifecycle.Waiting, lifecycle.MassChange
			}
		}
	}
	return left, nil
}

// held reports whether changes of the group are held, with these records among them, and
// which packages others left. It locks the group: everybody counts alone. What is put is added
// to what was counted before, also by those who hold nothing, and that is never less than there
// is: as long as it is borne, nothing is counted again.
func (s *Store) held(ctx context.Context, tx pgx.Tx, g changeGroup, c *recordColumns, put changedRecords) (held bool, left []uuid.UUID, err error) {
	var since time.Time
	var counted *int
	if err := tx.QueryRow(ctx, query("lock_guard"), g.register, g.change, g.provider, s.limits.Window, put.all).Scan(&held, &since, &counted); err != nil {
		return false, nil, err
	}
	if s.limits.Window <= 0 || s.limits.fixed(g) < 0 || len(put.leaving) == 0 {
		return false, nil, nil
	}
	if held { // a package this process had locked may have been passed by
		left, err = s.hold(ctx, tx, g, since)
		return true, left, err
	}
	most := math.MaxInt
	if counted != nil {
		most = *counted
	}
	limit, err := s.limit(ctx, tx, g, most)
	if err != nil || most <= limit {
		return false, nil, err
	}
	n, err := count(ctx, tx, g, since, c, put)
	if err != nil || n <= limit {
		return false, nil, err
	}
	if _, err := tx.Exec(ctx, query("hold_changes"), g.register, g.change, g.provider); err != nil {
		return false, nil, err
	}
	left, err = s.hold(ctx, tx, g, since)
	return true, left, err
}

// count is how many changes there are since then, with those about to be put. It is remembered.
func count(ctx context.Context, tx pgx.Tx, g changeGroup, since time.Time, c *recordColumns, put changedRecords) (n int, err error) {
	ids := make([]uuid.UUID, len(put.leaving))
	for n, i := range put.leaving {
		ids[n] = c.ids[i]
	}
	err = tx.QueryRow(ctx, query("count_changes"), g.register, g.change, g.provider, since, flat(ids), put.all).Scan(&n)
	return n + len(ids), err
}

// limit is how many changes are borne; it is looked for only as far as n needs: the records
// ЕГИССО holds are counted last.
func (s *Store) limit(ctx context.Context, tx pgx.Tx, g changeGroup, n int) (limit int, err error) {
	l := s.limits
	fixed := l.fixed(g)
	if limit = fixed; limit == 0 {
		limit = l.Least
	}
	if n <= limit {
		return limit, nil
	}
	var expected int
	if err = tx.QueryRow(ctx, query("expected_changes"), g.register, g.change).Scan(&expected); err != nil {
		return 0, err
	}
	limit = max(limit, expected)
	if most := min(n, l.Most); most > limit && fixed == 0 && l.Percent > 0 {
		var live int
		if err := tx.QueryRow(ctx, query("live_records"), g.register, int(float64(most)*100/l.Percent)+1).Scan(&live); err != nil {
			return 0, err
		}
		limit = max(limit, min(int(float64(live)*l.Percent/100), l.Most))
	}
	return limit, nil
}

// fixed is the limit set for the group, 0 if there is none.
func (l ChangeLimits) fixed(g changeGroup) int {
	if n, set := l.Fixed[string(g.change)+"@"+g.provider]; set {
		return n
	}
	return l.Fixed[string(g.change)]
}

// hold holds what was decided since then and has not left, and returns the packages not signed
// yet that it left.
func (s *Store) hold(ctx context.Context, tx pgx.Tx, g changeGroup, since time.Time) (left []uuid.UUID, err error) {
	apart, err := ids(ctx, tx, "hold_packages", g.register, g.change, g.provider)
	if err != nil {
		return nil, err
	}
	if left, err = ids(ctx, tx, "withdraw_changes", g.register, g.change, g.provider, since); err != nil {
		return nil, err
	}
	batch := &pgx.Batch{}
	for _, id := range apart {
		batch.Queue(query("release_records"), id, true)
		batch.Queue(query("release_members"), id)
	}
	batch.Queue(query("hold_records"), g.register, g.change, g.provider, since)
	return left, tx.SendBatch(ctx, batch).Close()
}

func ids(ctx context.Context, tx pgx.Tx, name string, args ...any) ([]uuid.UUID, error) {
	rows, err := tx.Query(ctx, query(name), args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
}

// HeldSet is what a person decides on: changes of one kind that wait.
type HeldSet struct {
	Register egisso.Register
	Change   egisso.RecordChange
	Provider string // "": of all
	Seen     string // HeldChanges.Set that was looked at; "": whatever is held now
}

// ReleaseHeldChanges lets go what is held, and returns, in Russian, what follows. It is an
// error, and nothing goes, if what is held is not what was seen.
func (s *Store) ReleaseHeldChanges(ctx context.Context, held HeldSet, reason string) (string, error) {
	return s.command(ctx, "release_held_changes", held.Register, held.Change, reason, held.Provider, held.Seen)
}

// DropHeldChanges gives up what is held, under the same condition.
func (s *Store) DropHeldChanges(ctx context.Context, held HeldSet, reason string) (string, error) {
	return s.command(ctx, "drop_held_changes", held.Register, held.Change, reason, held.Provider, held.Seen)
}

// ExpectChanges announces a mass change: so many at most, until then.
func (s *Store) ExpectChanges(ctx context.Context, register egisso.Register, change egisso.RecordChange, most int, until time.Time, reason string) (string, error) {
	return s.command(ctx, "expect_changes", register, change, most, until, reason)
}

// HeldChanges are changes of one kind that wait for a person.
type HeldChanges struct {
	Register egisso.Register     `json:"register"`
	Change   egisso.RecordChange `json:"change"`
	Provider string              `json:"provider"`
	Since    time.Time           `json:"since"`
	Records  int                 `json:"records"`
	Set      string              `json:"set"` // which records, with which content
}

// HeldChanges returns all changes that wait for a person, by their age.
func (s *Store) HeldChanges(ctx context.Context) ([]HeldChanges, error) {
	rows, err := s.pool.Query(ctx, query("held_changes"))
	if err != nil {
		return nil, fmt.Errorf("list held changes: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[HeldChanges])
	if err != nil {
		return nil, fmt.Errorf("list held changes: %w", err)
	}
	return list, nil
}
