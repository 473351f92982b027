package main

import (
	"io"
	"os"

	"egissogw/cmd/egissogw/internal/screen"

	"golang.org/x/sys/unix"
)

// size is that of a terminal, in characters.
type size struct{ width, height int }

// terminalOf is the size of the terminal that w is; ok is false for files, pipes and what has no
// place for a line.
func terminalOf(w io.Writer) (s size, ok bool) {
	file, isFile := w.(*os.File)
	if !isFile || os.Getenv("TERM") == "dumb" {
		return size{}, false
	}
	ws, err := unix.IoctlGetWinsize(int(file.Fd()), unix.TIOCGWINSZ)
	if err != nil {
		return size{}, false
	}
	s = size{int(ws.Col), int(ws.Row)}
	if s.width == 0 || s.height == 0 { // a serial line that says nothing
		s = size{screen.Width, screenHeight}
	}
	return s, s.width >= 20 && s.height >= 5
}

// screen is standard output; where it is a terminal, long lines are broken. Files and programs
// get them whole.
func (a *app) screen() io.Writer {
	if _, ok := terminalOf(a.exact); ok {
		return screen.NewNarrow(a.stdout)
	}
	return a.stdout
}

// screenHeight is what every terminal has.
const screenHeight = 24

// Sequences every terminal since the VT100 knows.
const (
	lineStart   = "\r\x1b[K" // the beginning of the line, which is made empty
	screenEnter = "\x1b[?1049h\x1b[?25l"
	screenLeave = "\x1b[?25h\x1b[?1049l"
	screenTop   = "\x1b[H"
	lineRest    = "\x1b[K" // makes the rest of the line empty
	screenRest  = "\x1b[J"
	colourOff   = "\x1b[0m"
	colourBad   = "\x1b[1;31m"
	colourFair  = "\x1b[33m"
	colourGood  = "\x1b[32m"
)
