package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/jackc/pgx/v5"
)

// Functions, guards and views, replaced as a whole when a migration finds others. A
// change of them that a release brings comes with a migration, so that an older program
// sees that it is the older one.
//
//go:embed code/*.sql
var codeFiles embed.FS

//go:embed grants.sql
var grants string

// renewCode brings functions, guards and views to this program's, unless they are, and
// grants rights: roles may be new. A view only gains columns at its end; what others
// built on it, and their rights, stay.
func renewCode(ctx context.Context, conn *pgx.Conn) error {
	code, hash, err := code()
	if err != nil {
		return err
	}
	err = pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		// Two of these at once would stumble over each other's changes of the catalogue.
		if _, err := tx.Exec(ctx, `select pg_advisory_xact_lock(hashtextextended('egisso code', 0))`); err != nil {
			return err
		}
		var have []byte
		if err := tx.QueryRow(ctx, `select hash from egisso.schema_code`).Scan(&have); err != nil && !errors.Is(err, pgx.ErrNoRows) {
			return err
		}
		if !bytes.Equal(have, hash) {
			if err := replaceCode(ctx, tx, code, hash); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(ctx, grants); err != nil {
			return err
		}
		// Gateways of another version wake and find that they are.
		_, err := tx.Exec(ctx, `select egisso.wake('migrated')`)
		return err
	})
	if err != nil {
		return fmt.Errorf("renew functions, views and rights of schema egisso: %w", err)
	}
	return nil
}

func replaceCode(ctx context.Context, tx pgx.Tx, code string, hash []byte) error {
	// Functions and views use each other in every order.
	if _, err := tx.Exec(ctx, `set local check_function_bodies = off;`+code); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `update egisso.schema_code set hash = $1, applied_at = now()`, hash)
	return err
}

// code is the text of all files in the order of their names, and its hash.
func code() (text string, hash []byte, err error) {
	names, err := fs.Glob(codeFiles, "code/*.sql")
	if err != nil {
		return "", nil, fmt.Errorf("list functions and views: %w", err)
	}
	for _, name := range names {
		part, err := codeFiles.ReadFile(name)
		if err != nil {
			return "", nil, fmt.Errorf("read functions and views: %w", err)
		}
		text += string(part)
	}
	sum := sha256.Sum256([]byte(text))
	return text, sum[:], nil
}
