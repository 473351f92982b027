package main

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// documents are all that people read, by their paths.
func documents(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && strings.HasPrefix(d.Name(), ".") && d.Name() != "..":
			return filepath.SkipDir
		case filepath.Ext(path) == ".md":
			text, err := os.ReadFile(path)
			found[path] = string(text)
			return err
		}
		return nil
	})
	if err != nil || len(found) < 10 {
		t.Fatalf("%d documents, %v", len(found), err)
	}
	return found
}

var (
	shellBlock = regexp.MustCompile("(?ms)^\\s*```sh\n(.*?)^\\s*```")
	inlineCall = regexp.MustCompile("`(egissogw [^`]+|make [^`]+)`")
	lineCall   = regexp.MustCompile(`(?m)^\s*(?:sudo )?((?:egissogw|make|bin/egissogw) [^#\n|&>]+)`)
	sqlComment = regexp.MustCompile(`(?m)(^|\s)-- .*$`)
	advice     = regexp.MustCompile(`egissogw ([a-z][a-z-]+)`)
)

// TestCommandsOfDocuments: each call in a document is one the program takes, with flags it has;
// each target of make is there; each block of shell is shell. That the commands succeed and fail
// as they say, TestCallsOfDocumentsRun and scripts show (TestEveryCommandIsScripted).
func TestCommandsOfDocuments(t *testing.T) {
	t.Parallel()
	makefile, err := os.ReadFile("../../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	calls := 0
	for path, text := range documents(t) {
		var found []string
		for _, m := range inlineCall.FindAllStringSubmatch(text, -1) {
			found = append(found, m[1])
		}
		for _, block := range shellBlock.FindAllStringSubmatch(text, -1) {
			cmd := exec.Command("sh", "-n")
			cmd.Stdin = strings.NewReader(block[1])
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%s: %v %s in\n%s", path, err, out, block[1])
			}
			for _, m := range lineCall.FindAllStringSubmatch(block[1], -1) {
				found = append(found, strings.TrimPrefix(m[1], "bin/"))
			}
		}
		for _, call := range found {
			calls++
			if problem := wrongCall(call, string(makefile)); problem != "" {
				t.Errorf("%s: %q: %s", path, call, problem)
			}
		}
	}
	for _, call := range []string{"egissogw stats", "egissogw status --colour", "egissogw journal --limit", "make nothing"} {
		if wrongCall(call, string(makefile)) == "" {
			t.Errorf("%q is taken", call)
		}
	}
	if calls < 100 {
		t.Errorf("%d calls", calls)
	}
}

// TestAdviceNamesCommands: what the list of what is wrong advises can be done.
func TestAdviceNamesCommands(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../../adapter/store/code/*.sql")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range advice.FindAllStringSubmatch(sqlComment.ReplaceAllString(string(text), ""), -1) {
			if _, ok := findCommand(m[1]); !ok {
				t.Errorf("%s advises egissogw %s, which is no command", file, m[1])
			}
		}
	}
}

// quoted keeps what stands in quotes one word.
var quoted = regexp.MustCompile(`'[^']*'|"[^"]*"|\S+`)

// wrongCall says what is wrong with a call, "" if nothing is.
func wrongCall(call, makefile string) string {
	words := quoted.FindAllString(call, -1)
	if words[0] == "make" {
		for _, word := range words[1:] {
			if !strings.Contains(word, "=") && regexp.MustCompile(`^[a-z-]+$`).MatchString(word) && !regexp.MustCompile(`(?m)^`+word+`:`).MatchString(makefile) {
				return "there is no target " + word
			}
		}
		return ""
	}
	name := words[1]
	if name == "help" || strings.HasPrefix(name, "-") || !regexp.MustCompile(`^[a-z][a-z-]*$`).MatchString(name) {
		return ""
	}
	c, ok := findCommand(name)
	if !ok {
		return "there is no command " + name
	}
	var args []string
	for _, word := range words[2:] {
		if word == "<" || strings.HasPrefix(word, "<") || strings.HasPrefix(word, ">") {
			break
		}
		args = append(args, strings.Trim(word, "[]"))
	}
	if strings.ContainsAny(strings.Join(args, " "), "|…") {
		return "" // several calls in one
	}
	if _, err := parse(flagsOf(c), args); err != nil {
		return err.Error()
	}
	return ""
}
