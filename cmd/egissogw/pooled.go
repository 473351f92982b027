package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// pooledText says why a pool of connections before a database does not do.
const pooledText = "соединение идёт через пул (PgBouncer, Odyssey и подобные): настройки сеанса, подготовленные запросы и LISTEN в нём теряются; укажите адрес и порт самого сервера PostgreSQL"

// pooled tells whether a pool of connections stands before the server: it names a session
// of its own making to its clients, so that they cannot cancel each other's statements.
func pooled(ctx context.Context, conn *pgx.Conn) (bool, error) {
	var pid uint32
	if err := conn.QueryRow(ctx, "select pg_backend_pid()", pgx.QueryExecModeExec).Scan(&pid); err != nil {
		return false, err
	}
	return pid != conn.PgConn().PID(), nil
}

// refusedByPool tells whether connecting failed because a pool of connections does not know
// a setting of the session. A server that does not know one says so by another code.
func refusedByPool(err error) bool {
	var connect *pgconn.ConnectError
	var pg *pgconn.PgError
	return errors.As(err, &connect) && errors.As(err, &pg) && pg.Code == pgerrcode.ProtocolViolation
}

// refusePool is the error of a database behind a pool of connections.
func refusePool(ctx context.Context, url string) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return databaseFault("DATABASE_URL", fmt.Errorf("connect to the gateway database: %w", err))
	}
	defer conn.Close(context.WithoutCancel(ctx))
	through, err := pooled(ctx, conn)
	if err == nil && through {
		err = errors.New(pooledText)
	}
	return err
}
