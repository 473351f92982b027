package egisso

import (
	"errors"
	"fmt"
	"strings"
)

// EachSetting calls take for every NAME=VALUE of a list separated by commas. The error
// joins everything that is wrong with it, so that all is mended at once.
func EachSetting(list string, take func(name, value string) error) error {
	var wrong []error
	for part := range strings.SplitSeq(list, ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		name, value, ok := strings.Cut(part, "=")
		if !ok {
			wrong = append(wrong, fmt.Errorf("%q: ожидается ИМЯ=ЗНАЧЕНИЕ", part))
			continue
		}
		wrong = append(wrong, take(strings.TrimSpace(name), strings.TrimSpace(value)))
	}
	return errors.Join(wrong...)
}
