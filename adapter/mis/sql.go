package mis

import (
	"embed"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5"
)

//go:embed sql/*.sql
var embedded embed.FS

// query returns the text of sql/<name>.sql, from the replacement if it has one,
// without comment lines and with the placeholders filled in.
func (s *Source) query(name string, placeholders ...string) (string, error) {
	if text, replaced := s.queries[name]; replaced {
		return fill(text, placeholders), nil
	}
	text, err := embedded.ReadFile("sql/" + name + sqlFile)
	if err != nil {
		return "", fmt.Errorf("read the query %s: %w", name, err)
	}
	return fill(string(text), placeholders), nil
}

const sqlFile = ".sql"

// Queries are texts by the names of those in sql/ they take the place of. They have the
// same placeholders and return the same columns.
type Queries map[string]string

// ReadQueries reads the *.sql files of a folder, each named as the query in sql/ it takes
// the place of. One that replaces none is an error, in Russian: its author believes that it does.
func ReadQueries(dir string) (Queries, error) {
	files, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	queries := Queries{}
	for _, file := range files {
		name, is := strings.CutSuffix(file.Name(), sqlFile)
		if !is {
			continue
		}
		if _, err := fs.Stat(embedded, "sql/"+file.Name()); err != nil {
			return nil, fmt.Errorf("файл %s каталога %s не заменяет ни одного запроса; есть %s", file.Name(), dir, strings.Join(queryNames(), ", "))
		}
		text, err := readQuery(filepath.Join(dir, file.Name()))
		if err != nil {
			return nil, err
		}
		queries[name] = text
	}
	return queries, nil
}

// maxQuery is how large a query may be in bytes: a larger file is something else.
const maxQuery = 1 << 20

func readQuery(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxQuery+1))
	if err != nil {
		return "", err
	}
	if len(text) > maxQuery {
		return "", fmt.Errorf("файл %s больше %d байт: это не запрос", path, maxQuery)
	}
	return string(text), nil
}

func queryNames() (names []string) {
	files, _ := embedded.ReadDir("sql") // what is embedded is there
	for _, file := range files {
		names = append(names, file.Name())
	}
	return names
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
// what tail says; placeholders are further ones and what takes their place.
func (s *Source) selection(head, view, position, tail string, placeholders ...string) (string, error) {
	schema := pgx.Identifier{s.schema}.Sanitize()
	from, err := s.query(head, append([]string{"{schema}", schema, "{view}", view, "{position}", position}, placeholders...)...)
	if err != nil {
		return "", err
	}
	where, err := s.query(tail)
	if err != nil {
		return "", err
	}
	return from + where, nil
}
