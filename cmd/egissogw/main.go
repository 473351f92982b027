// Command egissogw is a gateway between a medical information system (МИС) and
// ЕГИССО over the SMEV 3 bus. `egissogw help` lists its commands.
package main

import (
	"context"
	"errors"
	"flag"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/sethvargo/go-envconfig"

	"egissogw/cmd/egissogw/internal/fault"
	"egissogw/cmd/egissogw/internal/screen"
	"egissogw/config"
)

// Exit codes, a stable contract.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
	// exitTrouble ends status when something is wrong; what merely waits for a person is no trouble.
	exitTrouble = 3
	// exitConfig (EX_CONFIG of sysexits.h) ends serve when the configuration, the key
	// or its PIN is wrong: the service manager must not start it again. See fault.LastingError.
	exitConfig = 78
	// exitInterrupted ends demo after Ctrl+C, as shells have it: 128 and the signal's number.
	exitInterrupted = 130
)

// app is what a command works with.
type app struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	exact          io.Writer // standard output as it is, see octets; set by main
	exactErrors    io.Writer // standard error as it is, see progress; set by main
	by             string    // who commands, as they say: --by, see actor
	asJSON         bool      // --json
	environ        []string
	lookuper       envconfig.Lookuper
	now            func() time.Time
	settings       string                         // --config: the file of settings, see openSettings
	usual          string                         // the file read without --config, "" for none
	setenv         func(name, value string) error // hands variables of the file to libraries; nil: not
	inZone         func(*time.Location)           // makes a zone that of all times shown and read; nil: they stay in the machine's
	overlay        *config.Overlay                // the file once it is read
	spoilt         error                          // what is wrong with its lines
	absent         string                         // the usual file, if there is none
	described      func(*flag.FlagSet)            // is told the flags of a command asked for --help; nil: print them
}

// usageError is a mistake in the command line: exit code 2.
type usageError struct{ text string }

func (e usageError) Error() string { return e.text }

func main() {
	noDumps()
	hushLibraries(slog.New(slog.NewTextHandler(os.Stderr, nil)))
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	a := &app{stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, environ: os.Environ(), lookuper: envconfig.OsLookuper(), now: time.Now,
		usual: usualSettings(), setenv: os.Setenv, inZone: func(zone *time.Location) { time.Local = zone }}
	limitMemory(a.environ)
	code := a.main(ctx, os.Args[1:])
	stop()
	os.Exit(code)
}

func (a *app) main(ctx context.Context, args []string) int {
	a.exact, a.exactErrors = a.stdout, a.stderr
	a.stdout, a.stderr = screen.NewHarmless(a.stdout), screen.NewHarmless(a.stderr)
	args, err := a.takeConfigFlag(args)
	if err != nil {
		screen.Fprintf(a.stderr, "egissogw: %v\n", err)
		return exitUsage
	}
	if len(args) == 0 {
		a.help(a.stderr)
		return exitUsage
	}
	switch args[0] {
	case "help", "-h", "-help", "--help":
		return a.helpOn(args[1:])
	case "-version", "--version":
		args = append([]string{"version"}, args[1:]...)
	}
	c, ok := findCommand(args[0])
	if !ok {
		return a.unknown(args[0])
	}
	err = a.runCommand(ctx, c, args[1:])
	var child childExit
	switch {
	case err == nil || errors.Is(err, flag.ErrHelp):
		return exitOK
	case errors.Is(err, errTrouble): // it has been told
		return exitTrouble
	case errors.As(err, &child): // it has been told by the other process
		return child.code
	}
	err = fault.Connect("соединение с базой", err)
	_, _ = io.WriteString(a.stderr, "egissogw "+c.name+": "+screen.ErrorText(err)+"\n")
	var usage usageError
	var lasting fault.LastingError
	switch {
	case errors.As(err, &usage):
		screen.Fprintf(screen.NewNarrow(a.stderr), "Вызов: %s\nПодробно: egissogw help %s\n", c.call(), c.name)
		return exitUsage
	case errors.Is(err, fault.ErrInterrupted):
		return exitInterrupted
	case errors.As(err, &lasting):
		screen.Fprintf(a.stderr, "Новый запуск этого не исправит, поэтому служба сама не перезапустится (код %d).\n"+
			"Исправьте, проверьте командой egissogw check и запустите: systemctl restart egissogw\n", exitConfig)
		return exitConfig
	}
	return exitFailed
}

// errTrouble is returned by status when the list has trouble.
var errTrouble = errors.New("есть неисправности")

// errCrashed is returned for a command that panicked, which has been told.
var errCrashed = errors.New("работа прервана")

func (a *app) runCommand(ctx context.Context, c command, args []string) (err error) {
	defer func() {
		if value := recover(); value != nil {
			crashed(a.stderr, c.name, value)
			err = errCrashed
		}
	}()
	return c.run(ctx, a, args)
}
