package assemble

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"egissogw/adapter/mis"
	"egissogw/adapter/store"
	"egissogw/config"
)

// instanceOf is this process, of that version, with the settings that decide what is sent. What can be
// written in several ways is compared by its meaning, queries by their text.
func instanceOf(c config.Config, p Policies, version string) (*store.Instance, error) {
	settings := config.Sent(c)
	for name, value := range map[string]string{"RULE_POLICY": p.Rules.String(), "EVENT_POLICY": p.events.String(), "KIND_VERSIONS": p.Versions.String()} {
		settings[config.Prefix+name] = config.ValueHash(value)
	}
	approved, agreed := c.Package.Approved()
	delete(settings, config.Prefix+"APPROVAL_AGREE") // said with the other, as view egisso.health compares it
	settings[config.Prefix+"APPROVAL"] = config.ValueHash(strings.Join(approved, ",") + "+" + strings.Join(agreed, ","))
	var text strings.Builder
	if c.Source.Queries != "" {
		queries, err := mis.ReadQueries(c.Source.Queries)
		if err != nil {
			return nil, fmt.Errorf("%sSOURCE_QUERIES: %w", config.Prefix, err)
		}
		for _, name := range slices.Sorted(maps.Keys(queries)) {
			text.WriteString(name + "\x00" + queries[name] + "\x00")
		}
	}
	settings[config.Prefix+"SOURCE_QUERIES"] = config.ValueHash(text.String())
	return &store.Instance{PID: os.Getpid(), Version: version, Settings: settings}, nil
}
