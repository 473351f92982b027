package main

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

// progress shows on a terminal how far a command is, in one line of standard error that is written
// over and is gone in the end. Elsewhere it shows nothing. Its methods may be called on nil.
type progress struct {
	raw   io.Writer // the terminal
	under io.Writer // standard error as commands have it
	width int
	now   func() time.Time

	mu    sync.Mutex
	drawn bool
	last  time.Time
}

// progressEvery is how often the line changes at most.
const progressEvery = 100 * time.Millisecond

// progress is nil unless standard error is a terminal. Until end, what else is written to standard
// error takes the place of the line.
func (a *app) progress() *progress {
	s, ok := terminalOf(a.exactErrors)
	if !ok {
		return nil
	}
	p := &progress{raw: a.exactErrors, under: a.stderr, width: s.width, now: time.Now}
	a.stderr = p
	return p
}

// at says that so many are done, of a total if that is not 0.
func (p *progress) at(text string, done, total int) {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	if now.Sub(p.last) < progressEvery && done != total {
		return
	}
	p.last, p.drawn = now, true
	_, _ = io.WriteString(p.raw, lineStart+progressLine(text, done, total, p.width))
}

// progressLine is at most a line of the terminal.
func progressLine(text string, done, total, width int) string {
	line := fmt.Sprintf("%s %d", text, done)
	if total > 0 {
		done = min(done, total)
		line = fmt.Sprintf("%s %d из %d", text, done, total)
		share := fmt.Sprintf(" %3d%%", done*100/total)
		if room := min(width-1-utf8.RuneCountInString(line)-len(share)-3, 40); room >= 10 {
			full := room * done / total
			line += " [" + strings.Repeat("#", full) + strings.Repeat("-", room-full) + "]"
		}
		line += share
	}
	if over := utf8.RuneCountInString(line) - (width - 1); over > 0 {
		line = string([]rune(line)[:width-1])
	}
	return line
}

// Write implements io.Writer: the line makes room for what is written.
func (p *progress) Write(text []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clear()
	return p.under.Write(text)
}

// over is a writer to the same terminal for which the line makes room.
func (p *progress) over(to io.Writer) io.Writer {
	if p == nil {
		return to
	}
	return makingRoom{p, to}
}

type makingRoom struct {
	bar *progress
	to  io.Writer
}

// Write implements io.Writer.
func (m makingRoom) Write(text []byte) (int, error) {
	m.bar.mu.Lock()
	defer m.bar.mu.Unlock()
	m.bar.clear()
	return m.to.Write(text)
}

func (p *progress) clear() {
	if p.drawn {
		_, _ = io.WriteString(p.raw, lineStart)
		p.drawn = false
	}
}

// end takes the line away.
func (p *progress) end() {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clear()
}

// busy shows for how many seconds something goes on that cannot say how far it is, until the
// function it returns is called.
func (p *progress) busy(text string) (done func()) {
	if p == nil {
		return func() {}
	}
	began, over, gone := p.now(), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(gone)
		ticker := time.NewTicker(time.Second)
		defer ticker.Stop()
		for {
			p.at(text+", секунд:", int(p.now().Sub(began).Seconds()), 0)
			select {
			case <-over:
				return
			case <-ticker.C:
			}
		}
	}()
	return sync.OnceFunc(func() {
		close(over)
		<-gone
		p.end()
	})
}
