package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"egissogw/cmd/egissogw/internal/screen"

	"github.com/sethvargo/go-envconfig"
	"golang.org/x/sys/unix"
)

// terminal is one of a program, and what stands on it.
type terminal struct {
	*os.File
	mu   sync.Mutex
	seen bytes.Buffer
}

func newTerminal(t *testing.T, width, height uint16) *terminal {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skip("there are no terminals here:", err)
	}
	t.Cleanup(func() { _ = master.Close() })
	fd := int(master.Fd())
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0)
	}
	if err == nil {
		err = unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Col: width, Row: height})
	}
	if err != nil {
		t.Fatal(err)
	}
	slave, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	term := &terminal{File: slave}
	read := make(chan struct{})
	go func() {
		defer close(read)
		buffer := make([]byte, 4096)
		for {
			n, err := master.Read(buffer)
			term.mu.Lock()
			term.seen.Write(buffer[:n])
			term.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	t.Cleanup(func() { _ = slave.Close(); <-read })
	return term
}

// wait is what stands on the terminal once done says that it is enough.
func (term *terminal) wait(t *testing.T, done func(string) bool) string {
	t.Helper()
	for end := time.Now().Add(time.Minute); ; time.Sleep(5 * time.Millisecond) {
		term.mu.Lock()
		text := term.seen.String()
		term.mu.Unlock()
		if done(text) {
			return text
		}
		if time.Now().After(end) {
			t.Fatalf("the terminal shows %q", text)
		}
	}
}

// The live status fills the terminal, and Ctrl+C leaves it as it was; to a pipe it is plain text,
// once for each change.
func TestStatusIsWatched(t *testing.T) {
	t.Parallel()
	env := migrated(t)
	watch := func(out io.Writer, enough func() bool) int {
		ctx, stop := context.WithCancel(t.Context())
		a := &app{stdin: strings.NewReader(""), stdout: out, stderr: io.Discard, lookuper: envconfig.MapLookuper(env), now: time.Now}
		code := make(chan int)
		go func() { code <- a.main(ctx, []string{"status", "--watch"}) }()
		for end := time.Now().Add(time.Minute); !enough() && time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		}
		if !enough() {
			t.Error("what is waited for does not come")
		}
		stop()
		return <-code
	}
	term := newTerminal(t, 80, 24)
	code := watch(term.File, func() bool {
		term.mu.Lock()
		defer term.mu.Unlock()
		return strings.Contains(term.seen.String(), "Ctrl+C")
	})
	text := term.wait(t, func(text string) bool { return strings.HasSuffix(text, screenLeave) })
	if code != exitOK || !strings.HasPrefix(text, screenEnter) || !strings.Contains(text, "egissogw serve") && !strings.Contains(text, "Служба egissogw ещё не запускалась") {
		t.Errorf("code %d, %q", code, text)
	}
	var piped lockedBuffer
	if code := watch(&piped, func() bool { return strings.Contains(piped.String(), "Классификатор мер") }); code != exitOK || strings.ContainsRune(piped.String(), '\x1b') || strings.Count(piped.String(), "== ") != 1 {
		t.Errorf("code %d, %q", code, piped.String())
	}
}

func TestStatusScreen(t *testing.T) {
	t.Parallel()
	text := "Что не так:\n  - " + strings.Repeat("МИС не читается ", 9) + "\n    Проверьте\n\nСервис включен\n" + strings.Repeat("строка\n", 30)
	for _, s := range []size{{80, 24}, {40, 10}, {132, 60}} {
		for _, colours := range []bool{false, true} {
			screen := statusScreen(text, "29.11.2026 22:00:00 MSK", s, colours)
			plain := strings.NewReplacer(colourBad, "", colourOff, "").Replace(strings.Join(screen, "\n"))
			lines := strings.Split(plain, "\n")
			if len(lines) > s.height || s.height < 30 && len(lines) != s.height {
				t.Errorf("%v: %d lines", s, len(lines))
			}
			for _, line := range lines {
				if utf8.RuneCountInString(line) != s.width {
					t.Errorf("%v: %d characters: %q", s, utf8.RuneCountInString(line), line)
				}
			}
			if coloured := strings.Contains(strings.Join(screen, ""), "\x1b"); coloured != colours {
				t.Errorf("%v: coloured %v", s, coloured)
			}
			if more := strings.Contains(plain, "… ещё строк"); more != (s.height < 30) {
				t.Errorf("%v: more %v", s, more)
			}
		}
	}
}

func TestProgress(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		done, total, width int
		want               string
	}{
		{3, 10, 60, "Файлы: 3 из 10 [##########-------------------------]  30%"},
		{3, 0, 60, "Файлы: 3"},
		{12, 10, 30, "Файлы: 10 из 10 100%"},
		{3, 10, 10, "Файлы: 3 "},
	} {
		if got := progressLine("Файлы:", tc.done, tc.total, tc.width); !strings.HasPrefix(got, tc.want[:min(len(tc.want), 12)]) || utf8.RuneCountInString(got) >= tc.width {
			t.Errorf("%+v: %q", tc, got)
		}
	}
	term := newTerminal(t, 80, 24)
	under := &bytes.Buffer{}
	a := &app{stderr: under, exactErrors: term.File}
	p := a.progress()
	p.at("Файлы:", 1, 3)
	term.wait(t, func(text string) bool { return strings.HasPrefix(text, lineStart+"Файлы: 1 из 3 [") })
	screen.Fprintf(a.stderr, "слово журнала\n")
	if under.String() != "слово журнала\n" {
		t.Errorf("%q", under)
	}
	p.at("Файлы:", 3, 3)
	done := p.busy("Работа идёт")
	done()
	p.end()
	if text := term.wait(t, func(text string) bool { return strings.Count(text, lineStart) >= 4 }); !strings.HasSuffix(text, lineStart) {
		t.Errorf("something is left: %q", text)
	}
	// To a pipe or a file nothing of it goes.
	piped := &bytes.Buffer{}
	a = &app{stderr: piped, exactErrors: piped}
	if p := a.progress(); p != nil || a.stderr != io.Writer(piped) {
		t.Error("a pipe has progress")
	}
	var none *progress
	none.at("x", 1, 2)
	none.busy("x")()
	none.end()
}

// Lines fit a terminal, and programs get them whole.
func TestScreenIsNarrow(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("слово ", 30)
	term := newTerminal(t, 80, 24)
	a := &app{stdout: screen.NewHarmless(term.File), exact: term.File}
	screen.Fprintln(a.screen(), "- "+long)
	for line := range strings.Lines(term.wait(t, func(text string) bool {
		return strings.Count(text, "слово") == 30 && strings.HasSuffix(text, "\n")
	})) {
		if n := utf8.RuneCountInString(strings.TrimRight(line, "\r\n")); n > screen.Width {
			t.Errorf("%d characters: %q", n, line)
		}
	}
	var piped bytes.Buffer
	a = &app{stdout: screen.NewHarmless(&piped), exact: &piped}
	screen.Fprintln(a.screen(), "- "+long)
	if piped.String() != "- "+long+"\n" {
		t.Errorf("%q", &piped)
	}
}
