package mis

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5"
)

// encodingRows is how many rows of a view are looked at: where the encoding is wrong, it
// hardly is in one row only.
const encodingRows = 1000

// checkEncoding looks for texts that are not UTF-8 in a server that does not know their
// encoding: it hands them out as they are, and their rows cannot be read.
func (s *Source) checkEncoding(ctx context.Context, tx pgx.Tx, found *catalog) ([]Problem, error) {
	var unknown bool
	if err := tx.QueryRow(ctx, `select current_setting('server_encoding') = 'SQL_ASCII'`).Scan(&unknown); err != nil || !unknown {
		return nil, err
	}
	var wrong []string
	for _, v := range views {
		if !found.readable(v) {
			continue
		}
		_, err := s.ask(ctx, tx, fmt.Sprintf(`select from (select v::text as line from %s v limit %d) l
			where convert_from(convert_to(line, 'SQL_ASCII'), 'UTF8') is null limit 1`, pgx.Identifier{s.schema, v.name}.Sanitize(), encodingRows))
		var failed *viewError
		switch {
		case errors.As(err, &failed) && dataState(failed.err) == pgerrcode.CharacterNotInRepertoire:
			wrong = append(wrong, v.name)
		case err != nil && !viewFailed(err) && !errors.Is(err, errSlow): // those are told of elsewhere
			return nil, fmt.Errorf("look at the encoding of %s: %w", v.name, err)
		}
	}
	if wrong == nil {
		return nil, nil
	}
	return []Problem{{Text: "база МИС в кодировке SQL_ASCII, и тексты в ней не в UTF-8 (" + strings.Join(wrong, ", ") +
		"): строки с ними не читаются; перекодируйте их в представлениях (функция convert) или перенесите базу в UTF8"}}, nil
}
