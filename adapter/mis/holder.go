package mis

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// Holder is a transaction of the source's server that has not ended. What was changed
// after it began is not read before it ends, whatever database of the server it is in.
type Holder struct {
	XID int64 // its number, with the epoch
	// Prepared: it was prepared for two-phase commit, and only somebody's word ends it.
	Prepared bool
	// Database and Name are where it is and what it is called (the program's name, or that
	// of the prepared transaction); "" where the role may not see them. PID is its session.
	Database, Name string
	PID            int
	Age            time.Duration // whole seconds; 0 where the role may not see it
}

// Holder returns the oldest transaction that has not ended, nil if there is none or nothing
// newer has ended. It matters only in a source with changed_xid.
func (s *Source) Holder(ctx context.Context) (*Holder, error) {
	var h *Holder
	err := s.readOnly(ctx, func(tx pgx.Tx) error {
		text, err := s.query("holder")
		if err != nil {
			return err
		}
		var found Holder
		var kind string
		var seconds int64
		err = tx.QueryRow(ctx, text, pgx.QueryExecModeExec).Scan(&found.XID, &kind, &found.Database, &found.Name, &found.PID, &seconds)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		found.Prepared, found.Age = kind == "prepared", time.Duration(seconds)*time.Second
		h = &found
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("ask the source for its oldest transaction: %w", err)
	}
	return h, nil
}

// String says in Russian whose it is, as far as it is known.
func (h Holder) String() string {
	switch {
	case h.Prepared:
		return fmt.Sprintf("подготовленная транзакция %q базы %s", h.Name, h.Database)
	case h.PID != 0 && h.Name != "":
		return fmt.Sprintf("транзакция сеанса %d (%s) базы %s", h.PID, h.Name, h.Database)
	case h.PID != 0 && h.Age == 0: // a role without rights sees no more of others' sessions
		return fmt.Sprintf("транзакция сеанса %d базы %s; программу и начало роль источника не видит (grant pg_read_all_stats)", h.PID, h.Database)
	case h.PID != 0:
		return fmt.Sprintf("транзакция сеанса %d базы %s", h.PID, h.Database)
	}
	return fmt.Sprintf("транзакция %d, чья — роли источника не видно (grant pg_read_all_stats)", h.XID)
}

// Ends says in Russian how to end it.
func (h Holder) Ends() string {
	switch {
	case h.Prepared:
		return fmt.Sprintf("в базе %s: commit prepared или rollback prepared '%s'", h.Database, h.Name)
	case h.PID != 0:
		return fmt.Sprintf("узнайте, что она делает, и завершите её; прервать: select pg_terminate_backend(%d)", h.PID)
	}
	return "найдите её в pg_stat_activity и pg_prepared_xacts сервера МИС"
}
