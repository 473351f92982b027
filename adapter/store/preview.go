package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// errPreviewed ends the transaction of a preview: nothing of it stays.
var errPreviewed = errors.New("a preview leaves nothing behind")

// Preview forms the packages that would be formed now, shows each to visit and
// takes everything back. plan gives the plan of the next package with an id of
// its own. The records are locked meanwhile: whoever forms packages at the same
// time passes them by and takes them the next time.
//
// visit must be quick: it runs inside the transaction.
func (s *Store) Preview(ctx context.Context, plan func() (PackagePlan, error), visit func(FormedPackage) error) error {
	err := s.inTx(ctx, "preview packages", func(tx pgx.Tx) error {
		for {
			next, err := plan()
			if err != nil {
				return err
			}
			records, err := formPackage(ctx, tx, next)
			if err != nil {
				return err
			}
			if records == 0 {
				return errPreviewed
			}
			formed, err := previewed(ctx, tx, next)
			if err != nil {
				return err
			}
			if err := visit(formed); err != nil {
				return err
			}
		}
	})
	if errors.Is(err, errPreviewed) {
		return nil
	}
	return err
}

func previewed(ctx context.Context, tx pgx.Tx, plan PackagePlan) (FormedPackage, error) {
	p := FormedPackage{ID: plan.ID, Register: plan.Register, Format: plan.Format, Version: plan.Version}
	err := tx.QueryRow(ctx, query("package_provider"), plan.ID).Scan(&p.Provider, &p.CreatedAt)
	if err == nil {
		p.Elements, err = packageElements(ctx, tx, plan.ID)
	}
	return p, err
}

// FindingCount says how many records that did not leave a rule speaks of.
type FindingCount struct {
	Code     string `json:"code"`
	Severity string `json:"severity"`
	Records  int    `json:"records"`
	Example  string `json:"example"` // number of one of them
}

// RegisterState is what a register's records wait for before they leave.
type RegisterState struct {
	Undecided int            `json:"undecided"` // changed in the source, not yet looked at
	Ready     int            `json:"ready"`
	Waiting   int            `json:"waiting"`
	Blocked   int            `json:"blocked"`
	TakenOver int            `json:"taken_over"` // ЕГИССО has them as the source says, and accepted nothing on them since
	OnTrust   int            `json:"on_trust"`   // of those: the source does not say what it accepted
	Findings  []FindingCount `json:"findings"`
	Rest      *Rest          `json:"rest"` // nil unless the register rests after failures
}

// RegisterState counts the records of a register that did not leave yet.
func (s *Store) RegisterState(ctx context.Context, register string) (st RegisterState, err error) {
	err = pgx.BeginTxFunc(ctx, s.pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		if err := tx.QueryRow(ctx, query("register_counts"), register).Scan(&st.Undecided, &st.Ready, &st.Waiting, &st.Blocked, &st.TakenOver, &st.OnTrust); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, query("register_findings"), register)
		if err != nil {
			return err
		}
		if st.Findings, err = pgx.CollectRows(rows, pgx.RowToStructByPos[FindingCount]); err != nil {
			return err
		}
		rows, err = tx.Query(ctx, query("rests"))
		if err != nil {
			return err
		}
		rests, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Rest])
		for i := range rests {
			if rests[i].Register == register {
				st.Rest = &rests[i]
			}
		}
		return err
	})
	if err != nil {
		return st, fmt.Errorf("count the records of register %s: %w", register, err)
	}
	return st, nil
}
