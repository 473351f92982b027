package mis

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/jackc/pgx/v5"
)

// bigTable is from how many rows on a table should not be read whole to find
// what changed.
const bigTable = 10_000

// plan is a node of a query plan as explain (verbose, format json) shows it.
type plan struct {
	Type     string  `json:"Node Type"`
	Schema   string  `json:"Schema"`
	Relation string  `json:"Relation Name"`
	Cost     float64 `json:"Total Cost"`
	Plans    []plan  `json:"Plans"`
}

// indexRowCost is what the planner counts for one entry of an index, cpu_index_tuple_cost.
const indexRowCost = 0.005

// checkPlan looks at how the source would find what changed since now, when
// there is nothing: a big table that is read whole for that lacks an index.
func (s *Source) checkPlan(ctx context.Context, tx pgx.Tx, v *view, found *catalog) ([]Problem, error) {
	var oldest, following, clock string
	text, err := s.query("snapshot")
	if err != nil {
		return nil, err
	}
	if err := tx.QueryRow(ctx, text).Scan(&oldest, &following, &clock); err != nil {
		return nil, fmt.Errorf("ask for the running transactions: %w", err)
	}
	tail, position, args := "from_time", "v.changed_at", []any{clock, ""}
	if found.has(v.name, "changed_xid") {
		bound, err := strconv.ParseUint(following, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("read the number of a transaction: %w", err)
		}
		tail, position, args = "from_transaction", "v.changed_xid", []any{following, "", strconv.FormatUint(bound+1, 10)}
	}
	query, err := s.selection(v.name, v.name, position, tail, found.knownPlaceholders(v)...)
	if err != nil {
		return nil, err
	}
	var answer []byte
	explain := "explain (verbose, format json) " + query + " limit " + strconv.Itoa(s.page)
	if err := tx.QueryRow(ctx, explain, append([]any{pgx.QueryExecModeExec}, args...)...).Scan(&answer); err != nil {
		return nil, fmt.Errorf("explain the polling of %s: %w", v.name, &viewError{err})
	}
	var tops []struct{ Plan plan }
	if err := json.Unmarshal(answer, &tops); err != nil {
		return nil, fmt.Errorf("read the plan of the polling of %s: %w", v.name, err)
	}
	var problems []Problem
	for _, top := range tops {
		for _, node := range top.Plan.tables() {
			rows, err := s.estimate(ctx, tx, node)
			if err != nil {
				return nil, err
			}
			if rows < bigTable || node.Type != wholeTable && node.Cost < indexRowCost*float64(rows) {
				continue
			}
			problems = append(problems, Problem{View: v.name, Column: position[len("v."):], Advice: true,
				Text: fmt.Sprintf("при каждом опросе таблица %s.%s читается целиком (около %d строк): создайте индекс по столбцам, из которых получены %s и row_key, и выполните analyze",
					node.Schema, node.Relation, rows, position[len("v."):])})
		}
	}
	return problems, nil
}

// wholeTable is the node that reads a table from beginning to end. The others that read
// tables do so if they cost as much as all entries of an index.
const wholeTable = "Seq Scan"

// tables returns the nodes that read tables.
func (p plan) tables() []plan {
	var found []plan
	if p.Relation != "" {
		found = append(found, p)
	}
	for _, child := range p.Plans {
		found = append(found, child.tables()...)
	}
	return found
}

// estimate returns the planner's idea of how many rows the table has.
func (s *Source) estimate(ctx context.Context, tx pgx.Tx, node plan) (rows int64, err error) {
	query, err := s.query("table_size")
	if err != nil {
		return 0, err
	}
	if err := tx.QueryRow(ctx, query, pgx.QueryExecModeExec, node.Schema, node.Relation).Scan(&rows); err != nil {
		return 0, fmt.Errorf("ask for the size of %s.%s: %w", node.Schema, node.Relation, err)
	}
	return rows, nil
}
