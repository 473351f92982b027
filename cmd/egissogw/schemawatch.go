package main

import (
	"context"
	"errors"

	"egissogw/adapter/store"
)

// schemaWatch keeps account of jobs and notices, by the look that begins each, that the schema
// has moved. No job runs then, and serve ends with exitFailed: the service manager starts it
// again, as the new program where there is one, and what is too old says so at every start.
type schemaWatch struct {
	*store.JobLog
	moved chan<- error // takes the first
}

// JobStarted is the scheduler's.
func (w schemaWatch) JobStarted(ctx context.Context, name string) error {
	err := w.JobLog.JobStarted(ctx, name)
	if errors.Is(err, store.ErrSchemaMoved) {
		select {
		case w.moved <- err:
		default: // it is known
		}
	}
	return err
}
