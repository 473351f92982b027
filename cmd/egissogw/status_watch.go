package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"egissogw/adapter/store"
	"egissogw/cmd/egissogw/internal/screen"
)

// watchEvery is how often the status is read anew.
const watchEvery = 2 * time.Second

// watchStatus shows the status until it is told to stop: on a terminal one screen that is drawn
// again, elsewhere plain text each time it has become another.
func (a *app) watchStatus(ctx context.Context, s *store.Store, every time.Duration) error {
	read := func() (string, bool) {
		st, err := s.Status(ctx)
		if err != nil {
			return noDatabase + "\n", true
		}
		var text bytes.Buffer
		_ = printStatus(screen.NewHarmless(&text), st)
		return text.String(), store.Troubled(st.Findings)
	}
	show := a.watchPlainly()
	if _, ok := terminalOf(a.exact); ok {
		_, _ = io.WriteString(a.exact, screenEnter)
		defer func() { _, _ = io.WriteString(a.exact, screenLeave) }()
		show = a.watchOnScreen
	}
	for {
		text, trouble := read()
		if ctx.Err() != nil {
			return nil
		}
		if err := show(text, trouble); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(every):
		}
	}
}

// watchPlainly writes each status that differs from the one before.
func (a *app) watchPlainly() func(string, bool) error {
	last := ""
	return func(text string, _ bool) error {
		if text == last {
			return nil
		}
		last = text
		_, err := screen.Fprintf(a.stdout, "== %s\n", screen.Time(a.now()))
		if err == nil {
			_, err = io.WriteString(a.stdout, text+"\n")
		}
		return err
	}
}

func (a *app) watchOnScreen(text string, _ bool) error {
	s, ok := terminalOf(a.exact)
	if !ok {
		s = size{screen.Width, screenHeight}
	}
	_, err := io.WriteString(a.exact, screenTop+strings.Join(statusScreen(text, screen.Time(a.now()), s, os.Getenv("NO_COLOR") == ""), lineRest+"\r\n")+lineRest+screenRest)
	return err
}

// statusScreen is a status in a box that fills a terminal; what has no room is counted.
func statusScreen(text, now string, s size, colours bool) []string {
	inner := s.width - 4
	var lines []string
	for line := range strings.Lines(text) {
		lines = append(lines, wrapped(strings.TrimRight(line, "\n"), inner)...)
	}
	if room := s.height - 2; len(lines) > room {
		rest := len(lines) - room + 1
		lines = append(lines[:room-1], strings.Repeat(" ", 2)+"… ещё строк: "+strconv.Itoa(rest)+" (egissogw status)")
	}
	box := []string{border("┌", " egissogw status · "+now+" ", "┐", s.width)}
	colour := ""
	for _, line := range lines {
		switch {
		case strings.HasPrefix(line, "Что не так:") || strings.HasPrefix(line, noDatabase):
			colour = colourBad
		case strings.HasPrefix(line, "Ждёт человека:"):
			colour = colourFair
		case strings.HasPrefix(line, noTrouble) || strings.HasPrefix(line, "Неисправностей нет."):
			colour = colourGood
		case line == "":
			colour = ""
		}
		shown := line + strings.Repeat(" ", max(inner-utf8.RuneCountInString(line), 0))
		if colours && colour != "" {
			shown = colour + shown + colourOff
		}
		box = append(box, "│ "+shown+" │")
	}
	return append(box, border("└", " Ctrl+C — выход ", "┘", s.width))
}

func border(left, title, right string, width int) string {
	title = string([]rune(title)[:min(utf8.RuneCountInString(title), width-4)])
	return left + "─" + title + strings.Repeat("─", width-3-utf8.RuneCountInString(title)) + right
}

// wrapped is a line in lines of at most width characters; those after the first are set in as
// the first is.
func wrapped(line string, width int) (lines []string) {
	text := []rune(line)
	indent := len(text) - len([]rune(strings.TrimLeft(line, " ")))
	if indent > width/2 {
		indent = 0
	}
	for len(text) > width {
		cut := width
		for i := width; i > indent+width/3; i-- {
			if text[i] == ' ' {
				cut = i
				break
			}
		}
		lines = append(lines, string(text[:cut]))
		rest := []rune(strings.TrimLeft(string(text[cut:]), " "))
		text = append([]rune(strings.Repeat(" ", indent)), rest...)
	}
	return append(lines, string(text))
}
