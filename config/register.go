package config

import (
	"slices"
	"strings"
)

// Registers are names of registers of ЕГИССО, sorted, each once.
type Registers []string

// registerNames are the registers settings may name, in the order in which they are sent, each with
// the other names that commands take too. They are those of adapter/egisso.
var registerNames = [][]string{
	{"onmsz", "participant", "10.11.I"},
	{"lmsz", "local_measure", "measure", "10.05.I"},
	{"point", "presence_point", "10.15.I"},
	{"organization", "10.07.I"},
	{"fact", "assignment_fact", "10.06.S", "10.10.I"},
}

// RegisterNames are the names of each register settings may name; the first is its own.
func RegisterNames() [][]string {
	var names [][]string
	for _, list := range registerNames {
		names = append(names, slices.Clone(list))
	}
	return names
}

// registers are the own names.
func registers() (names []string) {
	for _, list := range registerNames {
		names = append(names, list[0])
	}
	return names
}

// registerNamed is the own name of a register, by any of its names.
func registerNamed(text string) (name string, ok bool) {
	for _, list := range registerNames {
		if slices.Contains(list, text) {
			return list[0], true
		}
	}
	return "", false
}

// EnvDecode implements envconfig.Decoder: names with commas between them.
func (r *Registers) EnvDecode(value string) error {
	var list Registers
	for part := range strings.SplitSeq(value, ",") {
		name, ok := registerNamed(strings.TrimSpace(part))
		if !ok {
			return textError("ожидаются имена реестров через запятую: " + strings.Join(registers(), ", "))
		}
		list = append(list, name)
	}
	slices.Sort(list)
	*r = slices.Compact(list)
	return nil
}

// String is the same for the same registers.
func (r Registers) String() string { return strings.Join(r, ",") }
