package scaffold_test

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestReadmeAnswers: every answer the chapter shows is one of the second МИС's, or can stand in its place.
func TestReadmeAnswers(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, chapter, _ := strings.Cut(string(readme), "\n## МИС за день\n")
	chapter, _, _ = strings.Cut(chapter, "\n## ")
	c, good := catalog(t, connect(t)), answers(t)
	shown := regexp.MustCompile("`([a-z_]+\\.[A-Za-z._]+|change_log)=([^`]*)`").FindAllStringSubmatch(chapter, -1)
	if len(shown) < 12 {
		t.Fatalf("the chapter shows %d answers", len(shown))
	}
	for _, s := range shown {
		name, value := s[1], strings.ReplaceAll(s[2], `\|`, "|")
		text := regexp.MustCompile(`(?m)^`+regexp.QuoteMeta(name)+`=.*$`).ReplaceAllLiteralString(good, "") + "\n" + name + "=" + value
		if _, err := write(c, text); err != nil {
			t.Errorf("%s=%s: %v", name, value, err)
		}
	}
}
