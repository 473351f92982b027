package main

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

// plantedSecret is part of an address that holds a key.
const plantedSecret = "key-of-the-watcher"

// askedCommands are what people look at, without the four that show people on purpose.
var askedCommands = []string{
	"check", "status", "status --json", "journal", "journal --json", "report", "report --json", "report --csv", "report --day", "report --day --json",
	"exports", "preview", "signing status", "kmsz show", "inbox", "changes", "refusals", "unconfirmed", "contour", "senders",
	"scaffold --example", "record 1", "record nobody", "message nobody",
}

// said returns what commands, the listener's pages and every open view of a running stage say.
func (s *stage) said(t *testing.T) map[string]string {
	t.Helper()
	env := map[string]string{}
	for _, entry := range s.Env {
		name, value, _ := strings.Cut(entry, "=")
		env[name] = value
	}
	texts := map[string]string{}
	for _, command := range askedCommands {
		_, out, errs := run(t, env, strings.Fields(command)...)
		texts["egissogw "+command] = out + errs
	}
	for _, path := range []string{"/metrics", "/readyz", "/healthz"} {
		code, text := fetch(env["EGISSOGW_LISTEN"], path)
		if code == 0 || text == "" {
			t.Errorf("%s says nothing", path)
		}
		texts[path] = text
	}
	maps.Copy(texts, s.shownByViews(t))
	return texts
}

// openView is a view that people may read, in the table of rights.
var openView = regexp.MustCompile(`(?m)^egisso_reader +view +(\w+) `)

// shownByViews returns all rows of the views that egisso_reader may read.
func (s *stage) shownByViews(t *testing.T) map[string]string {
	t.Helper()
	texts := map[string]string{}
	var views []string
	for _, line := range openView.FindAllStringSubmatch(string(readFile(t, "../../adapter/store/testdata/privileges.txt")), -1) {
		views = append(views, line[1])
	}
	if len(views) < 20 {
		t.Fatalf("open views: %v", views)
	}
	for _, view := range views {
		var text string
		if err := s.GatewayDB.QueryRow(t.Context(), fmt.Sprintf(`select coalesce(string_agg(v::text, e'\n'), '') from egisso.%s v`, pgx.Identifier{view}.Sanitize())).Scan(&text); err != nil {
			t.Fatalf("%s: %v", view, err)
		}
		texts["view "+view] = text
	}
	return texts
}

// findPlanted fails for every text that holds a planted value, without saying it.
func findPlanted(t *testing.T, texts map[string]string, planted []string) {
	t.Helper()
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		for i, value := range planted {
			if hasValue(texts[name], value) {
				t.Errorf("planted value %d of %d is in %s", i, len(planted), name)
			}
		}
	}
}
