package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"egissogw/cmd/egissogw/internal/fault"
	"egissogw/config"
	"egissogw/jobs"
)

// heartbeat tells somebody outside that this process can work; they raise the alarm when it
// stops. The address may hold a key: it is in no error.
type heartbeat struct {
	address string
	every   time.Duration
	able    func(context.Context) (bool, []string)
	client  *http.Client
}

// heartbeatTerm is how long one request may take.
const heartbeatTerm = 10 * time.Second

// newHeartbeat is nil where nobody asked for it.
func newHeartbeat(w config.Watch, able func(context.Context) (bool, []string)) *heartbeat {
	if w.Heartbeat.IsZero() {
		return nil
	}
	return &heartbeat{address: w.Heartbeat.Reveal(), every: w.HeartbeatEvery, able: able, client: &http.Client{
		Timeout: heartbeatTerm, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// beat tells it once; told is false where there was nothing good to tell.
func (h *heartbeat) beat(ctx context.Context) (told bool, err error) {
	if able, _ := h.able(ctx); !able {
		return false, nil
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, h.address, nil)
	if err != nil {
		return true, errors.New(config.Prefix + "HEARTBEAT_URL: адрес не читается")
	}
	r.Header.Set("User-Agent", "egissogw")
	answer, err := h.client.Do(r)
	if err != nil {
		return true, fault.Told(config.Prefix+"HEARTBEAT_URL: "+cmp.Or(fault.Network(err), "запрос не удался"), err)
	}
	_ = answer.Body.Close()
	if answer.StatusCode >= http.StatusMultipleChoices {
		return true, fmt.Errorf("%sHEARTBEAT_URL: ответ %d", config.Prefix, answer.StatusCode)
	}
	return true, nil
}

// keepBeating tells until ctx ends, and notes how it went like the run of a job.
func (g *gateway) keepBeating(ctx context.Context) {
	failing := false
	for ctx.Err() == nil {
		failing = g.beatOnce(ctx, failing)
		select {
		case <-ctx.Done():
		case <-time.After(g.heartbeat.every):
		}
	}
}

// beatOnce reports whether telling failed, as failing says it did the last time.
func (g *gateway) beatOnce(ctx context.Context, failing bool) bool {
	told, err := g.heartbeat.beat(ctx)
	if !told || ctx.Err() != nil {
		return failing
	}
	failure := ""
	if err != nil {
		failure = err.Error()
		if !failing {
			g.log.Error("nobody is told that the gateway works", "err", err)
		}
	}
	if err := errors.Join(g.store.JobStarted(ctx, jobs.HeartbeatJob), g.store.JobFinished(ctx, jobs.HeartbeatJob, failure, "")); err != nil {
		g.log.Debug("outcome of a heartbeat not stored", "err", err)
	}
	return failure != ""
}
