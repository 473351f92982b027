package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"egissogw/cmd/egissogw/internal/screen"
	"egissogw/config"
)

// hostile is what somebody may write into a reason, a key or the name of a file.
const hostile = "\x1b[2J\x1b]0;PWNED\x07 \u202Etxt.exe\nСостояние: Включен\t\r\u009b31m\u2028\u200b\U000e0041\xff"

// leaks names the first rune of an output that acts on a terminal.
func leaks(text string) string {
	for i, r := range text {
		if r == '\n' {
			continue
		}
		if _, size := utf8.DecodeRuneInString(text[i:]); r == utf8.RuneError && size == 1 || !unicode.IsPrint(r) && !unicode.Is(unicode.Zs, r) {
			return fmt.Sprintf("%U at %d of %q", r, i, text)
		}
	}
	return ""
}

type hostileStringer struct{}

func (hostileStringer) String() string { return hostile }

type hostileName string

func TestPrintedValuesStayOnTheirLine(t *testing.T) {
	id := uuid.MustParse("d23f488f-3d4a-4df8-8906-b468d299e018")
	for name, value := range map[string]any{
		"text": hostile, "named text": hostileName(hostile), "error": errors.New(hostile), "list": []string{hostile},
		"stringer": hostileStringer{}, "pointer": &hostileStringer{}, "wrapped": fmt.Errorf("read: %w", errors.New(hostile)),
	} {
		var b bytes.Buffer
		screen.Fprintf(&b, "%v|", value)
		screen.Fprintln(&b, value)
		if text := b.String(); strings.Count(text, "\n") != 1 || strings.ContainsAny(text, "\t\r") || leaks(text) != "" {
			t.Errorf("%s: %q: %s", name, text, leaks(text))
		}
	}
	var b bytes.Buffer
	screen.Fprintf(&b, "%s\t%v %q %d %-4s|\n", "Иванов И.И., № 5\u00a0«а» — ё", id, []string{"x"}, 7, "я")
	if want := "Иванов И.И., № 5\u00a0«а» — ё\t" + id.String() + ` ["x"] 7 я   |` + "\n"; b.String() != want {
		t.Errorf("ordinary values are printed as %q, want %q", b.String(), want)
	}
}

// JSON means the same after it was made harmless.
func TestHarmlessJSONIsFaithful(t *testing.T) {
	var b bytes.Buffer
	a := &app{stdout: screen.NewHarmless(&b)}
	in := strings.ToValidUTF8(hostile, "") + "\x7f\"\\ Ёж"
	if err := a.printJSON(map[string]string{"reason": in}); err != nil {
		t.Fatal(err)
	}
	var out map[string]string
	if err := json.Unmarshal(b.Bytes(), &out); err != nil || out["reason"] != in {
		t.Errorf("%q came back as %q: %v", in, out["reason"], err)
	}
	if l := leaks(b.String()); l != "" || !strings.Contains(b.String(), "Ёж") {
		t.Errorf("%s in %s", l, b.String())
	}
}

func TestErrorsBeginNoLineButTheirOwn(t *testing.T) {
	joined := errors.Join(errors.New("one\ntwo"), errors.New("three"))
	problems := &config.Problems{List: []config.Problem{{Variable: "EGISSOGW_X", Text: "a\nb"}}}
	for want, err := range map[string]error{
		`a\u000ab`:                   errors.New("a\nb"),
		"one\\u000atwo\n  three":     joined,
		"x: one\\u000atwo\n  three!": fmt.Errorf("x: %w!", joined),
		`one\u000atwo and three`:     fmt.Errorf("%w and %w", errors.New("one\ntwo"), errors.New("three")),
		"ошибок в настройках: 1\n  EGISSOGW_X: a\\u000ab": problems,
	} {
		if got := screen.ErrorText(err); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	_, out, errs := run(t, nil, "digest", filepath.Join(t.TempDir(), hostile))
	if l := leaks(out + errs); l != "" || strings.Count(errs, "\n") != 1 {
		t.Errorf("a file's name: %s in %q", l, errs)
	}
}

// Bytes go out as they are, unless a terminal would show them.
func TestOctetsAreNotChanged(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a.xml")
	if err := os.WriteFile(file, []byte("<a xmlns='urn:a'>\u202e</a>"), 0o600); err != nil {
		t.Fatal(err)
	}
	code, out, errs := run(t, nil, "transform", file)
	if code != exitOK || !strings.Contains(out, "\u202e") {
		t.Errorf("code %d, output %q, error %q", code, out, errs)
	}
	var b bytes.Buffer
	terminal, err := os.OpenFile("/dev/null", os.O_WRONLY, 0) // a character device, as a terminal is
	if err != nil {
		t.Fatal(err)
	}
	defer terminal.Close()
	a := &app{stdout: screen.NewHarmless(&b), exact: terminal}
	if _, err := a.octets().Write([]byte(hostile)); err != nil || leaks(strings.ReplaceAll(b.String(), "\t", "")) != "" || b.Len() == 0 {
		t.Errorf("a terminal gets %q: %v", b.String(), err)
	}
}

// sources are the files of this program, those below internal included.
func sources(t *testing.T) (files []string) {
	t.Helper()
	for _, pattern := range []string{"*.go", "internal/*/*.go"} {
		found, err := filepath.Glob(pattern)
		if err != nil || len(found) == 0 {
			t.Fatalf("no sources: %v", err)
		}
		files = append(files, found...)
	}
	return files
}

// Everything is printed by Fprintf and Fprintln of internal/screen.
func TestNothingIsPrintedPastHarmless(t *testing.T) {
	printing := regexp.MustCompile(`\bfmt\.(Fp|P)rint(f|ln)?\(|\bprintln?\(|\bos\.Std(out|err)\.`)
	for _, file := range sources(t) {
		if strings.HasSuffix(file, "_test.go") || file == "internal/screen/harmless.go" {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range strings.Split(string(text), "\n") {
			if printing.MatchString(line) && !strings.Contains(line, "fmt.Fprintf(&b,") {
				t.Errorf("%s:%d prints what may act on a terminal: use screen.Fprintf or Fprintln: %s", file, i+1, strings.TrimSpace(line))
			}
		}
	}
}

// A heading is no value: its tabs are meant.
func TestHeadingsKeepTheirColumns(t *testing.T) {
	t.Parallel()
	for _, file := range sources(t) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if m := regexp.MustCompile(`(?m)^\s*(screen\.)?Fprintln\(.*\\t.*$`).Find(text); m != nil {
			t.Errorf("%s: tabs are printed as \\u0009: %s", file, m)
		}
	}
}
