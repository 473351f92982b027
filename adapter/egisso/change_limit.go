package egisso

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// ParseChangeLimits reads "removal=50,alteration@0042.000001=off": how many changes of a
// kind are borne in a day, everywhere or of one provider; off (-1) bears any number. All
// that is wrong is told, in Russian.
func ParseChangeLimits(s string) (map[string]int, error) {
	limits := map[string]int{}
	return limits, EachSetting(s, func(name, value string) error {
		change, provider, of := strings.Cut(name, "@")
		if !slices.Contains(RecordChanges(), RecordChange(change)) {
			return fmt.Errorf("изменения %q нет; есть removal, termination, alteration", change)
		}
		if of && ParticipantCodeFormat(provider) != "" {
			return fmt.Errorf("%s: %q — не код поставщика вида 0000.000000", change, provider)
		}
		if _, twice := limits[name]; twice {
			return fmt.Errorf("%s названо дважды", name)
		}
		if value == "off" {
			limits[name] = -1
			return nil
		}
		n, err := strconv.Atoi(value)
		if err != nil || n < 1 || n > 100_000_000 {
			return fmt.Errorf("%s: вместо %q ожидается число от 1 или off", name, value)
		}
		limits[name] = n
		return nil
	})
}
