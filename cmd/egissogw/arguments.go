package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"

	"egissogw/config"
)

// flags returns the flag set of a command.
func (a *app) flags(name string) *flag.FlagSet {
	f := flag.NewFlagSet(name, flag.ContinueOnError)
	f.SetOutput(io.Discard) // parse tells of mistakes
	f.Usage = func() { a.describe(f) }
	f.StringVar(&a.settings, "config", a.settings, "файл настроек вместо "+config.EnvironmentFile+"; "+noSettings+" — только переменные окружения")
	return f
}

// jsonFlag is --json: what a command says, in the form of config/dist/json.md.
func (a *app) jsonFlag(f *flag.FlagSet) *bool {
	f.BoolVar(&a.asJSON, "json", false, "вывод в JSON")
	return &a.asJSON
}

// personFlags are the flags of a command that leaves a line in the log of operations.
func (a *app) personFlags(name string) *flag.FlagSet {
	f := a.flags(name)
	f.StringVar(&a.by, "by", "", "кто выполняет команду; останется в журнале операций со слов")
	return f
}

// parseFlags parses the arguments of a command that takes nothing but flags.
func parseFlags(f *flag.FlagSet, args []string) error {
	positional, err := parse(f, args)
	if err == nil && len(positional) > 0 {
		err = usageError{fmt.Sprintf("лишний аргумент %q", positional[0])}
	}
	return err
}

// parse parses args, flags and positional arguments in any order; after -- nothing is a flag.
// Its errors are usage errors, or flag.ErrHelp after the help has been given.
func parse(f *flag.FlagSet, args []string) (positional []string, err error) {
	for len(args) > 0 {
		arg := args[0]
		args = args[1:]
		if arg == "--" {
			return append(positional, args...), nil
		}
		if len(arg) < 2 || arg[0] != '-' {
			positional = append(positional, arg)
			continue
		}
		if args, err = parseFlag(f, arg, args); err != nil {
			return nil, err
		}
	}
	return positional, nil
}

// parseFlag sets one flag, written with one dash or two, and returns the arguments left.
func parseFlag(f *flag.FlagSet, arg string, args []string) ([]string, error) {
	name, value, given := strings.Cut(strings.TrimPrefix(arg[1:], "-"), "=")
	if name == "h" || name == "help" {
		f.Usage()
		return nil, flag.ErrHelp
	}
	found := f.Lookup(name)
	switch {
	case found == nil:
		return nil, usageError{fmt.Sprintf("нет параметра --%s%s", name, meant("--", name, flagNames(f)))}
	case given:
	case isSwitch(found):
		value = "true"
	case len(args) == 0:
		return nil, usageError{fmt.Sprintf("--%s: нет значения", name)}
	default:
		value, args = args[0], args[1:]
	}
	if err := f.Set(name, value); err != nil {
		return nil, usageError{fmt.Sprintf("--%s: %s", name, wrongValue(found, value, err))}
	}
	return args, nil
}

// isSwitch tells whether a flag stands without a value.
func isSwitch(f *flag.Flag) bool {
	b, ok := f.Value.(interface{ IsBoolFlag() bool })
	return ok && b.IsBoolFlag()
}

// wrongValue says what a flag wants. Values of people are not repeated.
func wrongValue(f *flag.Flag, value string, err error) string {
	if getter, ok := f.Value.(flag.Getter); ok {
		switch getter.Get().(type) {
		case int, uint, int64, uint64:
			return fmt.Sprintf("%q не целое число", value)
		case bool:
			return fmt.Sprintf("%q: пишется без значения", value)
		}
	}
	return err.Error()
}

func flagNames(f *flag.FlagSet) (names []string) {
	f.VisitAll(func(f *flag.Flag) { names = append(names, f.Name) })
	return names
}

// meant is a hint at the name that is nearest to what was written, "" if none is near.
func meant(prefix, written string, names []string) string {
	best, least := "", 3
	for _, name := range names {
		d := distance(written, name)
		if strings.HasPrefix(name, written) && len(written) > 1 {
			d = 1
		}
		if d < least && d < len(name) {
			best, least = name, d
		}
	}
	if best == "" {
		return ""
	}
	return "; может быть, " + prefix + best + "?"
}

// distance is how many letters have to be put in, taken out, changed or swapped with their
// neighbour to make one word of the other.
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	rows := make([][]int, len(x)+1)
	for i := range rows {
		rows[i] = make([]int, len(y)+1)
		rows[i][0] = i
	}
	for j := range y {
		rows[0][j+1] = j + 1
	}
	for i := range x {
		for j := range y {
			cost := 1
			if x[i] == y[j] {
				cost = 0
			}
			rows[i+1][j+1] = min(rows[i][j+1]+1, rows[i+1][j]+1, rows[i][j]+cost)
			if i > 0 && j > 0 && x[i] == y[j-1] && x[i-1] == y[j] {
				rows[i+1][j+1] = min(rows[i+1][j+1], rows[i-1][j-1]+1)
			}
		}
	}
	return rows[len(x)][len(y)]
}

// flagsOf are the flags of a command: it is asked for its help, before which it defines them.
func flagsOf(c command) *flag.FlagSet {
	var found *flag.FlagSet
	a := &app{described: func(f *flag.FlagSet) { found = f }}
	if err := c.run(context.Background(), a, []string{"--help"}); !errors.Is(err, flag.ErrHelp) {
		return flag.NewFlagSet(c.name, flag.ContinueOnError)
	}
	return found
}
