package smev

import (
	"errors"
	"net/textproto"
	"net/url"
	"regexp"
	"strings"
	"unicode"
)

// quietError is an error told in other words than its own, because those hold something that
// is not for logs. What it is stays what it was.
type quietError struct {
	text string
	err  error
}

func (e quietError) Error() string { return e.text }

// Unwrap gives the error itself.
func (e quietError) Unwrap() error { return e.err }

// quotedBytes is where net/http repeats bytes of a reply: always with %q.
var quotedBytes = regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)

// QuietHTTP takes off an error of net/http the address, which may hold a password, and the
// bytes of the reply: what is no reply of the bus may be anything, people included.
func QuietHTTP(err error) error {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	if err == nil {
		return nil
	}
	text := err.Error()
	var malformed textproto.ProtocolError
	if errors.As(err, &malformed) { // it repeats whole lines, not always quoted
		what, _, _ := strings.Cut(string(malformed), ":")
		text = strings.ReplaceAll(text, string(malformed), what)
	}
	if text = quotedBytes.ReplaceAllString(text, "…"); text == err.Error() {
		return err
	}
	return quietError{text, err}
}

// maxServerText bounds what is repeated of the words of a server.
const maxServerText = 300

// serverText is what a server of files said, in one bounded line.
func serverText(text string) string {
	text = strings.Join(strings.FieldsFunc(strings.ToValidUTF8(text, "?"), func(r rune) bool {
		return unicode.IsSpace(r) || !unicode.IsPrint(r)
	}), " ")
	if len(text) > maxServerText {
		text = strings.ToValidUTF8(text[:maxServerText], "") + "…"
	}
	return text
}

// withoutSecret strikes a password out of an error: servers repeat commands they refuse.
func withoutSecret(err error, secret string) error {
	if err == nil || secret == "" || !strings.Contains(err.Error(), secret) {
		return err
	}
	return quietError{strings.ReplaceAll(err.Error(), secret, "***"), err}
}
