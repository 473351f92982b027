package refmis

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"egissogw/testdata"
)

// Install creates the tables, the log of changes and the views of the contract
// in an empty database.
func Install(ctx context.Context, conn *pgx.Conn) error {
	return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		return run(ctx, tx, "01_schema.sql", "02_change_log.sql", "03_views.sql", "04_registers.sql", "05_register_views.sql")
	})
}

// run runs files of testdata/mis.
func run(ctx context.Context, tx pgx.Tx, files ...string) error {
	for _, file := range files {
		text, err := testdata.MIS.ReadFile("mis/" + file)
		if err != nil {
			return fmt.Errorf("read the reference МИС: %w", err)
		}
		if _, err := tx.Exec(ctx, string(text)); err != nil {
			return fmt.Errorf("run %s of the reference МИС: %w", file, err)
		}
	}
	return nil
}
