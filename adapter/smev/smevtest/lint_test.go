package smevtest_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"egissogw/adapter/smev/smevtest"
	"egissogw/adapter/smev/smevtest/internal/samples"
)

// lintSaved validates every saved message and package with the official schemas;
// where they are not at hand it only counts them.
func (w *world) lintSaved() int { w.Helper(); return w.lintSavedBut("nothing") }

// lintSavedBut leaves out requests whose name contains the word.
func (w *world) lintSavedBut(word string) int {
	w.Helper()
	dir, official := samples.Find(w.T, "schemas")
	schema := ""
	if official {
		schema = w.envelopeSchema(w.version)
	}
	groups := map[string][]string{}
	files, err := filepath.Glob(filepath.Join(w.save, "*.xml"))
	if err != nil {
		w.Fatal(err)
	}
	for _, f := range files {
		switch {
		case strings.Contains(filepath.Base(f), ".in.") && strings.Contains(filepath.Base(f), word):
		case strings.HasSuffix(f, ".soap.xml"):
			groups[schema] = append(groups[schema], f)
		case strings.Contains(f, ".package.10.05.I-2.1.0."):
			s := filepath.Join(dir, "egisso/10.05.I-2.1.0.xsd")
			groups[s] = append(groups[s], f)
		case strings.Contains(f, ".package.10.06.S-1.1.0."):
			s := filepath.Join(dir, "egisso/10.06.S-1.1.0.xsd")
			groups[s] = append(groups[s], f)
		}
	}
	count := 0
	for s, list := range groups {
		if !official {
			count += len(list)
			continue
		}
		valid, words := samples.Lint(w.T, s, list...)
		for _, f := range list {
			count++
			if !valid[f] {
				data, _ := os.ReadFile(f)
				w.Errorf("%s is not valid:\n%s\n%s", filepath.Base(f), words, data)
			}
		}
	}
	return count
}

func (w *world) envelopeSchema(version string) string {
	w.Helper()
	schema := filepath.Join(w.TempDir(), "envelope.xsd")
	if err := smevtest.WriteEnvelopeSchema(schema, filepath.Join(samples.Dir(w.T), "schemas"), filepath.Join(samples.Root(w.T), "wsdl"), version); err != nil {
		w.Fatal(err)
	}
	return schema
}

// lintSavedAs validates the saved messages of one version whose names hold one
// of the words, in a world that spoke several versions, if the official schemas
// are at hand.
func (w *world) lintSavedAs(version string, words ...string) {
	w.Helper()
	if _, ok := samples.Find(w.T, "schemas"); !ok {
		return
	}
	var files []string
	for _, word := range words {
		found, err := filepath.Glob(filepath.Join(w.save, "*"+word+"*.soap.xml"))
		if err != nil {
			w.Fatal(err)
		}
		files = append(files, found...)
	}
	files = slices.DeleteFunc(files, func(f string) bool {
		data, err := os.ReadFile(f)
		return err != nil || !strings.Contains(string(data), exchange+version)
	})
	valid, said := samples.Lint(w.T, w.envelopeSchema(version), files...)
	for _, f := range files {
		if !valid[f] {
			w.Errorf("%s is not valid:\n%s", filepath.Base(f), said)
		}
	}
}
