package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"egissogw/adapter/store"
)

// alertWorld is a database and a command that work, or not, by a clock that is set.
type alertWorld struct {
	now    time.Time
	list   []store.Finding
	gone   bool // the database
	mute   bool // the command
	alert  store.Alert
	told   []string
	tries  int
	atTime []time.Time
}

func (w *alertWorld) Health(context.Context) ([]store.Finding, error) {
	if w.gone {
		return nil, errors.New("no database")
	}
	return w.list, nil
}

func (w *alertWorld) Alert(context.Context) (store.Alert, error) {
	if w.gone {
		return store.Alert{}, errors.New("no database")
	}
	return w.alert, nil
}

func (w *alertWorld) SaveAlert(_ context.Context, a store.Alert) (bool, error) {
	if w.gone {
		return false, errors.New("no database")
	}
	if a.Version != w.alert.Version {
		return false, nil
	}
	a.Version++
	w.alert = a
	return true, nil
}

func (w *alertWorld) send(_ context.Context, text []byte) error {
	w.tries++
	if w.mute {
		return errors.New("the command failed")
	}
	var m AlertMessage
	if err := json.Unmarshal(text, &m); err != nil {
		return err
	}
	codes := []string{m.Event}
	for _, f := range m.Findings {
		codes = append(codes, f.Code)
	}
	if strings.Contains(string(text), "Иванов") {
		codes = append(codes, "A PERSON IS NAMED")
	}
	w.told = append(w.told, strings.Join(codes, " "))
	w.atTime = append(w.atTime, w.now)
	return nil
}

func newAlertWorld() *alertWorld {
	start := time.Date(2026, 11, 29, 0, 0, 0, 0, time.UTC)
	return &alertWorld{now: start, alert: store.Alert{Told: true, Since: start.Add(-24 * time.Hour), NextAt: start}}
}

func (w *alertWorld) gateway() *Alert {
	return &Alert{Store: w, Send: w.send, Host: "egisso-1", Version: "1.0", Now: func() time.Time { return w.now }}
}

// pass lets gateways look every half minute.
func (w *alertWorld) pass(t *testing.T, d time.Duration, gateways ...*Alert) {
	t.Helper()
	for end := w.now.Add(d); w.now.Before(end); w.now = w.now.Add(30 * time.Second) {
		for _, g := range gateways {
			if _, err := g.Look(t.Context()); err != nil && !w.mute {
				t.Fatal(err)
			}
		}
	}
}

func (w *alertWorld) want(t *testing.T, told ...string) {
	t.Helper()
	if fmt.Sprint(w.told) != fmt.Sprint(told) {
		t.Errorf("%s: told %q, want %q", w.now.Format(time.TimeOnly), w.told, told)
	}
}

var busDown = []store.Finding{{Severity: store.Trouble, Code: "link_down", Subject: "smev", Text: "СМЭВ не отвечает", Detail: "Иванов Иван"}}

// A day without the bus, on two gateways of which one is started again every ten minutes: one
// message when it begins, one when it is over.
func TestADayOfOutageIsTwoMessages(t *testing.T) {
	w := newAlertWorld()
	first, second := w.gateway(), w.gateway()
	w.list = []store.Finding{{Severity: store.Todo, Code: "blocked", Subject: "fact"}}
	w.pass(t, time.Hour, first, second)
	w.want(t)
	w.list = busDown
	for range 6 * 24 {
		second = w.gateway()
		w.pass(t, 10*time.Minute, first, second)
		w.list = append(busDown, store.Finding{Severity: store.Trouble, Code: "expired", Count: len(w.list)})
	}
	w.want(t, "trouble link_down")
	if late := w.atTime[0].Sub(time.Date(2026, 11, 29, 1, 0, 0, 0, time.UTC)); late > 3*time.Minute {
		t.Errorf("told after %s", late)
	}
	w.list = nil
	w.pass(t, time.Hour, first, second)
	w.want(t, "trouble link_down", "recovered")
}

// What comes and goes is told rarely.
func TestFlappingIsNoFlood(t *testing.T) {
	w := newAlertWorld()
	g := w.gateway()
	for range 24 * 60 { // a minute of each
		w.list = busDown
		w.pass(t, 30*time.Second, g)
		w.list = nil
		w.pass(t, 30*time.Second, g)
	}
	w.want(t)
	for range 24 * 2 { // a quarter of an hour of each: the worst there is
		w.list = busDown
		w.pass(t, 15*time.Minute, g)
		w.list = nil
		w.pass(t, 15*time.Minute, g)
	}
	if n := len(w.told); n == 0 || n > 2*24*2 {
		t.Errorf("%d messages in a day", n)
	}
}

// Without the database it is told once, too, and nothing is forgotten when it comes back.
func TestDatabaseThatIsGoneIsTold(t *testing.T) {
	w := newAlertWorld()
	g := w.gateway()
	w.pass(t, time.Hour, g)
	w.gone = true
	w.pass(t, 12*time.Hour, g)
	w.want(t, "trouble database_down")
	w.gone = false
	w.pass(t, 5*time.Minute, g)
	if !w.alert.Trouble || !w.alert.Told {
		t.Errorf("the database knows %+v", w.alert)
	}
	w.pass(t, time.Hour, g)
	w.want(t, "trouble database_down", "recovered")
}

// A command that fails is tried more and more rarely, and its failure is no trouble to tell.
func TestACommandThatFailsIsTriedAgain(t *testing.T) {
	w := newAlertWorld()
	g := w.gateway()
	w.list, w.mute = busDown, true
	w.pass(t, 12*time.Hour, g)
	if w.tries < 12 || w.tries > 24 {
		t.Errorf("tried %d times in 12 hours", w.tries)
	}
	w.mute = false
	w.pass(t, time.Hour+time.Minute, g)
	w.want(t, "trouble link_down")
	w.list = []store.Finding{{Severity: store.Trouble, Code: "job_failing", Subject: "alert"}}
	w.pass(t, time.Hour, g)
	w.want(t, "trouble link_down", "recovered job_failing")
}
