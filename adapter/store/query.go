package store

import (
	"embed"
	"fmt"
	"io/fs"
	"strings"

	"github.com/jackc/pgx/v5/pgtype"
)

//go:embed sql/*.sql
var sqlFiles embed.FS

// queries holds every statement of sql/*.sql by the name given in its
// "-- name:" line.
var queries = mustLoadQueries(sqlFiles)

// query returns a statement by name. A missing name is a mistake in this
// package, caught by its tests.
func query(name string) string {
	text, ok := queries[name]
	if !ok {
		panic("store: no query " + name)
	}
	return text
}

func mustLoadQueries(files fs.FS) map[string]string {
	loaded := map[string]string{}
	names, err := fs.Glob(files, "sql/*.sql")
	if err != nil {
		panic(err)
	}
	for _, file := range names {
		text, err := fs.ReadFile(files, file)
		if err != nil {
			panic(err)
		}
		for _, part := range strings.Split(string(text), "-- name: ")[1:] {
			name, body, _ := strings.Cut(part, "\n")
			if _, twice := loaded[name]; twice {
				panic(fmt.Sprintf("store: query %s is written twice", name))
			}
			loaded[strings.TrimSpace(name)] = strings.TrimSpace(body)
		}
	}
	return loaded
}

// flat lets a list be encoded without reflection, which pgx spares only the commonest types.
func flat[T any](list []T) pgtype.FlatArray[T] { return list }
