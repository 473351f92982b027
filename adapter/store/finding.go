package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// Finding is something a person should look at: a row of view egisso.health, by function health_now.
type Finding struct {
	Severity string     `json:"severity"` // Trouble or Todo
	Code     string     `json:"code"`     // one of FindingCodes
	Subject  string     `json:"subject"`  // what it is about, as the commands take it; "" if it is about many
	Count    int        `json:"count"`
	Since    *time.Time `json:"since"`
	Text     string     `json:"text"`   // Russian: what is wrong, in the gateway's own words
	Detail   string     `json:"detail"` // words of other programs and systems, which may quote people; "" if there are none
	Advice   string     `json:"advice"` // Russian: what to do; "" if the text says it
}

// Values of Finding.Severity.
const (
	Trouble = "trouble" // the gateway does not do what it is for
	Todo    = "todo"    // somebody has something to do, the rest goes on
)

// FindingCodes are the codes there are, in the order of the list; a test compares them
// with code/71_health_list.sql.
var FindingCodes = []string{
	"read_only", "contour", "archive_loss", "serve_silent", "not_started", "outdated", "instances_differ", "approval_differs", "archive", "certificate", "signing", "unregistered", "job_failing", "link_down", "clock", "signing_off", "source_held", "expired", "resting",
	"sender_unknown", "unread", "interrupted", "nameless", "unverified", "unkept", "foreign", "mass_change", "refusal", "code_unknown", "late", "reconcile_overdue", "set_aside", "stranger",
	"disapproved", "approval", "package", "incoming", "unconfirmed", "sender_remembered", "facts_late", "blocked", "serve_never",
}

// Troubled reports whether there is trouble in a list.
func Troubled(list []Finding) bool { return len(list) > 0 && list[0].Severity == Trouble }

// Health is what is wrong and what waits for a person, worst first; nothing if all is well.
func (s *Store) Health(ctx context.Context) ([]Finding, error) {
	rows, err := s.pool.Query(ctx, query("health"))
	if err != nil {
		return nil, fmt.Errorf("read what is wrong: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Finding])
	if err != nil {
		return nil, fmt.Errorf("read what is wrong: %w", err)
	}
	return list, nil
}
