package store_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// readsRussian matches what looks into a text for Russian words: a comparison by pattern, a
// function that cuts or searches.
var readsRussian = regexp.MustCompile(`(?i)(?:\b(?:like|ilike|similar\s+to)\s+|!?~\*?\s*)'[^']*[а-яё]` +
	`|\b(?:split_part|replace|translate|strpos|position|starts_with|substring|regexp_\w+)\s*\([^()]*(?:\([^()]*\)[^()]*)*'[^']*[а-яё]`)

// TestNoSentenceIsRead: what a Russian sentence says stands in a column too, and statements
// ask that.
func TestNoSentenceIsRead(t *testing.T) {
	for _, read := range []string{
		"split_part(p.info, '; после', 1)", "replace(k.info, 'ожидает', 'подписи')", "nullif(split_part(lower(new.info), '; после', 2), '')",
		"reason like 'L-PERSON и%'", "info ~ 'ждёт'",
	} {
		if !readsRussian.MatchString(read) {
			t.Errorf("%s is not found", read)
		}
	}
	for _, file := range slices.Concat(glob(t, "sql/*.sql"), glob(t, "code/*.sql")) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range strings.Split(string(text), "\n") {
			code, _, _ := strings.Cut(line, "--")
			if found := readsRussian.FindString(code); found != "" {
				t.Errorf("%s:%d reads a Russian sentence: %s", file, i+1, found)
			}
		}
	}
}
