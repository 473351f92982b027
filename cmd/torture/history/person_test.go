package history

import (
	"context"
	"errors"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// person does what only a person may do. The gateway may refuse that.
func (p *play) person(ctx context.Context, s step) error {
	var err error
	if s.N%2 == 0 {
		_, err = p.db.Exec(ctx, `select egisso.release_person_changes('проверено')`)
	} else {
		_, err = p.db.Exec(ctx, `select egisso.retry_record(register, row_key, 'проверено') from
			(select register, row_key from egisso.record_status where state in ('blocked', 'rejected') order by 1, 2 offset $1 limit 1) held`, s.Row%3)
	}
	var refused *pgconn.PgError
	if errors.As(err, &refused) && refused.Code[:2] != "42" { // anything but a mistake of ours
		return nil
	}
	return err
}

// identity is who somebody is. One of the two may be corrected.
type identity struct{ snils, birth string }

// identities notes facts that became another man's, which no correction does.
func (p *play) identities() {
	if p.people == nil {
		p.people, p.swapped = map[string]identity{}, map[string]bool{}
	}
	for id, fact := range p.bus.Held().Facts {
		var now identity
		for _, leaf := range fact.Leaves {
			switch path, text, _ := strings.Cut(leaf, "="); path {
			case "/mszReceiver/SNILS":
				now.snils = text
			case "/mszReceiver/BirthDate":
				now.birth = text
			}
		}
		before, known := p.people[id]
		if known && before.snils != now.snils && before.birth != now.birth {
			p.swapped[id] = true
		}
		p.people[id] = now
	}
}

// held are the rows the gateway holds back, or that ЕГИССО refused.
func (p *play) held(ctx context.Context) ([]heldRow, error) {
	rows, err := p.db.Query(ctx, `select register, row_key, state, coalesce(reason, ''), rule_codes from egisso.record_status
		where state not in ('accepted', 'accepted_with_warnings', 'nothing_to_send') order by 1, 2`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (h heldRow, err error) {
		return h, row.Scan(&h.register, &h.key, &h.state, &h.reason, &h.rules)
	})
}
