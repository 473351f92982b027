package judge

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"egissogw/adapter/smev/smevtest/ledger"
	"egissogw/adapter/smev/smevtest/receiver"
)

// Evidence is what a verdict rests on.
type Evidence struct {
	Source  *pgxpool.Pool   // database of the МИС
	Gateway *pgxpool.Pool   // database of the gateway
	Ledger  *ledger.Ledger  // what came to the bus
	Held    receiver.Held   // what ЕГИССО holds
	Unacked int             // messages of the bus nobody has acknowledged
	Logs    []string        // files in which nobody's data may be
	Refused map[string]bool // facts, by row_key, that the checks or ЕГИССО must refuse
	Removed int             // facts the МИС removed by itself
	// Resent: elements ЕГИССО had accepted may have come again, since the gateway
	// lost its memory. They must not be accepted again.
	Resent bool
}

// sourceFact is a live fact of the source.
type sourceFact struct {
	measure  string // row_key of the measure
	ending   string // reason of an early end
	endsOn   string // its last day
	codeless bool   // the code of its organisation is given by ЕГИССО
	contents string // see digest
}

// sourceRows are the live rows of a register.
type sourceRows map[string]sourceFact

// notContent are columns that say how a row travels, not what it says.
const notContent = `{row_key,record_no,changed_at,changed_xid,deleted,provider_code,osz_key,measure_key,category_key,form,
	ending_reason,ending_date,ending_amount,ending_quantity,egisso_id,egisso_accepted}`

// readFacts reads the live facts of the source.
func readFacts(ctx context.Context, db *pgxpool.Pool) (sourceRows, error) {
	rows, err := db.Query(ctx, `select row_key, coalesce(measure_key, ''), coalesce(ending_reason, ''), coalesce(ending_date::text, ''), osz_code is null, to_jsonb(v) - $1::text[]
		from egisso_source.fact v where not deleted`, notContent)
	if err != nil {
		return nil, fmt.Errorf("read the facts of the source: %w", err)
	}
	found := sourceRows{}
	var key string
	var fact sourceFact
	var content any
	_, err = pgx.ForEachRow(rows, []any{&key, &fact.measure, &fact.ending, &fact.endsOn, &fact.codeless, &content}, func() error {
		fact.contents = digest(values(nil, content))
		found[key] = fact
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the facts of the source: %w", err)
	}
	return found, nil
}

// sourceViews are the views of the other registers.
var sourceViews = map[string]string{"lmsz": "local_measure", "onmsz": "onmsz", "organization": "organization", "point": "presence_point"}

func readKeys(ctx context.Context, db *pgxpool.Pool, view string) (sourceRows, error) {
	rows, err := db.Query(ctx, `select row_key from `+pgx.Identifier{"egisso_source", view}.Sanitize()+` where not deleted`)
	if err != nil {
		return nil, fmt.Errorf("read %s of the source: %w", view, err)
	}
	found := sourceRows{}
	keys, err := pgx.CollectRows(rows, pgx.RowTo[string])
	for _, key := range keys {
		found[key] = sourceFact{}
	}
	return found, err
}

// gatewayRow is a row as the public view record_status shows it.
type gatewayRow struct {
	state, reason, accepted string
	deleted, due            bool
}

// readGateway reads record_status, by register and row_key.
func readGateway(ctx context.Context, db *pgxpool.Pool) (map[string]map[string]gatewayRow, error) {
	rows, err := db.Query(ctx, `select register, row_key, state, coalesce(reason, ''), coalesce(lower(accepted_id::text), ''), deleted, decision_due
		from egisso.record_status`)
	if err != nil {
		return nil, fmt.Errorf("read record_status: %w", err)
	}
	found := map[string]map[string]gatewayRow{}
	var register, key string
	var row gatewayRow
	_, err = pgx.ForEachRow(rows, []any{&register, &key, &row.state, &row.reason, &row.accepted, &row.deleted, &row.due}, func() error {
		if found[register] == nil {
			found[register] = map[string]gatewayRow{}
		}
		found[register][key] = row
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read record_status: %w", err)
	}
	return found, nil
}

// readOpen counts packages of the journal by what is wrong with their being so.
func readOpen(ctx context.Context, db *pgxpool.Pool) (unfinished, asking int, err error) {
	err = db.QueryRow(ctx, `select count(*) filter (where egisso.package_open(state)),
		       count(*) filter (where state = 'expired' or coalesce(review, '') <> '')
		  from egisso.journal`).Scan(&unfinished, &asking)
	if err != nil {
		err = fmt.Errorf("read the journal: %w", err)
	}
	return unfinished, asking, err
}

// differs names the elements of a fact in ЕГИССО whose text the source does not show.
func (t *trial) differs(ctx context.Context, key string, leaves []string) (string, error) {
	if t.Source == nil {
		return "", nil // there is nothing to ask
	}
	var content any
	err := t.Source.QueryRow(ctx, `select to_jsonb(v) - $1::text[] from egisso_source.fact v where row_key = $2`, notContent, key).Scan(&content)
	if err != nil {
		return "", fmt.Errorf("read a fact of the source: %w", err)
	}
	left := map[string]int{}
	for _, text := range values(nil, content) {
		left[plain(text)]++
	}
	var paths []string
	for _, leaf := range leaves {
		path, text, _ := strings.Cut(leaf, "=")
		if left[plain(text)]--; left[plain(text)] < 0 && !slices.Contains(notCompared, path) {
			paths = append(paths, path)
		}
	}
	if paths == nil {
		return "something is missing", nil
	}
	return strings.Join(paths, " "), nil
}
