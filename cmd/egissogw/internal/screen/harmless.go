// Package screen writes what people read: nothing in it acts on a terminal, lines fit the
// width of one, times have their zone.
package screen

import (
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// What people, the МИС and strangers wrote must not move the cursor of somebody
// else's terminal, hide a line or forge one. All that a command prints goes through
// this file: Fprintf and Fprintln for the values, Harmless for everything.

// Fprintf is fmt.Fprintf whose values stay on their line and in their column.
// A format is ours and may hold line ends.
func Fprintf(w io.Writer, format string, args ...any) (int, error) {
	for i := range args {
		args[i] = tamed(args[i])
	}
	return fmt.Fprintf(w, format, args...)
}

// Fprintln is fmt.Fprintln whose values stay on their line.
func Fprintln(w io.Writer, args ...any) (int, error) {
	for i := range args {
		args[i] = tamed(args[i])
	}
	return fmt.Fprintln(w, args...)
}

// tamed gives what is printed of a value if it may hold text of others.
func tamed(value any) any {
	switch v := value.(type) {
	case nil:
		return nil
	case string:
		return OneLine(v)
	case []string:
		lines := make([]string, len(v))
		for i := range v {
			lines[i] = OneLine(v[i])
		}
		return lines
	case error:
		return OneLine(v.Error())
	}
	kind := reflect.TypeOf(value).Kind()
	text, ok := value.(fmt.Stringer)
	switch {
	case ok && (kind == reflect.String || kind == reflect.Struct || kind == reflect.Pointer || kind == reflect.Array):
		if reflect.ValueOf(value).Kind() == reflect.Pointer && reflect.ValueOf(value).IsNil() {
			return value
		}
		return OneLine(text.String())
	case kind == reflect.String:
		return OneLine(reflect.ValueOf(value).String())
	}
	return value
}

// OneLine writes every rune that is not plainly visible as an escape.
func OneLine(text string) string { return escaped(text, visible) }

// visible tells whether a rune shows itself and nothing else: no control or format
// character (among them those that change the direction of writing), no line end,
// nothing without a shape. Spaces of any width are left.
func visible(r rune) bool { return unicode.IsPrint(r) || unicode.Is(unicode.Zs, r) }

// escaped writes runes that are not allowed as JSON would: \u202e.
func escaped(text string, allowed func(rune) bool) string {
	clean := true
	for _, r := range text {
		clean = clean && allowed(r) && r != utf8.RuneError
	}
	if clean {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		switch {
		case allowed(r):
			b.WriteRune(r)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&b, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}

// Harmless is a writer of text for people and of JSON: what would act on a terminal
// becomes an escape, which within JSON means the same.
type Harmless struct{ to io.Writer }

// NewHarmless makes one.
func NewHarmless(to io.Writer) io.Writer { return Harmless{to} }

// Write implements io.Writer.
func (h Harmless) Write(p []byte) (int, error) {
	text := escaped(string(p), func(r rune) bool { return visible(r) || r == '\n' || r == '\t' })
	if _, err := io.WriteString(h.to, text); err != nil {
		return 0, err
	}
	return len(p), nil
}

// multiline is an error whose text has lines of its own.
type multiline interface {
	error
	Lines() []string
}

// ErrorText is the text of an error: errors that were joined have a line each, and
// nothing else begins one.
func ErrorText(err error) string { return strings.Join(ErrorLines(err), "\n  ") }

// ErrorLines are the lines of an error, one for each of those that were joined, harmless to a terminal.
func ErrorLines(err error) []string {
	if own, ok := err.(multiline); ok {
		lines := own.Lines()
		for i := range lines {
			lines[i] = OneLine(lines[i])
		}
		return lines
	}
	if !strings.Contains(err.Error(), "\n") {
		return []string{OneLine(err.Error())}
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var lines []string
		var texts []string
		for _, e := range joined.Unwrap() {
			lines = append(lines, ErrorLines(e)...)
			texts = append(texts, e.Error())
		}
		if strings.Join(texts, "\n") == err.Error() { // errors.Join, not fmt.Errorf with several errors
			return lines
		}
		return []string{OneLine(err.Error())}
	}
	inner := errors.Unwrap(err)
	if inner == nil {
		return []string{OneLine(err.Error())}
	}
	before, after, found := strings.Cut(err.Error(), inner.Error())
	if !found {
		return []string{OneLine(err.Error())}
	}
	lines := ErrorLines(inner)
	lines[0] = OneLine(before) + lines[0]
	lines[len(lines)-1] += OneLine(after)
	return lines
}
