package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"egissogw/adapter/mis/scaffold"
	"egissogw/cmd/egissogw/internal/fault"
	"egissogw/cmd/egissogw/internal/screen"
	"egissogw/config"
)

// scaffoldReport is what scaffold made of answers, or why it made nothing.
type scaffoldReport struct {
	SQL      string            `json:"sql,omitempty"`
	File     string            `json:"file,omitempty"`
	Example  string            `json:"example,omitempty"`
	Notes    scaffold.Problems `json:"notes,omitempty"`
	Problems scaffold.Problems `json:"problems,omitempty"`
	next     string            // what is to be done with the file
}

// scaffoldViews writes the SQL of the source contract for a МИС. It reads the catalogue of the
// source only, and runs nothing it writes.
func scaffoldViews(ctx context.Context, a *app, args []string) error {
	f := a.flags("scaffold")
	a.jsonFlag(f)
	isExample := f.Bool("example", false, "вывести образец ответов")
	out := f.String("out", "", "файл, куда записать; без него — стандартный вывод")
	force := f.Bool("force", false, "заменить существующий файл")
	positional, err := parse(f, args)
	if err != nil {
		return err
	}
	if len(positional) != 1 && !*isExample || len(positional) > 0 && *isExample {
		return usageError{"нужно одно: файл ответов или --example"}
	}
	to := output{cmp.Or(*out, stdinName), *force}
	if err := to.check(); err != nil {
		return err
	}
	c, err := a.loadFor(ctx, "source")
	if err != nil {
		return err
	}
	if *isExample {
		catalog, err := readSourceCatalog(ctx, c)
		if err != nil {
			return err
		}
		text := scaffold.Example(catalog)
		return a.scaffolded(to, text, scaffoldReport{Example: text, next: "Проверьте и дополните, потом egissogw scaffold " + to.path})
	}
	text, err := a.readUpTo(ctx, positional[0], scaffold.MaxAnswers)
	if err != nil {
		return err
	}
	answers, problems := scaffold.ParseAnswers(string(text))
	if len(problems) > 0 {
		return a.unmapped(problems)
	}
	catalog, err := readSourceCatalog(ctx, c)
	if err != nil {
		return err
	}
	made, err := scaffold.Write(answers, catalog, c.Source.Schema)
	if errors.As(err, &problems) {
		return a.unmapped(problems)
	}
	if err != nil {
		return err
	}
	return a.scaffolded(to, made.SQL, scaffoldReport{SQL: made.SQL, Notes: made.Notes,
		next: "Выполняет администратор МИС: psql -v ON_ERROR_STOP=1 -f " + to.path + "; потом egissogw check"})
}

// scaffolded hands over what was made.
func (a *app) scaffolded(to output, text string, report scaffoldReport) error {
	if to.path != stdinName {
		if err := to.write(a, []byte(text)); err != nil {
			return err
		}
		report.SQL, report.Example, report.File = "", "", to.path
	}
	if a.asJSON {
		return a.printJSON(report)
	}
	for _, n := range report.Notes {
		screen.Fprintf(a.stderr, "внимание: %s\n", n)
	}
	if to.path == stdinName {
		return to.write(a, []byte(text))
	}
	_, err := screen.Fprintf(a.stdout, "Записано: %s\n%s\n", to.path, report.next)
	return err
}

// unmapped tells what cannot become SQL.
func (a *app) unmapped(problems scaffold.Problems) error {
	if a.asJSON {
		if err := a.printJSON(scaffoldReport{Problems: problems}); err != nil {
			return err
		}
		return fmt.Errorf("SQL не написан: замечаний %d", len(problems))
	}
	return problems
}

// readSourceCatalog reads what the database of the МИС says of its tables, without the gateway's
// own schemas, which may be beside them.
func readSourceCatalog(ctx context.Context, c config.Config) (catalog *scaffold.Catalog, err error) {
	ctx, cancel := context.WithTimeout(ctx, c.Source.Timeout)
	defer cancel()
	parsed, err := pgx.ParseConfig(c.Source.DatabaseURL.Reveal())
	if err != nil {
		return nil, errors.New("the source database url cannot be parsed")
	}
	parsed.RuntimeParams["application_name"] = "egissogw"
	conn, err := pgx.ConnectConfig(ctx, parsed)
	if err != nil {
		return nil, fault.Database("SOURCE_DATABASE_URL", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	err = pgx.BeginTxFunc(ctx, conn, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		catalog, err = scaffold.ReadCatalog(ctx, tx, "egisso", c.Source.Schema, scaffold.DefaultLogSchema)
		return err
	})
	return catalog, err
}
