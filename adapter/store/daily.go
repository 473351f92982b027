package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

// Day is what happened on one day.
type Day struct {
	Date       time.Time // its beginning
	Sent       int       // records in packages that left
	Accepted   int       // records ЕГИССО accepted
	Rejected   int
	Unfinished int // records whose outcome was still to come at its end
}

// Daily counts the last days in the zone, oldest first; the last is today, so far. It reads
// all records.
func (v *Viewer) Daily(ctx context.Context, now time.Time, zone *time.Location, days int) (list []Day, err error) {
	now = now.In(zone)
	first := time.Date(now.Year(), now.Month(), now.Day()-days+1, 0, 0, 0, 0, zone)
	place := map[string]int{} // by date
	for n := range days {
		date := time.Date(first.Year(), first.Month(), first.Day()+n, 0, 0, 0, 0, zone)
		place[date.Format(time.DateOnly)] = n
		list = append(list, Day{Date: date})
	}
	prepared, finished := make([]int, days), make([]int, days)
	var unfinished int
	err = v.look(ctx, "count the days", func(tx pgx.Tx) error {
		for name, note := range map[string]func(n, a, b int){
			"daily_sent":     func(n, a, _ int) { list[n].Sent = a },
			"daily_outcomes": func(n, a, b int) { list[n].Accepted, list[n].Rejected = a, b },
			"daily_prepared": func(n, a, _ int) { prepared[n] = a },
			"daily_finished": func(n, a, _ int) { finished[n] = a },
		} {
			rows, err := tx.Query(ctx, query(name), zone.String(), first)
			if err != nil {
				return err
			}
			var date time.Time
			var a, b int
			into := []any{&date, &a, &b}[:len(rows.FieldDescriptions())]
			if _, err := pgx.ForEachRow(rows, into, func() error {
				if n, ok := place[date.Format(time.DateOnly)]; ok {
					note(n, a, b)
				}
				return nil
			}); err != nil {
				return err
			}
		}
		return tx.QueryRow(ctx, query("unfinished_now")).Scan(&unfinished)
	})
	if err != nil {
		return nil, err
	}
	for n := days - 1; n >= 0; n-- { // backwards from what is known now
		list[n].Unfinished = max(unfinished, 0)
		unfinished += finished[n] - prepared[n]
	}
	return list, nil
}
