// Command smevsim plays the bus (СМЭВ 3) and ЕГИССО on this machine: SOAP, file
// storage over FTP, asynchronous checks, protocols, a ledger of everything that
// arrived. It is for demonstrations and tests, never for real data.
//
// It prints one line "ready soap=URL ftp=ADDR" when it listens and runs until
// it is interrupted; then it prints the ledger's summary.
//
// A script (--script) makes trouble, pushes messages and takes the bus down:
//
//	{
//	  "rules": [
//	    {"on": "SendRequest", "times": 3, "fault": "SMEVFailure"},
//	    {"on": "SendRequest", "drop": "after"},
//	    {"on": "SendRequest", "statuses": ["underProcessing"], "requestStatus": true, "answerDelay": "1m"},
//	    {"on": "GetResponse", "skip": 2, "tamper": true, "duplicate": true},
//	    {"on": "GetResponse", "piece": 1, "pace": "1ms", "cutAfter": 500},
//	    {"on": "SendRequest", "stranger": "EVIL01", "says": "rejected"},
//	    {"on": "SendRequest", "answerFrom": "none"},
//	    {"on": "GetResponse", "impostor": true},
//	    {"on": "STOR", "cutAfter": 100000}
//	  ],
//	  "chaos": {"seed": 1, "share": 0.2, "calls": 1000, "kinds": ["transport", "stream"]},
//	  "push": [
//	    {"to": "MIS01", "content": "10.01.O.xml", "after": "10s"},
//	    {"to": "MIS01", "content": "10.01.O.xml", "from": "EVIL01", "type": "request"},
//	    {"to": "MIS01", "type": "request", "name": "q", "content": "question.xml", "files": [{"path": "a.zip", "mimeType": "application/zip"}]},
//	    {"to": "MIS01", "type": "cancel", "cancels": "q", "after": "1m"}
//	  ],
//	  "downtime": [{"after": "10m", "for": "1h", "as": "reset"}],
//	  "rename": [{"after": "1h", "to": "EGISSO2"}]
//	}
//
// Beside the SOAP endpoints three paths take POST: /cabinet is the provider's
// cabinet (a package or a zip of one; the reply is the protocol),
// /push?to=MIS01&name=v8 broadcasts the body (&from=EVIL01&type=request sends it
// otherwise), and /classifier makes another
// version of the КМСЗ the active one (a zip of answers of 10.02.I).
//
// What each field means is told by smevtest.Rule, Chaos, Push, Downtime and Rename.
// Files are looked for beside the script. A message is pushed once, over all
// restarts with one ledger.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"egissogw/adapter/smev/smevtest"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// Exit codes.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
)

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	s, err := parse(args, stderr)
	if errors.Is(err, flag.ErrHelp) {
		return exitOK
	}
	if err != nil {
		fmt.Fprintln(stderr, "smevsim:", err)
		return exitUsage
	}
	if err := simulate(ctx, s, stdout, stderr); err != nil {
		fmt.Fprintln(stderr, "smevsim:", err)
		return exitFailed
	}
	return exitOK
}

// simulate runs the bus until the context ends.
func simulate(ctx context.Context, s *settings, stdout, stderr io.Writer) (err error) {
	if s.makeKeys != "" {
		return makeAllKeys(s.makeKeys)
	}
	if err := s.load(); err != nil {
		return err
	}
	level := slog.LevelWarn
	if s.verbose {
		level = slog.LevelInfo
	}
	s.options.Log = slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: level}))
	bus, err := smevtest.New(s.options)
	if err != nil {
		return err
	}
	if err := bus.Start(ctx); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, bus.Close()) }()
	if _, err := fmt.Fprintf(stdout, "ready soap=%s ftp=%s\n", bus.URL(s.version), bus.FTPAddr()); err != nil {
		return fmt.Errorf("announce readiness: %w", err)
	}
	<-ctx.Done()
	_, _ = io.WriteString(stderr, bus.Ledger().Summary().String())
	for _, v := range bus.Ledger().Violations() {
		_, _ = fmt.Fprintf(stderr, "violation %s %s: %s\n", v.Kind, v.ID, v.Text)
	}
	return nil
}
