package page

import (
	_ "embed"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"egissogw/adapter/egisso"
)

// Words of others (faults of the bus, protocols of ЕГИССО, errors of other programs) may
// quote people. What is shown of them is what can be no name and no number of somebody:
// words of a list, ids, codes of rules and counts. All else becomes dots.

const (
	dots     = "•••"
	maskMost = 400 // characters of a text that are shown
)

// words holds what the gateway's own texts and those of ЕГИССО are made of, as they are
// written: a word in small letters may also begin a sentence, others are taken as they are.
// `go test ./adapter/page -run Words -update` collects them, known.txt is written by hand.
var (
	//go:embed assets/words.txt
	wordsText string
	//go:embed assets/known.txt
	knownText string
)

// vocabulary is what is written by hand; the many collected words stay where they are in the program.
func vocabulary() map[string]bool {
	words := map[string]bool{}
	for line := range strings.Lines(knownText) {
		if !strings.HasPrefix(line, "#") {
			for _, word := range strings.Fields(line) {
				words[word] = true
			}
		}
	}
	return words
}

// listed tells whether a word is a line of a text whose lines are sorted.
func listed(text, word string) bool {
	for low, high := 0, len(text); low < high; {
		begin := low + strings.LastIndexByte(text[low:(low+high)/2], '\n') + 1
		line, _, _ := strings.Cut(text[begin:], "\n")
		switch order := strings.Compare(line, word); {
		case order == 0:
			return true
		case order < 0:
			low = begin + len(line) + 1
		default:
			high = begin
		}
	}
	return false
}

// tokens of a text: an id, a code of the gateway's rules, a kind of information, a setting,
// and then words and numbers, which are never taken apart.
var tokens = regexp.MustCompile(`(?i:\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b)` +
	`|\bL-[A-Z]{2,12}\b|\b\d\d\.\d\d\.[A-Z](?:-\d{1,2}\.\d{1,2}\.\d{1,2})?\b|\bEGISSOGW_[A-Z0-9_]+|[\p{L}\p{M}\p{N}_]+`)

var (
	wholeToken = regexp.MustCompile(`^(?:(?i:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})` +
		`|L-[A-Z]{2,12}|\d\d\.\d\d\.[A-Z](?:-\d{1,2}\.\d{1,2}\.\d{1,2})?|EGISSOGW_[A-Z0-9_]+)$`)
	count = regexp.MustCompile(`^\d{1,7}$`)
	// ruled ends where the text of a rule begins; its code may have three digits.
	ruled  = regexp.MustCompile(`(?:^|; )(?:L-[A-Z]+|\d{3}) $`)
	ruleNo = regexp.MustCompile(`^\d{3}$`)
	// counted ends what the gateway says right before a count.
	counted = regexp.MustCompile(`(?:записей|записи|отклонено|предупреждениями|подтверждён): $`)
	// manyDots are next to each other, and say no more than one of them.
	manyDots = regexp.MustCompile(dots + `(?:[\s.,:;/\\@+"'()№-]*` + dots + `)+`)
	unseen   = regexp.MustCompile(`[\p{C}\s]+`)
)

type mask struct{ words map[string]bool }

func (m mask) has(word string) bool { return m.words[word] || listed(wordsText, word) }

// text is what may be shown of words of others.
func (m mask) text(text string) string {
	text = strings.TrimSpace(unseen.ReplaceAllString(strings.ToValidUTF8(text, " "), " "))
	var shown strings.Builder
	end := 0
	for _, at := range tokens.FindAllStringIndex(text, -1) {
		shown.WriteString(text[end:at[0]])
		if token := text[at[0]:at[1]]; m.known(token, text[:at[0]], text[at[1]:]) {
			shown.WriteString(token)
		} else {
			shown.WriteString(dots)
		}
		end = at[1]
	}
	shown.WriteString(text[end:])
	return shortened(manyDots.ReplaceAllString(shown.String(), dots))
}

func (m mask) known(token, before, after string) bool {
	if wholeToken.MatchString(token) || m.has(token) {
		return true
	}
	if count.MatchString(token) {
		return counted.MatchString(before) || ruleNo.MatchString(token) && (before == "" || strings.HasSuffix(before, "; ")) && strings.HasPrefix(after, " ")
	}
	first, size := utf8.DecodeRuneInString(token)
	if !unicode.IsUpper(first) || !beginsSentence(before) || size == len(token) && strings.HasPrefix(after, ".") {
		return false
	}
	return m.has(string(unicode.ToLower(first)) + token[size:])
}

// beginsSentence: a name may stand anywhere else with a capital letter.
func beginsSentence(before string) bool {
	if ruled.MatchString(before) {
		return true
	}
	before = strings.TrimRight(before, " «\"(")
	return before == "" || strings.ContainsAny(before[len(before)-1:], ".:;!?")
}

func shortened(text string) string {
	if utf8.RuneCountInString(text) <= maskMost {
		return text
	}
	return strings.TrimSpace(string([]rune(text)[:maskMost])) + "…"
}

var (
	numberForm = regexp.MustCompile(`^[A-Za-z0-9№][A-Za-z0-9_./:#-]{0,63}$`)
	nonDigits  = regexp.MustCompile(`[^0-9]`)
	letters    = regexp.MustCompile(`[A-Za-z]{4,}`)
)

// number is what may be shown of a number of the МИС or of ЕГИССО: not what holds a СНИЛС or
// could be a name.
func number(text string) string {
	if wholeToken.MatchString(text) {
		return text
	}
	if !numberForm.MatchString(text) || letters.MatchString(text) || holdsSNILS(text) {
		return dots
	}
	return text
}

// holdsSNILS tells whether a text is a СНИЛС however it is written, or has one in it.
func holdsSNILS(text string) bool {
	digits := nonDigits.ReplaceAllString(text, "")
	for n := 0; n+11 <= len(digits); n++ {
		if egisso.SNILSValid(digits[n : n+11]) {
			return true
		}
	}
	return false
}
