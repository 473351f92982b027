package config

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

// ExportTimes say when packages of registers leave; a register that is not named goes
// whenever something is ready.
type ExportTimes map[string]Schedule

// EnvDecode implements envconfig.Decoder: a cron line for all registers, or
// REGISTER=LINE with semicolons between them, since lines have commas of their own.
func (t *ExportTimes) EnvDecode(value string) error {
	times := ExportTimes{}
	for part := range strings.SplitSeq(value, ";") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		names, line := registers(), part
		if text, rest, named := strings.Cut(part, "="); named {
			name, ok := registerNamed(strings.TrimSpace(text))
			if !ok {
				return textError("ожидается РЕЕСТР=расписание; реестры: " + strings.Join(registers(), ", "))
			}
			names, line = []string{name}, rest
		}
		schedule, err := exportLine(line)
		if err != nil {
			return err
		}
		for _, name := range names {
			if _, twice := times[name]; twice {
				return textError("реестр " + name + " назван дважды")
			}
			times[name] = schedule
		}
	}
	*t = times
	return nil
}

// String is the same for the same times.
func (t ExportTimes) String() string {
	parts := make([]string, 0, len(t))
	for _, name := range slices.Sorted(maps.Keys(t)) {
		parts = append(parts, name+"="+t[name].Spec)
	}
	return strings.Join(parts, ";")
}

// exportLine reads a line of cron. Intervals say nothing of the day's time and would begin
// anew whenever the gateway does.
func exportLine(line string) (Schedule, error) {
	schedule, err := cron.NewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow).Parse(strings.TrimSpace(line))
	switch {
	case err != nil || strings.Contains(line, "TZ="):
		return Schedule{}, textError("не расписание: ожидается пять полей cron, например 0 19 * * *")
	case schedule.Next(time.Now()).IsZero():
		return Schedule{}, textError("такой день или час никогда не наступает")
	}
	return Schedule{Spec: strings.Join(strings.Fields(line), " "), Schedule: schedule}, nil
}
