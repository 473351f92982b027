package config

import (
	"fmt"
	"slices"
	"strings"
)

// Problem is one thing wrong with the configuration.
type Problem struct {
	Variable string // full name, with prefix
	Group    string // group tag of Config's sub-struct the variable is in
	Text     string // Russian; never contains the value
}

func (p Problem) String() string { return p.Variable + ": " + p.Text }

// Problems is the error of [Load]: everything that is wrong, in the order of the
// reference table.
type Problems struct {
	List []Problem
}

func (p *Problems) Error() string { return strings.Join(p.Lines(), "\n  ") }

// Lines are the lines of the error.
func (p *Problems) Lines() []string {
	lines := []string{fmt.Sprintf("ошибок в настройках: %d", len(p.List))}
	for _, problem := range p.List {
		lines = append(lines, problem.String())
	}
	return lines
}

// Of returns the problems of the given groups as an error, or nil when there are
// none: a command that only needs the database does not mind a missing token.
func (p *Problems) Of(groups ...string) error {
	var list []Problem
	for _, problem := range p.List {
		if slices.Contains(groups, problem.Group) {
			list = append(list, problem)
		}
	}
	if len(list) == 0 {
		return nil
	}
	return &Problems{List: list}
}
