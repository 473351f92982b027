package screen

import (
	"io"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestNarrowLines(t *testing.T) {
	var out strings.Builder
	w := NewNarrow(&out)
	long := strings.Repeat("прочитано 2516, ", 12)
	text := "короткая\n\n  " + long + "\n" + strings.Repeat("x", 100) + "\nбез конца"
	for _, part := range []string{text[:7], text[7:50], text[50:], "\n"} {
		if _, err := io.WriteString(w, part); err != nil {
			t.Fatal(err)
		}
	}
	for line := range strings.Lines(out.String()) {
		if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > Width && !strings.Contains(line, "xxx") {
			t.Errorf("%d characters: %s", n, line)
		}
	}
	if got, want := strings.Join(strings.Fields(out.String()), " "), strings.Join(strings.Fields(text), " "); got != want {
		t.Errorf("%q became %q", want, got)
	}
	if !strings.HasPrefix(out.String(), "короткая\n\n  прочитано") {
		t.Errorf("short lines changed: %q", out.String())
	}
}
