package main

import (
	"context"
	"encoding/json"
	"runtime"
	"runtime/debug"

	"egissogw/cmd/egissogw/internal/screen"
)

// buildVersion is set by the linker (Makefile).
var buildVersion = ""

// programVersion is the release, or the revision the program was built from.
func programVersion() string {
	if buildVersion != "" {
		return buildVersion
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "devel"
}

func version(_ context.Context, a *app, args []string) error {
	f := a.flags("version")
	asJSON := a.jsonFlag(f)
	if err := parseFlags(f, args); err != nil {
		return err
	}
	if *asJSON {
		return a.printJSON(map[string]string{"version": programVersion(), "go": runtime.Version()})
	}
	_, err := screen.Fprintf(a.stdout, "egissogw %s (%s)\n", programVersion(), runtime.Version())
	return err
}

// printJSON writes v as the stable machine-readable form of a command.
func (a *app) printJSON(v any) error {
	e := json.NewEncoder(a.stdout)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(v)
}
