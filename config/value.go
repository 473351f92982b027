package config

import (
	"encoding/json"
	"errors"
	"regexp"
	"strings"
	"time"
	_ "time/tzdata" // the time zone must be known on a machine without zone files
	"unicode/utf8"

	"github.com/robfig/cron/v3"
)

// File is the path of a file or directory that must exist.
type File string

// textError is a decoder's error whose text is safe to show: it never holds the value.
type textError string

func (e textError) Error() string { return string(e) }

// Schedule says when a job runs: a cron line of five fields, "@every 30s",
// "@hourly" and the like, or "off".
type Schedule struct {
	Spec string
	// Schedule is nil when the job is switched off.
	Schedule cron.Schedule
}

const scheduleOff = "off"

// EnvDecode implements envconfig.Decoder.
func (s *Schedule) EnvDecode(value string) error {
	value = strings.TrimSpace(value)
	if value == scheduleOff {
		*s = Schedule{Spec: value}
		return nil
	}
	// cron's own zone prefix would override TIME_ZONE for one job, and its parser
	// panics when nothing follows it.
	if strings.HasPrefix(value, "TZ=") || strings.HasPrefix(value, "CRON_TZ=") {
		return textError("часовой пояс задаётся только переменной " + Prefix + "TIME_ZONE")
	}
	schedule, err := cron.ParseStandard(value)
	if err != nil {
		return textError("не расписание: ожидается пять полей cron, @every 30s, @hourly или off")
	}
	// A day that does not exist, such as 30 February, parses but never comes.
	if schedule.Next(time.Now()).IsZero() {
		return textError("такой день или час никогда не наступает; чтобы выключить расписание, укажите off")
	}
	*s = Schedule{Spec: value, Schedule: schedule}
	return nil
}

// TimeZone is a zone of the IANA database.
type TimeZone struct {
	*time.Location
}

// EnvDecode implements envconfig.Decoder.
func (z *TimeZone) EnvDecode(value string) error {
	if value == "Local" {
		return textError("нужен часовой пояс по имени, например Europe/Moscow")
	}
	location, err := time.LoadLocation(value)
	if err != nil {
		return textError("неизвестный часовой пояс: ожидается имя, например Europe/Moscow")
	}
	z.Location = location
	return nil
}

// Args are the parameters of an external program.
type Args []string

// EnvDecode implements envconfig.Decoder: words separated by spaces, or a JSON
// array of strings. There is no shell and no quoting.
func (a *Args) EnvDecode(value string) error {
	value = strings.TrimSpace(value)
	if !strings.HasPrefix(value, "[") {
		*a = strings.Fields(value)
		return nil
	}
	var list []string
	if err := json.Unmarshal([]byte(value), &list); err != nil {
		return textError("не массив JSON из строк")
	}
	*a = list
	return nil
}

// Mnemonics are names of systems in the bus. One that is empty stands for messages
// that name nobody, which schema 1.3 allows (adapter/smev/SPEC.md#messagemetadata).
type Mnemonics []string

// noMnemonic is how a message without a mnemonic is listed.
const noMnemonic = "none"

// mnemonicPattern is what can be typed and printed as it is; the schema only bounds
// the length of Recipient/Mnemonic, the longer of the two. Counted apart: a hundred repetitions
// of all letters take 5 MB.
var mnemonicPattern = regexp.MustCompile(`^[\p{L}\p{Nd}][\p{L}\p{Nd}._:/-]*$`)

const mnemonicRunes = 100

// EnvDecode implements envconfig.Decoder.
func (m *Mnemonics) EnvDecode(value string) error {
	var list Mnemonics
	for part := range strings.SplitSeq(value, ",") {
		part = strings.TrimSpace(part)
		switch {
		case part == noMnemonic:
			list = append(list, "")
		case utf8.RuneCountInString(part) <= mnemonicRunes && mnemonicPattern.MatchString(part):
			list = append(list, part)
		default:
			return textError("ожидаются мнемоники через запятую: буквы, цифры, знаки . _ : / -, либо none")
		}
	}
	*m = list
	return nil
}

// RulePolicy changes the severity of checks, "019=block,026=warn". Only the form
// is checked here: which rules exist is known to adapter/egisso.
type RulePolicy string

var rulePattern = regexp.MustCompile(`^(\d{3}|L-[A-Z]+(-[A-Z]+)?)=(block|warn|off)$`)

// EnvDecode implements envconfig.Decoder.
func (p *RulePolicy) EnvDecode(value string) error {
	var kept []string
	seen := map[string]bool{}
	for part := range strings.SplitSeq(value, ",") {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		if !rulePattern.MatchString(part) {
			return textError("ожидаются пары КОД=ДЕЙСТВИЕ через запятую, где КОД — три цифры или L-ИМЯ, ДЕЙСТВИЕ — block, warn или off")
		}
		code, _, _ := strings.Cut(part, "=")
		if seen[code] {
			return textError("правило " + code + " указано дважды")
		}
		seen[code] = true
		kept = append(kept, part)
	}
	*p = RulePolicy(strings.Join(kept, ","))
	return nil
}

// safeText returns the text of err when it is one of ours.
func safeText(err error) (string, bool) {
	var t textError
	if errors.As(err, &t) {
		return string(t), true
	}
	return "", false
}
