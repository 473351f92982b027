package command

import (
	"bytes"
	"cmp"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// maxComplaint bounds how much of a program's error output gets into our error.
const maxComplaint = 400

// limited keeps the beginning of what is written to it and drops the rest, so that a program
// that never stops talking does not fill the memory.
type limited struct {
	bytes.Buffer
	cut bool
}

func (l *limited) Write(b []byte) (int, error) {
	if room := maxOutput - l.Len(); len(b) > room {
		l.cut = true
		l.Buffer.Write(b[:room])
		return len(b), nil
	}
	return l.Buffer.Write(b)
}

// complaint is the end of the program's error output in one line, or of its standard output
// where there is none. Arguments that may be a PIN are struck out.
func (p *program) complaint(outputs ...*limited) string {
	secrets := secrets(p.options.Args)
	for _, output := range outputs {
		text := output.String()
		if output.cut { // a secret may have been cut in two
			text = text[:strings.LastIndexAny(text, " \t\r\n")+1]
		}
		text = oneLine(strike(text, secrets))
		text = strike(text, secrets) // those that line breaks stood in
		if len(text) > maxComplaint {
			text = "…" + strings.ToValidUTF8(text[len(text)-maxComplaint:], "")
		}
		if text != "" {
			return ": " + text
		}
	}
	return ""
}

func oneLine(text string) string {
	return strings.Join(strings.FieldsFunc(strings.ToValidUTF8(text, "?"), func(r rune) bool {
		return unicode.IsSpace(r) || !unicode.IsPrint(r)
	}), " ")
}

// strike puts *** in place of every secret, in whatever case its letters are.
func strike(text string, secrets []string) string {
	for _, secret := range secrets {
		for _, form := range []string{secret, oneLine(secret), strings.ToUpper(secret), strings.ToLower(secret)} {
			if form != "" {
				text = strings.ReplaceAll(text, form, "***")
			}
		}
	}
	return text
}

// minGuessed is the least length of an argument that is struck out without anything saying
// that it is a secret.
const minGuessed = 4

// secrets are the parts of arguments a program could repeat and nobody else should: what
// follows an option for a password or stands behind its = or :, and, as vendors name their
// options as they like, every other value that is neither an option nor a path. Longer ones
// come first, so that one within another hides no part of it.
func secrets(args []string) []string {
	var found []string
	add := func(value string, named bool) {
		if value != "" && value != inputFile && value != outputFile && (named || len(value) >= minGuessed && !strings.ContainsAny(value[:1], "-/")) {
			found = append(found, value)
		}
	}
	for i, arg := range args {
		after := i > 0 && secretOption(args[i-1])
		add(arg, after)
		if scheme, rest, isURL := strings.Cut(arg, "://"); isURL && !strings.ContainsAny(scheme, "=") {
			if at := strings.LastIndex(rest, "@"); at >= 0 { // user and password
				arg = rest[:at]
			}
		}
		for cut := strings.IndexAny(arg, "=:"); cut >= 0; cut = strings.IndexAny(arg, "=:") {
			name, value := arg[:cut], arg[cut+1:]
			add(value, secretOption(name) || after)
			arg = value
			for part := range strings.FieldsFuncSeq(value, func(r rune) bool { return r == ';' || r == '&' || r == ',' || r == '?' }) {
				if name, inner, has := strings.Cut(part, "="); has {
					add(inner, secretOption(name))
				} else {
					add(part, secretOption(name))
				}
			}
		}
		add(glued(arg), true)
	}
	slices.SortFunc(found, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	return slices.Compact(found)
}

// plainOptions begin like a short option with its value, -pSECRET, and are none.
var plainOptions = regexp.MustCompile(`^(pa(ss(word|wd|phrase|in|out|es)?|th|rams?|rallel)|pin(code|file|pad)?|print|pro(vider.*|file|xy|mpt|perty|gress)|pkey.*|pkcs\d+.*|port|plain|pem|p7.*|pub.*|priv.*|policy|purpose|pw|pwd)$`)

// glued is the value that follows a short option without a blank: SECRET of -pSECRET.
func glued(arg string) string {
	name := strings.TrimLeft(arg, "-/")
	if name == arg || strings.ContainsAny(name, "/=: ") || plainOptions.MatchString(strings.ToLower(name)) {
		return ""
	}
	for _, prefix := range []string{"password", "pass", "pin", "pwd", "pw", "p"} {
		if strings.HasPrefix(strings.ToLower(name), prefix) {
			return name[len(prefix):]
		}
	}
	return ""
}

// secretWords are in the names of options whose value is a secret.
var secretWords = []string{"pass", "pin", "pwd", "secret", "token", "key", "auth", "code"}

// secretOption tells whether what belongs to an option is likely to be a secret.
func secretOption(option string) bool {
	option = strings.ToLower(strings.TrimLeft(option, "-/"))
	return option == "p" || option == "pw" || slices.ContainsFunc(secretWords, func(word string) bool { return strings.Contains(option, word) })
}
