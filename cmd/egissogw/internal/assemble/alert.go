package assemble

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"

	"egissogw/cmd/egissogw/internal/screen"
	"egissogw/config"
	"egissogw/jobs"
)

const (
	alertTerm  = 30 * time.Second // of one run of the command
	alertDelay = 2 * time.Second  // for what the command left to close its output
	alertSaid  = 200              // bytes of what the command complains of that are shown
)

// AlertCommand runs the program with a message on its standard input. It sees nothing of the
// configuration, which may hold passwords.
func AlertCommand(path string, term time.Duration) func(context.Context, []byte) error {
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
			err = fmt.Errorf("%w: %s", err, screen.OneLine(string(said.text)))
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

// Alerting is what tells of trouble; nil if nobody asked for it.
func (p *Parts) Alerting(c config.Config) *jobs.Alert {
	if c.Watch.AlertCommand == "" {
		return nil
	}
	return &jobs.Alert{Store: p.Store, Send: AlertCommand(string(c.Watch.AlertCommand), alertTerm), Host: OwnHost(), Version: p.version, Now: time.Now}
}

// OwnHost is the name of this machine, "" if it has none.
func OwnHost() string {
	host, err := os.Hostname()
	if err != nil {
		return ""
	}
	return host
}
