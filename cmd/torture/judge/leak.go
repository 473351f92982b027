package judge

import (
	"context"
	"fmt"
	"os"
	"regexp"

	"github.com/jackc/pgx/v5"
)

// words are what can be somebody's name or number.
var words = regexp.MustCompile(`[А-Яа-яЁё-]{5,}|[0-9]{10,11}`)

// nobodyInLogs looks for the invented people in everything the programs wrote.
func nobodyInLogs(ctx context.Context, t *trial) error {
	rows, err := t.Source.Query(ctx, `
		select snils from mis.patient where length(snils) = 11
		union select phone from mis.patient where length(phone) = 10
		union select surname from mis.patient where length(surname) > 4`)
	if err != nil {
		return fmt.Errorf("read the people of the МИС: %w", err)
	}
	people, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return fmt.Errorf("read the people of the МИС: %w", err)
	}
	planted := map[string]bool{}
	for _, value := range people {
		planted[value] = true
	}
	for _, file := range t.Logs {
		text, err := os.ReadFile(file)
		if err != nil {
			return fmt.Errorf("read a log: %w", err)
		}
		for _, word := range words.FindAll(text, -1) {
			if planted[string(word)] {
				t.find(&t.Leaked, 1, "leak", "somebody is named in a log")
			}
		}
	}
	return nil
}
