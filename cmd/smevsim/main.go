// Command smevsim plays the bus (СМЭВ 3) and ЕГИССО on this machine: SOAP, file
// storage over FTP, asynchronous checks, protocols, a ledger of everything that
// arrived. It is for demonstrations and tests, never for real data.
//
// It prints one line "ready soap=URL ftp=ADDR" when it listens and runs until
// it is interrupted; then it prints the ledger's summary.
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
