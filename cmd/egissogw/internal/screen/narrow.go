package screen

import (
	"bytes"
	"io"
	"strings"
	"unicode/utf8"
)

// Width is what every terminal has.
const Width = 80

// narrow breaks lines that are longer than a terminal is wide, between words, and closes up
// the columns of tables that do not fit.
type narrow struct {
	to   io.Writer
	line *bytes.Buffer // not yet ended
}

func NewNarrow(to io.Writer) narrow { return narrow{to, &bytes.Buffer{}} }

// Write implements io.Writer.
func (n narrow) Write(p []byte) (int, error) {
	for part := range bytes.Lines(p) {
		n.line.Write(part)
		if part[len(part)-1] != '\n' {
			break
		}
		text := n.line.String()
		n.line.Reset()
		if _, err := io.WriteString(n.to, broken(text)); err != nil {
			return 0, err
		}
	}
	return len(p), nil
}

// broken is a line in as many lines as it takes; those after the first are set in.
func broken(line string) string {
	if utf8.RuneCountInString(line) <= Width+1 { // with its end
		return line
	}
	text := strings.TrimLeft(line, " ")
	indent := line[:len(line)-len(text)]
	var out strings.Builder
	width := 0
	for word := range strings.FieldsFuncSeq(strings.TrimRight(text, "\n"), func(r rune) bool { return r == ' ' }) {
		length := utf8.RuneCountInString(word)
		switch {
		case width == 0:
			out.WriteString(indent)
			width = len(indent)
		case width+1+length > Width:
			out.WriteString("\n" + indent + "    ")
			width = len(indent) + 4
		default:
			out.WriteByte(' ')
			width++
		}
		out.WriteString(word)
		width += length
	}
	return out.String() + "\n"
}
