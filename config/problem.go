package config

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Problem is one thing wrong with the configuration.
type Problem struct {
	Variable string // full name, with prefix; or a file of settings with its line
	Group    string // group tag of Config's sub-struct the variable is in, "" if it concerns all
	Text     string // Russian; contains the value only where it is no secret
	Absent   string // the path of a file that is not there, if that is all that is wrong
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

// Wrong makes every part of err, which errors.Join may have joined, a problem of a
// variable (without its prefix): who reads the values in the end knows more of them
// than this package. Nil if err is.
func Wrong(group, variable string, err error) error {
	if err == nil {
		return nil
	}
	parts := []error{err}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		parts = joined.Unwrap()
	}
	p := &Problems{}
	for _, part := range parts {
		p.List = append(p.List, Problem{Variable: Prefix + variable, Group: group, Text: part.Error()})
	}
	return p
}

// Together makes one list of several: errors of [Load] and of [Wrong]. Another error
// stands for all of them.
func Together(lists ...error) error {
	all := &Problems{}
	for _, err := range lists {
		var p *Problems
		switch {
		case err == nil:
		case errors.As(err, &p):
			all.List = append(all.List, p.List...)
		default:
			return err
		}
	}
	if len(all.List) == 0 {
		return nil
	}
	return all
}

// Of returns the problems of the given groups, and those that concern all, as an error, or nil when there are
// none: a command that only needs the database does not mind a missing token.
func (p *Problems) Of(groups ...string) error {
	var list []Problem
	for _, problem := range p.List {
		if slices.Contains(append(groups, ""), problem.Group) {
			list = append(list, problem)
		}
	}
	if len(list) == 0 {
		return nil
	}
	return &Problems{List: list}
}
