package mis

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Problem is something in the source that does not fulfil the contract, or, if
// Advice is set, that fulfils it but could be better.
type Problem struct {
	View   string // "fact"; empty for the whole schema
	Column string // empty for the whole view
	Text   string // Russian: what is wrong and what to do
	Advice bool
}

// String returns "fact.column: text", as far as known.
func (p Problem) String() string {
	where := p.View
	if p.Column != "" {
		where += "." + p.Column
	}
	if where == "" {
		return p.Text
	}
	return where + ": " + p.Text
}

// ContractError lists everything that keeps a register from being read.
type ContractError struct{ Problems []Problem }

func (e *ContractError) Error() string {
	texts := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		texts[i] = p.String()
	}
	return "the source does not fulfil the contract: " + strings.Join(texts, "; ")
}

// Check compares the source with the contract and returns every problem found,
// none if it is fulfilled. The error is for a source that cannot be asked.
func (s *Source) Check(ctx context.Context) ([]Problem, error) {
	var problems []Problem
	err := s.readOnly(ctx, func(tx pgx.Tx) error {
		found, err := s.columns(ctx, tx)
		if err != nil {
			return err
		}
		problems = append(found.check(views...), found.checkLog()...)
		for _, v := range views {
			if !found.readable(v) {
				continue
			}
			more, err := s.checkView(ctx, tx, v, found)
			if err != nil {
				return err
			}
			problems = append(problems, more...)
		}
		more, err := s.checkEncoding(ctx, tx, found)
		problems = append(problems, more...)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("check the source: %w", err)
	}
	return problems, nil
}

// readOnly runs fn in one snapshot with the session set up as for a pass.
func (s *Source) readOnly(ctx context.Context, fn func(pgx.Tx) error) error {
	tx, err := s.pool.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err != nil {
		return fmt.Errorf("connect to the source: %w", err)
	}
	defer rollback(ctx, tx)
	if err := s.prepare(ctx, tx); err != nil {
		return err
	}
	return fn(tx)
}

// catalog is what the source's schema holds.
type catalog struct {
	schema       string
	schemaExists bool

	types   map[string]map[string]string // view → column → type
	allowed map[string]bool              // view → may be read
}

// columns reads the catalogue.
func (s *Source) columns(ctx context.Context, tx pgx.Tx) (*catalog, error) {
	c := &catalog{schema: s.schema, types: map[string]map[string]string{}, allowed: map[string]bool{}}
	text, err := s.query("schema_exists")
	if err != nil {
		return nil, err
	}
	if err := tx.QueryRow(ctx, text, pgx.QueryExecModeExec, s.schema).Scan(&c.schemaExists); err != nil {
		return nil, fmt.Errorf("look for schema %s: %w", s.schema, err)
	}
	if text, err = s.query("columns"); err != nil {
		return nil, err
	}
	names := []string{logView}
	for _, v := range views {
		names = append(names, v.name)
	}
	rows, err := tx.Query(ctx, text, pgx.QueryExecModeExec, s.schema, names)
	if err != nil {
		return nil, fmt.Errorf("read the columns of schema %s: %w", s.schema, err)
	}
	var view, column, kind string
	var allowed bool
	_, err = pgx.ForEachRow(rows, []any{&view, &column, &kind, &allowed}, func() error {
		if c.types[view] == nil {
			c.types[view] = map[string]string{}
		}
		c.types[view][column] = kind
		c.allowed[view] = allowed
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the columns of schema %s: %w", s.schema, err)
	}
	return c, nil
}

// has reports whether the view has the column.
func (c *catalog) has(view, column string) bool {
	_, ok := c.types[view][column]
	return ok
}

// readable reports whether the view has every column and may be read.
func (c *catalog) readable(v *view) bool { return c.exists(v) && len(c.checkColumns(v)) == 0 }

// Where the contract is shown at work.
const (
	obligatoryExample = "testdata/mis/03_views.sql"
	optionalExample   = "testdata/mis/05_register_views.sql"
)

// exists reports whether the schema has the view.
func (c *catalog) exists(v *view) bool { return c.types[v.name] != nil }

// check compares views with the contract.
func (c *catalog) check(views ...*view) []Problem {
	if !c.schemaExists {
		return []Problem{{Text: fmt.Sprintf("в базе МИС нет схемы %s: создайте её с представлениями контракта (пример — %s) или задайте другое имя схемы",
			c.schema, obligatoryExample)}}
	}
	var problems []Problem
	for _, v := range views {
		switch {
		case c.exists(v):
			problems = append(problems, c.checkColumns(v)...)
		case v.optional:
			problems = append(problems, Problem{View: v.name, Advice: true,
				Text: fmt.Sprintf("«%s» не ведётся: в схеме %s нет представления %s; если его записи должен передавать шлюз — создайте его (пример — %s)",
					v.register.Title(), c.schema, v.name, v.example)})
		default:
			problems = append(problems, Problem{View: v.name,
				Text: fmt.Sprintf("в схеме %s нет представления %s: создайте его (пример — %s)", c.schema, v.name, v.example)})
		}
	}
	return problems
}

// checkColumns compares a view that exists with the contract.
func (c *catalog) checkColumns(v *view) (problems []Problem) {
	if !c.allowed[v.name] {
		problems = append(problems, Problem{View: v.name,
			Text: fmt.Sprintf("нет права чтения: выполните grant usage on schema %[1]s и grant select on %[1]s.%[2]s для роли шлюза", c.schema, v.name)})
	}
	for _, want := range v.columns {
		if text := want.compare(c.types[v.name]); text != "" {
			problems = append(problems, Problem{View: v.name, Column: want.Name, Text: text})
		}
	}
	return append(problems, c.checkKnown(v)...)
}

// compare says what is wrong with the column in a view of these columns.
func (c Column) compare(types map[string]string) string {
	have, ok := types[c.Name]
	switch {
	case !ok && c.Type == Transaction:
		return "" // may be left out
	case !ok && c.Required:
		return fmt.Sprintf("нет обязательного столбца типа %s (%s): добавьте его в представление", c.Type, c.Title)
	case !ok:
		return fmt.Sprintf("нет столбца типа %s (%s): добавьте его в представление; если таких данных нет — null::%s as %s", c.Type, c.Title, c.Type, c.Name)
	case !slices.Contains(accepted[c.Type], have):
		return fmt.Sprintf("тип столбца %s, а нужен %s (%s): приведите его в представлении", have, c.Type, c.Title)
	}
	return ""
}

// probeTime limits each look at the data of a view.
const probeTime = 10 * time.Second

// probe is a question about the rows of a view; a row in its answer is a
// problem.
type probe struct {
	column      string
	transaction bool   // only for views with changed_xid
	unlogged    bool   // only for sources that do not say how far their log was trimmed
	optional    bool   // only for views with the column
	condition   string // and
	grouping    string
	text        string
}

var probes = []probe{
	{column: "row_key", condition: "v.row_key is null or v.row_key = ''",
		text: "есть строки без ключа: их нельзя передать"},
	{column: "row_key", grouping: "group by v.row_key having count(*) > 1",
		text: "ключ повторяется у нескольких строк (обычно из-за лишнего join): такие записи не передаются"},
	{column: "egisso_id", optional: true, condition: "v.egisso_id is not null", grouping: "group by v.egisso_id having count(*) > 1",
		text: "один egisso_id назван у нескольких строк: такие записи не передаются"},
	{column: "changed_at", condition: "v.changed_at is null",
		text: "есть строки без времени изменения"},
	{column: "changed_xid", transaction: true, unlogged: true, condition: "v.changed_xid is null",
		text: "есть строки без номера транзакции: их изменения увидит только полная сверка"},
	{column: "changed_xid", transaction: true, condition: "v.changed_xid >= pg_snapshot_xmax(pg_current_snapshot())",
		text: "номер транзакции больше последнего на сервере (база перенесена с другого сервера): запишите в журнал изменений pg_current_xact_id(), иначе эти записи увидит только полная сверка"},
}

// checkView looks at the rows of a view and at the plan of its polling.
func (s *Source) checkView(ctx context.Context, tx pgx.Tx, v *view, found *catalog) ([]Problem, error) {
	var problems []Problem
	byTransaction := found.has(v.name, "changed_xid")
	if !byTransaction {
		problems = append(problems, Problem{View: v.name, Column: "changed_xid", Advice: true,
			Text: "нет столбца changed_xid: изменения долгих транзакций и удаления найдёт только полная сверка (как его вести — testdata/mis/02_change_log.sql)"})
	}
	for _, q := range probes {
		if q.transaction && !byTransaction || q.unlogged && found.types[logView] != nil || q.optional && !(v.knows() && found.has(v.name, q.column)) {
			continue
		}
		text := "select from " + pgx.Identifier{s.schema, v.name}.Sanitize() + " v "
		if q.condition != "" {
			text += "where " + q.condition
		}
		hit, err := s.ask(ctx, tx, text+" "+q.grouping+" limit 1")
		switch {
		case viewFailed(err):
			problems = append(problems, Problem{View: v.name, Column: q.column, Advice: true,
				Text: "не проверено: представление не может показать некоторые свои строки; они будут показаны в журнале как нечитаемые"})
		case errors.Is(err, errSlow):
			problems = append(problems, Problem{View: v.name, Column: q.column, Advice: true,
				Text: fmt.Sprintf("не проверено за %s: представление читается медленно", probeTime)})
		case err != nil:
			return nil, fmt.Errorf("look at the rows of %s: %w", v.name, err)
		case hit:
			problems = append(problems, Problem{View: v.name, Column: q.column, Text: q.text})
		}
	}
	advice, err := s.checkPlan(ctx, tx, v, found)
	if err != nil {
		return nil, err
	}
	return append(problems, advice...), nil
}

// queryCanceled is the SQLSTATE of a statement that ran into its time limit.
const queryCanceled = "57014"

// errSlow says that a look at the data took too long.
var errSlow = errors.New("the query took too long")

// ask reports whether the query returns a row.
func (s *Source) ask(ctx context.Context, tx pgx.Tx, query string) (bool, error) {
	part, err := tx.Begin(ctx) // a savepoint: a failed look does not end the others
	if err != nil {
		return false, err
	}
	defer rollback(ctx, part)
	limit := fmt.Sprintf("set local statement_timeout to %d", probeTime.Milliseconds())
	if _, err := part.Exec(ctx, limit); err != nil {
		return false, err
	}
	tag, err := part.Exec(ctx, query, pgx.QueryExecModeExec)
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.Code == queryCanceled {
		return false, errSlow
	}
	if err != nil {
		return false, &viewError{err}
	}
	return tag.RowsAffected() > 0, nil
}
