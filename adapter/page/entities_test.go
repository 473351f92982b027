package page

import (
	"bytes"
	"testing"
)

// TestTemplatesKeepNoEntities: an ampersand has html/template read all named characters of HTML,
// which stay in memory.
func TestTemplatesKeepNoEntities(t *testing.T) {
	files, err := templates.ReadDir("assets")
	if err != nil || len(files) == 0 {
		t.Fatal(err)
	}
	for _, file := range files {
		text, err := templates.ReadFile("assets/" + file.Name())
		if err != nil || bytes.ContainsRune(text, '&') {
			t.Errorf("%s has an ampersand, error %v", file.Name(), err)
		}
	}
	if got := journalAddress("fact", "a&b"); got != "/journal?register=fact&show=a%26b" {
		t.Error(got)
	}
}
