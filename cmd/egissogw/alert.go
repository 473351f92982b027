package main

import (
	"context"
	"errors"
	"time"

	"egissogw/jobs"
)

const alertEvery = 30 * time.Second // between looks

// keepAlerting looks until ctx ends.
func (g *gateway) keepAlerting(ctx context.Context) {
	failing := false
	for ctx.Err() == nil {
		failing = g.lookOnce(ctx, failing)
		select {
		case <-ctx.Done():
		case <-time.After(alertEvery):
		}
	}
}

// lookOnce notes how telling went, if anything was told, like the run of a job. failing says
// whether it did not the last time.
func (g *gateway) lookOnce(ctx context.Context, failing bool) bool {
	tried, err := g.alert.Look(ctx)
	if !tried || ctx.Err() != nil {
		return failing
	}
	failure := ""
	switch {
	case err == nil:
		g.log.Info("trouble or its end was told by EGISSOGW_ALERT_COMMAND")
	case failing:
		failure = err.Error()
	default:
		failure = err.Error()
		g.log.Error("nobody is told of trouble: the command fails", "err", err)
	}
	if err := errors.Join(g.store.JobStarted(ctx, jobs.AlertJob), g.store.JobFinished(ctx, jobs.AlertJob, failure, "")); err != nil {
		g.log.Debug("outcome of an alert not stored", "err", err)
	}
	return failure != ""
}
