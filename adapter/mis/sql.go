package mis

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/jackc/pgx/v5"
)

//go:embed sql/*.sql
var embedded embed.FS

// query returns the text of sql/<name>.sql, from the replacement if it has one,
// without comment lines and with the placeholders filled in.
func (s *Source) query(name string, placeholders ...string) (string, error) {
	file := name + ".sql"
	if s.queries != nil {
		text, err := fs.ReadFile(s.queries, file)
		switch {
		case err == nil:
			return fill(string(text), placeholders), nil
		case !errors.Is(err, fs.ErrNotExist):
			return "", fmt.Errorf("read the replaced query %s: %w", file, err)
		}
	}
	text, err := embedded.ReadFile("sql/" + file)
	if err != nil {
		return "", fmt.Errorf("read the query %s: %w", file, err)
	}
	return fill(string(text), placeholders), nil
}

// fill drops the comment lines, which may mention placeholders, and replaces
// the placeholders.
func fill(text string, placeholders []string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(strings.TrimSpace(line), "--") {
			b.WriteString(line)
		}
	}
	return strings.NewReplacer(placeholders...).Replace(b.String())
}

// selection is the query of a register's rows, ordered by and restricted to
// what tail says.
func (s *Source) selection(head, view, position, tail string) (string, error) {
	schema := pgx.Identifier{s.schema}.Sanitize()
	from, err := s.query(head, "{schema}", schema, "{view}", view, "{position}", position)
	if err != nil {
		return "", err
	}
	where, err := s.query(tail)
	if err != nil {
		return "", err
	}
	return from + where, nil
}
