package store

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"egissogw/adapter/egisso"
)

// ApprovalRules are the registers whose packages leave only after people approved them
// (code/35_approval.sql): of each whether others agree first, whoever formed the package.
type ApprovalRules map[egisso.Register]bool

// Registers are those of the rules, sorted.
func (r ApprovalRules) Registers() (all, agreed []string) {
	for register, agree := range r {
		all = append(all, string(register))
		if agree {
			agreed = append(agreed, string(register))
		}
	}
	slices.Sort(all)
	slices.Sort(agreed)
	return all, agreed
}

// requireApproval makes no rule weaker.
const requireApproval = `select egisso.require_approval($1, $2 or exists (select from egisso.approval_rule r where r.register = $1 and r.agree),
	reason => 'EGISSOGW_APPROVAL: egissogw migrate')`

// RequireApproval adds rules to those of the database, under the role that owns the schema.
// It takes none back.
func RequireApproval(ctx context.Context, url string, rules ApprovalRules) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return fmt.Errorf("connect to the gateway database: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	all, _ := rules.Registers()
	for _, register := range all {
		if _, err := conn.Exec(ctx, requireApproval, register, rules[egisso.Register(register)]); err != nil {
			return fmt.Errorf("require approval of packages of register %s: %w", register, err)
		}
	}
	return nil
}

// ApprovalRules returns what the database requires, and whether this role rules it: then
// nothing keeps whoever has the role from changing the rules.
func (s *Store) ApprovalRules(ctx context.Context) (rules ApprovalRules, owner bool, err error) {
	rows, err := s.pool.Query(ctx, query("approval_rules"))
	if err != nil {
		return nil, false, fmt.Errorf("read the rules of approval: %w", err)
	}
	rules = ApprovalRules{}
	var register egisso.Register
	var agree bool
	if _, err = pgx.ForEachRow(rows, []any{&register, &agree, &owner}, func() error {
		rules[register] = agree
		return nil
	}); err != nil {
		return nil, false, fmt.Errorf("read the rules of approval: %w", err)
	}
	return rules, owner, nil
}

// WaitingForApproval counts packages of the registers that leave only when people approve them.
func (s *Store) WaitingForApproval(ctx context.Context, registers []egisso.Register) (n int, err error) {
	if err := s.pool.QueryRow(ctx, query("waiting_for_approval"), registers).Scan(&n); err != nil {
		return 0, fmt.Errorf("count packages that wait for approval: %w", err)
	}
	return n, nil
}

// AgreePackage says that a person agrees with a package, and returns, in Russian, what it
// waits for now. The reason may be empty; seen, unless empty, is the beginning of the hash of
// the content that was looked at (view egisso.approval_list).
func (s *Store) AgreePackage(ctx context.Context, id uuid.UUID, reason, seen string) (string, error) {
	return s.command(ctx, "agree_package", id, reason, seen)
}

// ApprovePackage approves a package; see AgreePackage.
func (s *Store) ApprovePackage(ctx context.Context, id uuid.UUID, reason, seen string) (string, error) {
	return s.command(ctx, "approve_package", id, reason, seen)
}

// DisapprovePackage keeps a package from leaving as it is.
func (s *Store) DisapprovePackage(ctx context.Context, id uuid.UUID, reason string) (string, error) {
	return s.command(ctx, "disapprove_package", id, reason)
}
