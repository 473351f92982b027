package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/robfig/cron/v3"

	"egissogw/adapter/egisso"
	"egissogw/adapter/store"
)

// summaryWorld is a database of days that were told.
type summaryWorld struct {
	told map[string]bool
	mute bool // the command
	sent []string

	exports []store.ClosedExport
}

func (w *summaryWorld) CountPackages(context.Context) (int, error) { return 0, nil }
func (w *summaryWorld) DaySummary(context.Context) ([]store.SummaryLine, error) {
	return []store.SummaryLine{
		{Section: store.SummaryLeft, Subject: "fact", Text: "Передано", Count: 5}, {Section: store.SummaryLeft, Subject: "lmsz", Text: "Передано", Count: 2},
		{Section: store.SummaryNeeds, Subject: "fact", Text: "Исправить"},
	}, nil
}
func (w *summaryWorld) ExportsSince(_ context.Context, since time.Time) (list []store.ClosedExport, err error) {
	for _, e := range w.exports {
		if !e.DueAt.Before(since) {
			list = append(list, e)
		}
	}
	return list, nil
}
func (w *summaryWorld) SummaryTold(_ context.Context, day time.Time, of string) (bool, error) {
	return w.told[of+day.Format(time.DateOnly)], nil
}
func (w *summaryWorld) ClaimSummary(_ context.Context, day time.Time, of string) (bool, error) {
	key := of + day.Format(time.DateOnly)
	mine := !w.told[key]
	w.told[key] = true
	return mine, nil
}
func (w *summaryWorld) UnclaimSummary(_ context.Context, day time.Time, of string) error {
	delete(w.told, of+day.Format(time.DateOnly))
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
			if err := json.Unmarshal(text, &m); err != nil || m.Event != EventSummary || m.Of != store.SummaryOfSchedule || len(m.Lines) != 3 || m.At.Sub(m.Since) != 24*time.Hour {
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

// Facts leave at 18:00 and 19:00, measures as they come. Facts are told of when the day's last
// export is closed, with what needs somebody; measures at the time of the schedule, and so are
// facts whose answers do not come by then, which are told of once more when they do.
func TestSummaryFollowsExports(t *testing.T) {
	zone := time.FixedZone("MSK", 3*60*60)
	clock, err := cron.ParseStandard("0 8 * * *")
	if err != nil {
		t.Fatal(err)
	}
	evening, err := cron.ParseStandard("0 18,19 * * *")
	if err != nil {
		t.Fatal(err)
	}
	w := &summaryWorld{told: map[string]bool{}}
	now := time.Date(2026, 11, 26, 13, 0, 0, 0, zone) // a Thursday
	all := store.ExportTimes{}
	for _, r := range egisso.Registers() {
		all[r] = evening.Next
	}
	gateway := func(exports store.ExportTimes) *Summary {
		return &Summary{Store: w, Location: zone, Now: func() time.Time { return now }, Due: clock.Next, Exports: exports, Send: func(_ context.Context, text []byte) error {
			var m SummaryMessage
			if err := json.Unmarshal(text, &m); err != nil {
				t.Error(err)
			}
			var told []string
			for _, l := range m.Lines {
				told = append(told, l.Section+" "+l.Subject)
			}
			w.sent = append(w.sent, fmt.Sprintf("%s %s: %s", m.At.In(zone).Format("Mon 15:04"), m.Of, strings.Join(told, ", ")))
			return nil
		}}
	}
	at := func(day, hour, minute int) time.Time { return time.Date(2026, 11, day, hour, minute, 0, 0, zone) }
	closing := map[time.Time]time.Time{at(26, 18, 0): at(26, 18, 20), at(26, 19, 0): at(26, 21, 0), at(27, 18, 0): at(27, 18, 10), at(27, 19, 0): at(28, 10, 0)}
	opened := map[time.Time]bool{}
	play := func(exports store.ExportTimes, until time.Time) {
		for ; now.Before(until); now = now.Add(10 * time.Minute) {
			for due := range closing {
				if !opened[due] && now.Sub(due) >= 10*time.Minute { // forming comes a little later
					opened[due] = true
					w.exports = append(w.exports, store.ClosedExport{Register: "fact", DueAt: due})
				}
			}
			for i := range w.exports {
				w.exports[i].Closed = !now.Before(closing[w.exports[i].DueAt])
			}
			for range 2 {
				if _, err := gateway(exports).Run(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	play(store.ExportTimes{egisso.RegisterFact: evening.Next}, at(28, 12, 0))
	want := `Thu 21:00 exports: left fact, needs fact
Fri 08:00 schedule: left lmsz, needs fact
Sat 08:00 schedule: left fact, left lmsz, needs fact
Sat 10:00 exports: left fact, needs fact`
	if got := strings.Join(w.sent, "\n"); got != want {
		t.Errorf("told\n%s\nwant\n%s", got, want)
	}
	// Where everything has export times and is closed, nothing is left for the schedule.
	w.sent, now = nil, at(27, 7, 0)
	w.told = map[string]bool{store.SummaryOfExports + "2026-11-26": true}
	w.exports = []store.ClosedExport{{Register: "fact", DueAt: at(26, 19, 0), Closed: true}}
	play(all, at(27, 12, 0))
	if len(w.sent) > 0 {
		t.Errorf("told %q", w.sent)
	}
}
