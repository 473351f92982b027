package egisso

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Withdrawal says that ЕГИССО takes a version of a kind of information no longer, from
// a day on. It is announced by the operator and may be moved, so a site can say
// otherwise.
type Withdrawal struct {
	Code, Number string // "10.06.S", "1.0.7"
	From         time.Time
}

// withdrawals are what the operator announced (SPEC.md#life-of-versions).
var withdrawals = withdrawn("10.06.S", time.Date(2025, time.December, 1, 0, 0, 0, 0, Moscow), "1.0.2", "1.0.3", "1.0.4", "1.0.5", "1.0.6", "1.0.7")

func withdrawn(code string, from time.Time, numbers ...string) (list []Withdrawal) {
	for _, number := range numbers {
		list = append(list, Withdrawal{code, number, from})
	}
	return list
}

// Withdrawals returns what is announced, as a site corrects it: "10.06.S=1.0.7@2026-03-01"
// is another day, "10.06.S=1.0.7@off" says that the version is not withdrawn.
func Withdrawals(corrections string) ([]Withdrawal, error) {
	list := slices.Clone(withdrawals)
	err := EachSetting(corrections, func(code, value string) error {
		number, day, ok := strings.Cut(value, "@")
		if !ok || code == "" || number == "" {
			return fmt.Errorf("%s: ожидается ВИД=ВЕРСИЯ@ДЕНЬ или ВИД=ВЕРСИЯ@off, например 10.06.S=1.0.7@2025-12-01", code)
		}
		list = slices.DeleteFunc(list, func(w Withdrawal) bool { return w.Code == code && w.Number == number })
		if day == "off" {
			return nil
		}
		from, err := time.ParseInLocation(time.DateOnly, day, Moscow)
		if err != nil {
			return fmt.Errorf("%s=%s: день %q не вида ГГГГ-ММ-ДД", code, number, day)
		}
		list = append(list, Withdrawal{code, number, from})
		return nil
	})
	return list, err
}

// Withdrawn returns which versions of the set are withdrawn, whether the day has come
// or not.
func (s VersionSet) Withdrawn(list []Withdrawal) (found []Withdrawal) {
	used := []*Version{s.Storage()}
	for _, r := range Registers() {
		used = append(used, s.For(r))
	}
	for _, w := range list {
		if slices.ContainsFunc(used, func(v *Version) bool { return v.Code == w.Code && v.Number == w.Number }) {
			found = append(found, w)
		}
	}
	return found
}
