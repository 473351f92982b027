package assemble

import (
	"context"
	"errors"

	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// PooledText says why a pool of connections before a database does not do.
const PooledText = "соединение идёт через пул (PgBouncer, Odyssey и подобные): настройки сеанса, подготовленные запросы и LISTEN в нём теряются; укажите адрес и порт самого сервера PostgreSQL"

// Pooled tells whether a pool of connections stands before the server: it names a session
// of its own making to its clients, so that they cannot cancel each other's statements.
func Pooled(ctx context.Context, conn *pgx.Conn) (bool, error) {
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
