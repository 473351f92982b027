package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"egissogw/adapter/store"
	"egissogw/cmd/egissogw/internal/fault"
	"egissogw/jobs"
)

// counted is a job that counts its runs.
type counted struct{ ran chan struct{} }

func (counted) Name() string { return "collect" }

func (c counted) Run(context.Context) (jobs.Report, error) {
	c.ran <- struct{}{}
	return jobs.Report{}, nil
}

// A gateway that runs notices the schema's version by the statement every job begins with:
// nothing of it works on, it ends with an error, and status says whose program is old until
// another started. Functions and views of another program are no reason.
func TestSchemaMovesUnderAGateway(t *testing.T) {
	env := migrated(t)
	url := env["EGISSOGW_DATABASE_URL"]
	s, err := store.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.WithoutCancel(t.Context())) })
	do := func(statement string) {
		t.Helper()
		if _, err := conn.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	job := counted{make(chan struct{})}
	itself := &store.Instance{PID: 1, Version: "1.0", Settings: map[string]string{}} // without job links: run shows it
	g := &gateway{store: s, instance: itself, log: slog.New(slog.NewTextHandler(io.Discard, nil)), shutdown: time.Minute, moved: make(chan error, 1)}
	g.scheduler = jobs.NewScheduler([]jobs.Entry{{Job: job}}, time.UTC, schemaWatch{s.JobLog(time.Now), g.moved}, g.log, time.Now)
	ended := make(chan error, 1)
	go func() { ended <- g.run(t.Context()) }()
	<-job.ran
	do(`update egisso.schema_code set hash = 'other'; select egisso.wake('migrated')`)
	g.scheduler.Wake("collect")
	<-job.ran

	do(`update egisso.schema_version set version = 1000; select egisso.wake('migrated')`)
	g.scheduler.Wake("collect")
	select {
	case <-job.ran:
		t.Fatal("a job runs on tables it does not know")
	case err = <-ended:
	}
	var lasting fault.LastingError
	if !errors.Is(err, store.ErrSchemaMoved) || errors.As(err, &lasting) || !strings.Contains(err.Error(), "установите новую программу") {
		t.Errorf("it ended with %v", err)
	}
	found := func() (text string) {
		list, err := s.Health(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range list {
			if f.Code == "outdated" {
				text = f.Text
			}
		}
		return text
	}
	if text := found(); !strings.Contains(text, "(1.0)") {
		t.Errorf("status: %q", text)
	}
	do(`insert into egisso.instance (process, pid, version, started_at, settings) values (gen_random_uuid(), 2, '2.0', now(), '{}')`)
	if text := found(); text != "" {
		t.Errorf("the new program runs, and status: %q", text)
	}
	do(`drop schema egisso cascade`)
	if err := s.JobLog(time.Now).JobStarted(t.Context(), "collect"); !errors.Is(err, store.ErrSchemaMoved) {
		t.Errorf("no schema: %v", err)
	}
}
