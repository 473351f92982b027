package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/robfig/cron/v3"

	"egissogw/adapter/store"
)

// summaryWorld is a database of days that were told.
type summaryWorld struct {
	told map[string]bool
	mute bool // the command
	sent []string
}

func (w *summaryWorld) CountPackages(context.Context) (int, error) { return 0, nil }
func (w *summaryWorld) DaySummary(context.Context) ([]store.SummaryLine, error) {
	return []store.SummaryLine{{Section: store.SummaryLeft, Subject: "fact", Text: "Передано", Count: 5}}, nil
}
func (w *summaryWorld) ClaimSummary(_ context.Context, day time.Time) (bool, error) {
	key := day.Format(time.DateOnly)
	mine := !w.told[key]
	w.told[key] = true
	return mine, nil
}
func (w *summaryWorld) UnclaimSummary(_ context.Context, day time.Time) error {
	delete(w.told, day.Format(time.DateOnly))
	return nil
}

// Two gateways, one of which is started again every hour, tell one summary on each day of the
// schedule; one that fails is tried again for a while, and never told the next day.
func TestOneSummaryADay(t *testing.T) {
	zone := time.FixedZone("MSK", 3*60*60)
	schedule, err := cron.ParseStandard("0 8 * * 1-5")
	if err != nil {
		t.Fatal(err)
	}
	w := &summaryWorld{told: map[string]bool{}}
	now := time.Date(2026, 11, 26, 20, 0, 0, 0, time.UTC) // a Thursday
	gateway := func() *Summary {
		return &Summary{Store: w, Location: zone, Now: func() time.Time { return now }, Due: schedule.Next, Send: func(_ context.Context, text []byte) error {
			if w.mute {
				return errors.New("no route")
			}
			var m SummaryMessage
			if err := json.Unmarshal(text, &m); err != nil || m.Event != EventSummary || len(m.Lines) != 1 || m.At.Sub(m.Since) != 24*time.Hour {
				t.Errorf("%s: %v", text, err)
			}
			w.sent = append(w.sent, m.At.In(zone).Format("Mon 15:04"))
			return nil
		}}
	}
	failures := 0
	first := gateway()
	for ; now.Before(time.Date(2026, 12, 2, 20, 0, 0, 0, time.UTC)); now = now.Add(10 * time.Minute) {
		local := now.In(zone)
		// On Monday the command fails until half past nine, on Tuesday the whole day.
		w.mute = local.Weekday() == time.Monday && local.Hour()*60+local.Minute() < 9*60+30 || local.Weekday() == time.Tuesday
		for _, g := range []*Summary{first, gateway()} {
			if _, err := g.Run(t.Context()); err != nil {
				failures++
			}
		}
	}
	if want := "[Fri 08:00 Mon 09:30 Wed 08:00]"; fmt.Sprint(w.sent) != want {
		t.Errorf("told %v, want %s", w.sent, want)
	}
	if failures == 0 {
		t.Error("nobody learns that a summary is not told")
	}
}
