package store

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"egissogw/adapter/retry"
)

// rests are providers of a register whose packages failed as a whole, with none that
// passed since: whether it is one record or everything that is refused is not known.
// Then one package at a time tries.
type rests map[string]rest

// rest is what is known of one of them.
type rest struct {
	failures int
	resting  bool // until later, or until the package that tries has its outcome
}

// resting lists the providers whose records do not go now.
func (r rests) resting() []string {
	list := []string{}
	for provider, rest := range r {
		if rest.resting {
			list = append(list, provider)
		}
	}
	return list
}

// size is how many records a package has: fewer with every one that failed, so that
// one without the guilty record is soon found and the others go on.
func (r rest) size(most int) int {
	if r.failures < 2 {
		return most
	}
	return max(most>>min(2*(r.failures-1), 16), 1)
}

// lookAfterFailures says which providers of the register rest or try, and remembers it for
// people to see. From then on whoever asks waits for this transaction.
func lookAfterFailures(ctx context.Context, tx pgx.Tx, plan PackagePlan) (rests, error) {
	rows, err := tx.Query(ctx, query("recent_failures"), plan.Register)
	if err != nil {
		return nil, err
	}
	type failed struct {
		provider           string
		failures, returned int
		last, now          time.Time
		info               string
		trial              *uuid.UUID
	}
	var all []failed
	var one failed
	into := []any{&one.provider, &one.failures, &one.returned, &one.last, &one.now, &one.info, &one.trial}
	if _, err := pgx.ForEachRow(rows, into, func() error {
		all = append(all, one)
		return nil
	}); err != nil {
		return nil, err
	}
	found, providers, batch := rests{}, []string{}, &pgx.Batch{}
	for _, f := range all {
		most := plan.RetryMax
		if f.returned > 0 {
			most = max(most, plan.RefusedMax)
		}
		until := f.last.Add(retry.Backoff{Min: plan.RetryMin, Max: most}.Whole(f.failures))
		found[f.provider] = rest{failures: f.failures, resting: f.trial != nil || f.now.Before(until)}
		providers = append(providers, f.provider)
		batch.Queue(query("rest"), plan.Register, f.provider, until, f.failures, f.info, f.trial)
	}
	batch.Queue(query("end_rest"), plan.Register, providers)
	return found, tx.SendBatch(ctx, batch).Close()
}
