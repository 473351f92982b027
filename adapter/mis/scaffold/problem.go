package scaffold

import (
	"fmt"
	"strings"
)

// Problem is an answer that cannot become SQL. Its texts are Russian and hold no values of the МИС.
type Problem struct {
	Where  string `json:"where"` // "строка 12, fact.receiver_snils", or the answer that is missing
	What   string `json:"what"`
	Advice string `json:"advice"`
}

// String returns "where: what; advice".
func (p Problem) String() string {
	text := p.Where + ": " + p.What
	if p.Advice != "" {
		text += "; " + p.Advice
	}
	return text
}

// Problems are all that keep the SQL from being written.
type Problems []Problem

func (p Problems) Error() string { return strings.Join(p.Lines(), "\n") }

// Lines are the problems, one a line.
func (p Problems) Lines() []string {
	lines := make([]string, len(p))
	for i, one := range p {
		lines[i] = one.String()
	}
	return lines
}

func problemf(where, advice, format string, args ...any) Problem {
	return Problem{Where: where, What: fmt.Sprintf(format, args...), Advice: advice}
}
