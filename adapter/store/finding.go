package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// Finding is something a person should look at.
type Finding struct {
	Code    string     `json:"code"`    // stable, for programs
	Subject string     `json:"subject"` // id of what it is about, as the commands take it; "" if it is about many
	Count   int        `json:"count"`
	Since   *time.Time `json:"since"`
	Text    string     `json:"text"`   // Russian: what is wrong
	Advice  string     `json:"advice"` // Russian: what to do; "" if the text says it
}

// findings are queries of sql/finding.sql, in the order people read them. Each
// gives any number of rows with the columns of Finding. They run as the operator
// and as the reader, too (grants_test.go).
var findings = []string{
	"finding_read_only", "finding_contour", "finding_instances_differ", "finding_archive_loss", "finding_archive", "finding_certificate", "finding_source_held", "finding_late",
	"finding_mass_change", "finding_refusal",
	"finding_sender_unknown", "finding_sender_remembered",
	"finding_set_aside", "finding_unread", "finding_unread_status", "finding_nameless", "finding_unverified", "finding_stranger", "finding_foreign",
	"finding_unkept", "finding_expired", "finding_package", "finding_incoming",
	"finding_unconfirmed",
}

func readFindings(ctx context.Context, tx pgx.Tx) ([]Finding, error) {
	all := []Finding{}
	for _, name := range findings {
		rows, err := tx.Query(ctx, query(name))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Finding])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		all = append(all, found...)
	}
	return all, nil
}
