package config

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestExportTimes(t *testing.T) {
	monday := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	var times ExportTimes
	if err := times.EnvDecode(" lmsz = 0 18 * * 1-5 ; fact=0 19,20 * * *;"); err != nil || len(times) != 2 {
		t.Fatalf("%v, %v", times, err)
	}
	if due := times["fact"].Schedule.Next(monday).Hour(); due != 19 {
		t.Errorf("facts leave at %d", due)
	}
	if text := times.String(); text != "fact=0 19,20 * * *;lmsz=0 18 * * 1-5" {
		t.Errorf("they read %q", text)
	}
	if err := times.EnvDecode("0 19 * * *"); err != nil || len(times) != len(registers()) || times["point"].Schedule.Next(monday).Hour() != 19 {
		t.Errorf("one line for all: %v, %v", times, err)
	}
	if err := times.EnvDecode(""); err != nil || len(times) != 0 {
		t.Errorf("nothing: %v, %v", times, err)
	}
	for value, want := range map[string]string{
		"@every 30s":                        "пять полей",
		"fact=@daily":                       "пять полей",
		"0 19 * *":                          "пять полей",
		"fact=TZ=UTC 0 19 * * *":            "пять полей",
		"facts=0 19 * * *":                  "реестры: onmsz",
		"fact=0 19 * * *;fact=0 20 * * *":   "дважды",
		"fact=0 19 * * *;0 20 * * *":        "дважды",
		"fact=0 0 30 2 *":                   "никогда",
		"fact=0 19 * * *\x00":               "пять полей",
		"fact=" + strings.Repeat("1,", 1e5): "пять полей",
	} {
		before := ExportTimes{"fact": {}}
		times := before
		if err := times.EnvDecode(value); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q: %v, want %q", value, err, want)
		} else if strings.Contains(err.Error(), "1,1,1") || !slices.Equal([]int{len(times)}, []int{1}) {
			t.Errorf("%.40q: changed, or repeated in the error", value)
		}
	}
}
