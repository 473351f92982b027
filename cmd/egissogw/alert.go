package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"

	"egissogw/config"
	"egissogw/jobs"
)

const (
	alertTerm  = 30 * time.Second // of one run of the command
	alertEvery = 30 * time.Second // between looks
	alertDelay = 2 * time.Second  // for what the command left to close its output
	alertSaid  = 200              // bytes of what the command complains of that are shown
)

// alertCommand runs the program with a message on its standard input. It sees nothing of the
// configuration, which may hold passwords.
func alertCommand(path string, term time.Duration) func(context.Context, []byte) error {
	return func(ctx context.Context, message []byte) error {
		ctx, cancel := context.WithTimeoutCause(ctx, term, fmt.Errorf("программа работала дольше %s", term))
		defer cancel()
		cmd := exec.CommandContext(ctx, path)
		cmd.Stdin = bytes.NewReader(message)
		cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LANG=C.UTF-8"}
		cmd.Dir = "/"
		said := &headWriter{most: alertSaid}
		cmd.Stderr = said
		cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
		cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
		cmd.WaitDelay = alertDelay
		err := cmd.Run()
		switch {
		case err == nil || cmd.ProcessState != nil && cmd.ProcessState.Success(): // a mailer may go on in the background
			return nil
		case ctx.Err() != nil:
			err = context.Cause(ctx)
		case len(said.text) > 0:
			err = fmt.Errorf("%w: %s", err, oneLine(string(said.text)))
		}
		return fmt.Errorf("%sALERT_COMMAND: %w", config.Prefix, err)
	}
}

// headWriter keeps the beginning of what is written.
type headWriter struct {
	text []byte
	most int
}

// Write implements io.Writer.
func (w *headWriter) Write(p []byte) (int, error) {
	w.text = append(w.text, p[:min(len(p), w.most-len(w.text))]...)
	return len(p), nil
}

// alerting is what tells of trouble; nil if nobody asked for it.
func (g *gateway) alerting(c config.Config) *jobs.Alert {
	if c.Watch.AlertCommand == "" {
		return nil
	}
	return &jobs.Alert{Store: g.store, Send: alertCommand(string(c.Watch.AlertCommand), alertTerm), Host: ownHost(), Version: programVersion(), Now: time.Now}
}

// ownHost is the name of this machine, "" if it has none.
func ownHost() string {
	host, err := os.Hostname()
	if err != nil {
		return ""
	}
	return host
}

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
	if err := errors.Join(g.store.JobStarted(ctx, jobs.AlertJob), g.store.JobFinished(ctx, jobs.AlertJob, failure)); err != nil {
		g.log.Debug("outcome of an alert not stored", "err", err)
	}
	return failure != ""
}
