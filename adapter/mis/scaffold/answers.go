package scaffold

import (
	"fmt"
	"slices"
	"strings"
)

// Answers are the lines NAME=value of a file, as that of the settings is written: lines that begin
// with # or ; are comments. Which names there are, the README of adapter/mis says.
type Answers struct {
	values map[string]string
	lines  map[string]int
	names  []string // in the order of the file
	asked  map[string]bool
}

// MaxAnswers is how large a file of answers may be in bytes.
const MaxAnswers = 1 << 20

// ParseAnswers reads a file of answers. Problems name its lines.
func ParseAnswers(text string) (*Answers, Problems) {
	a := &Answers{values: map[string]string{}, lines: map[string]int{}, asked: map[string]bool{}}
	var problems Problems
	if len(text) > MaxAnswers {
		return a, Problems{problemf("файл ответов", "это не файл ответов", "больше %d байт", MaxAnswers)}
	}
	for i, line := range strings.Split(strings.TrimPrefix(text, "\ufeff"), "\n") {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' || line[0] == ';' {
			continue
		}
		where := fmt.Sprintf("строка %d", i+1)
		name, value, ok := strings.Cut(line, "=")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		switch before := a.lines[name]; {
		case !ok || name == "":
			problems = append(problems, problemf(where, "ожидается ИМЯ=значение", "нет знака = или имени"))
		case before != 0:
			problems = append(problems, problemf(where, "оставьте один ответ", "%s уже есть в строке %d", name, before))
		case value == "": // as if it were not there
		default:
			a.values[name], a.lines[name] = value, i+1
			a.names = append(a.names, name)
		}
	}
	return a, problems
}

// get returns an answer, and notes that it was asked for.
func (a *Answers) get(name string) (value string, ok bool) {
	a.asked[name] = true
	value, ok = a.values[name]
	return value, ok
}

// where is the place of an answer.
func (a *Answers) where(name string) string {
	if line := a.lines[name]; line > 0 {
		return fmt.Sprintf("строка %d, %s", line, name)
	}
	return name
}

// under returns the names that go on after prefix with one word more, in the order of the file.
func (a *Answers) under(prefix string) (names []string) {
	for _, name := range a.names {
		if rest, ok := strings.CutPrefix(name, prefix); ok && !strings.Contains(rest, ".") {
			names = append(names, rest)
		}
	}
	return names
}

// has reports whether anything is answered under the name.
func (a *Answers) has(name string) bool {
	return slices.ContainsFunc(a.names, func(n string) bool { return n == name || strings.HasPrefix(n, name+".") })
}

// unasked are answers nothing asked for, a problem each.
func (a *Answers) unasked() (problems Problems) {
	for _, name := range a.names {
		if !a.asked[name] {
			problems = append(problems, problemf(a.where(name), "проверьте имя: полный список печатает egissogw scaffold --example", "такого вопроса нет"))
		}
	}
	return problems
}
