package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5/pgconn"

	"egissogw/adapter/egisso"
	"egissogw/adapter/store"
	"egissogw/cmd/egissogw/internal/screen"
	"egissogw/config"
)

// approve lets a package go.
func approve(ctx context.Context, a *app, args []string) error {
	return a.pairOfEyes(ctx, "approve", args, func(s *store.Store, w word) (string, error) {
		return s.ApprovePackage(ctx, w.id, w.reason, w.seen)
	})
}

// word is what a person says of a package.
type word struct {
	id           uuid.UUID
	reason, seen string
}

func (a *app) pairOfEyes(ctx context.Context, name string, args []string, say func(*store.Store, word) (string, error)) error {
	f := a.flags(name)
	a.jsonFlag(f)
	var w word
	f.StringVar(&w.reason, "reason", "", "примечание; при отказе обязательно")
	if name != "disapprove" {
		f.StringVar(&w.seen, "seen", "", "начало хэша состава, который вы видели (egisso.approval_list): другой не утвердится")
	}
	positional, err := parse(f, args)
	if err != nil {
		return err
	}
	text, err := oneArgument(positional, "идентификатор пакета")
	if err != nil {
		return err
	}
	if w.id, err = uuid.Parse(text); err != nil {
		return usageError{notPackage}
	}
	return a.commanded(ctx, func(s *store.Store) (string, error) {
		said, err := say(s, w)
		var pg *pgconn.PgError
		if errors.As(err, &pg) && pg.Code == pgerrcode.InsufficientPrivilege {
			return "", fmt.Errorf("роли, под которой открыта база, это не поручено: нужна своя роль в egisso_approver (для согласования и egisso_agreer), а не роль службы или оператора; подключение — EGISSOGW_DATABASE_URL (%s)", pg.Message)
		}
		return said, err
	})
}

// requireApproval adds what the setting demands to the rules of the database, and says so
// unless silent.
func requireApproval(ctx context.Context, a *app, owner string, c config.Package, silent bool) error {
	rules := approvalOf(c)
	if len(rules) == 0 {
		return nil
	}
	if err := store.RequireApproval(ctx, owner, rules); err != nil {
		return err
	}
	if silent {
		return nil
	}
	all, _ := rules.Registers()
	_, err := screen.Fprintf(a.stdout, "Пакеты уходят только утверждёнными: %s\n", strings.Join(all, ", "))
	return err
}

func approvalOf(c config.Package) store.ApprovalRules {
	rules := store.ApprovalRules{}
	approved, agreed := c.Approved()
	for _, register := range approved {
		rules[egisso.Register(register)] = slices.Contains(agreed, register)
	}
	return rules
}

// approval tells where the rules of the database are not those of the settings, or bind nobody.
func (r *checkResult) approval(ctx context.Context, s *store.Store, c config.Package) {
	have, owner, err := s.ApprovalRules(ctx)
	if err != nil {
		r.Problem = append(r.Problem, err.Error())
		return
	}
	want := approvalOf(c)
	haveAll, haveAgreed := have.Registers()
	wantAll, wantAgreed := want.Registers()
	if !slices.Equal(haveAll, wantAll) || !slices.Equal(haveAgreed, wantAgreed) {
		r.Problem = append(r.Problem, fmt.Sprintf("%sAPPROVAL и база расходятся: по настройкам утверждают %s, база требует %s; действует то, что в базе: добавляет egissogw migrate, снимает владелец (egisso.lift_approval)",
			config.Prefix, rulesText(wantAll, wantAgreed), rulesText(haveAll, haveAgreed)))
	}
	if owner {
		r.Problem = append(r.Problem, "база требует утверждения пакетов, но роль шлюза владеет схемой или суперпользователь и может это требование снять: дайте службе отдельную роль (config/dist/README.md, «Роли в базе»)")
	}
}

func rulesText(all, agreed []string) string {
	if len(all) == 0 {
		return "ничего"
	}
	text := strings.Join(all, ", ")
	if len(agreed) > 0 {
		text += " (с согласованием: " + strings.Join(agreed, ", ") + ")"
	}
	return text
}
