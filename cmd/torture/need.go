package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"

	"egissogw/adapter/store/pgcluster"
)

// errNotPlayed means that a scenario could not be played on this machine: it has
// neither passed nor failed.
var errNotPlayed = errors.New("not played")

// need is something a machine must have. It returns why it has not.
type need func(settings) error

// root may mount a small disk.
func root(settings) error {
	if os.Geteuid() != 0 {
		return fmt.Errorf("%w: a small disk can be mounted by root only", errNotPlayed)
	}
	return nil
}

// formerProgram is a commit to upgrade from.
func formerProgram(s settings) error {
	if s.former == "" {
		return fmt.Errorf("%w: no commit is named by --former, and git knows none", errNotPlayed)
	}
	return nil
}

// oldestWithTables is the commit that changed the tables last, "" if git does not know:
// before the first release a database of other tables is refused.
func oldestWithTables(ctx context.Context, module string) string {
	out, err := exec.CommandContext(ctx, "git", "-C", module, "log", "-1", "--format=%H", "--", "adapter/store/migrations").Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
}

const fakeTimePattern = "/usr/lib/*/faketime/libfaketime.so.1"

// fakeTime is the library that shows a program another clock.
func fakeTime(settings) error {
	if fakeTimeLibrary() == "" {
		return fmt.Errorf("%w: no %s; on Debian: apt-get install faketime", errNotPlayed, fakeTimePattern)
	}
	return nil
}

func fakeTimeLibrary() string {
	found, err := filepath.Glob(fakeTimePattern)
	if err != nil || len(found) == 0 {
		return ""
	}
	return found[0]
}

// unplayable tells an error of the machine from one of the program.
func unplayable(err error) error {
	if errors.Is(err, pgcluster.ErrNotInstalled) || errors.Is(err, syscall.EADDRINUSE) || errors.Is(err, syscall.ENOSPC) ||
		errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENOMEM) || errors.Is(err, os.ErrPermission) {
		return fmt.Errorf("%w: %w", errNotPlayed, err)
	}
	return err
}
