package mis

import (
	"context"
	"time"

	"egissogw/adapter/egisso"
)

// Earlier calls fn for rows that passes which go on from the cursor do not read any more:
// their changed_at is earlier, by at most within. What of them the reader does not know as
// they are it missed: its time was wrong by more than the overlap. There are none in a
// source with changed_xid, nor while a pass goes over everything.
func (s *Source) Earlier(ctx context.Context, register egisso.Register, from Cursor, within time.Duration, fn func(Row) error) error {
	if from.by != byTime || from.everything {
		return nil
	}
	bound := from.at.Add(-s.overlap)
	begin := Cursor{by: byTime, at: from.at.Add(s.overlap - within)}
	_, err := s.Changed(ctx, register, begin, func(row Row) error {
		if row.Key == "" || !row.ChangedAt.Before(bound) {
			return nil
		}
		return fn(row)
	})
	return err
}
