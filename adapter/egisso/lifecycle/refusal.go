package lifecycle

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/google/uuid"
)

// Meaning is what a kind of refusals says of what ЕГИССО holds.
type Meaning string

// The meanings; "" is not known.
const (
	// AlreadyLoaded: ЕГИССО has a record with this id.
	AlreadyLoaded Meaning = "already_loaded"
	// UnknownTarget: ЕГИССО does not have what the event is about, or it is not ours.
	UnknownTarget Meaning = "unknown_target"
	// OtherMeaning: what was sent has an error, and nothing follows about what ЕГИССО holds.
	OtherMeaning Meaning = "other"
)

// Meanings returns those a person can choose from.
func Meanings() []Meaning { return []Meaning{AlreadyLoaded, UnknownTarget, OtherMeaning} }

// RefusalKind is what refusals for one cause have in common: the rule, and the text with
// ids, numbers and quoted names taken out.
type RefusalKind struct {
	Rule string
	Text string
}

const uuidPattern = `[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}`

var (
	idInText     = regexp.MustCompile(`\{?` + uuidPattern + `\}?`)
	quotedInText = regexp.MustCompile(`«[^«»]*»|"[^"]*"|“[^“”]*”`)
	numberInText = regexp.MustCompile(`[0-9]+(?:[.,:/ -][0-9]+)*`)
)

// kindText is at most so long: what follows hardly tells kinds apart.
const kindTextLength = 300

// KindOfRefusal returns the kind of an error of a protocol.
func KindOfRefusal(rule, report string) RefusalKind {
	text := strings.Join(strings.Fields(report), " ")
	text = idInText.ReplaceAllString(text, "{UUID}")
	text = quotedInText.ReplaceAllString(text, "«…»")
	text = numberInText.ReplaceAllString(text, "{N}")
	if runes := []rune(text); len(runes) > kindTextLength {
		text = string(runes[:kindTextLength])
	}
	return RefusalKind{strings.TrimSpace(rule), text}
}

var already = regexp.MustCompile(`(?i)(^|[^\p{L}])уже([^\p{L}]|$)`)

// SuspectsLoaded reports whether an error of a record may mean that ЕГИССО has it already:
// the text names the record's own id and «уже». That is reason enough to ask a person, not
// to conclude anything: real texts are not known (adapter/egisso/SPEC.md#outcomes).
func SuspectsLoaded(recordID, report string) bool {
	if _, err := uuid.Parse(recordID); err != nil {
		return false
	}
	return already.MatchString(report) && strings.Contains(strings.ToLower(report), strings.ToLower(recordID))
}

// Refusals say which kinds of refusals mean what, as the configuration does.
type Refusals struct {
	loaded, unknown []refusalPattern
}

// refusalPattern is the code of a rule, or a part of the text of a kind in lower case.
type refusalPattern struct{ rule, text string }

// ParseRefusals reads two lists separated by semicolons: which refusals mean AlreadyLoaded,
// and which UnknownTarget. Each part is the code of a rule or a part of the text. The errors
// tell what is wrong with each, in Russian.
func ParseRefusals(loaded, unknown string) (r Refusals, wrongLoaded, wrongUnknown error) {
	r.loaded, wrongLoaded = refusalPatterns(loaded)
	r.unknown, wrongUnknown = refusalPatterns(unknown)
	return r, wrongLoaded, wrongUnknown
}

var ruleCode = regexp.MustCompile(`^[0-9A-Za-z._-]{1,20}$`)

// shortestPattern keeps a word that stands in every second text from meaning something.
const shortestPattern = 8

func refusalPatterns(list string) (patterns []refusalPattern, err error) {
	var wrong []error
	for part := range strings.SplitSeq(list, ";") {
		part = strings.TrimSpace(part)
		switch text := strings.ToLower(KindOfRefusal("", part).Text); {
		case part == "":
		case ruleCode.MatchString(part):
			patterns = append(patterns, refusalPattern{rule: part})
		case len([]rune(text)) < shortestPattern:
			wrong = append(wrong, fmt.Errorf("%q: часть текста отказа короче %d знаков", part, shortestPattern))
		default:
			patterns = append(patterns, refusalPattern{text: text})
		}
	}
	return patterns, errors.Join(wrong...)
}

// Meaning returns what a kind means, "" if the configuration does not say.
func (r Refusals) Meaning(k RefusalKind) Meaning {
	for _, of := range []struct {
		meaning  Meaning
		patterns []refusalPattern
	}{{AlreadyLoaded, r.loaded}, {UnknownTarget, r.unknown}} {
		for _, p := range of.patterns {
			if p.rule != "" && p.rule == k.Rule || p.text != "" && strings.Contains(strings.ToLower(k.Text), p.text) {
				return of.meaning
			}
		}
	}
	return ""
}

// Refused is what the protocol's errors of a rejected record mean together.
type Refused struct {
	AlreadyLoaded bool
	UnknownTarget bool
	Suspect       bool // it may mean AlreadyLoaded, and nobody has said
	// OtherWords: an earlier package without an answer said something else under this id.
	OtherWords bool
}
