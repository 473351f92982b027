package main

import (
	"fmt"
	"slices"
	"strings"
)

// variant is what the gateways of a run do beside sending.
type variant struct {
	name    string
	archive bool // keep evidence outside the database
	guard   bool // count changes, and hold them when there are more than usual
}

// variants are all there are; the worlds of bad days have no guard unless they say so.
var variants = []variant{
	{name: "none"},
	{name: "archive", archive: true},
	{name: "guard", guard: true},
	{name: "archive+guard", archive: true, guard: true},
}

func parseVariants(names string) (list []variant, err error) {
	for name := range strings.SplitSeq(names, ",") {
		i := slices.IndexFunc(variants, func(v variant) bool { return v.name == name })
		if i < 0 {
			return nil, fmt.Errorf("--with: there is no %q", name)
		}
		list = append(list, variants[i])
	}
	return list, nil
}

// env are the settings of the gateways.
func (v variant) env(further []string) []string {
	if v.guard {
		return append(slices.Clone(further), "EGISSOGW_GUARD_WINDOW=24h")
	}
	return further
}
