package jobs

import (
	"context"
	"encoding/json"
	"time"

	"egissogw/adapter/store"
)

// Alert tells somebody outside when trouble begins and when it is over, once each: what
// comes and goes within minutes is not told, and neither is more trouble while there is some.
// It is no job of the scheduler, which needs the database to run one: that it is gone is the
// first trouble to tell.
type Alert struct {
	Store interface {
		Health(context.Context) ([]store.Finding, error)
		Alert(context.Context) (store.Alert, error)
		SaveAlert(context.Context, store.Alert) (bool, error)
	}
	Send    func(ctx context.Context, message []byte) error
	Host    string // whose message it is
	Version string // of the program
	Now     func() time.Time

	memory *store.Alert // what happened while the database was gone; nil: it knows everything
	last   store.Alert  // as it was known there
}

// How long trouble must last to be told, all be well for its end to be, and how long
// trouble is stood by at least: not more than two messages in half an hour.
const (
	troubleTold   = 2 * time.Minute
	recoveryTold  = 10 * time.Minute
	troubleStands = 30 * time.Minute
	// Pauses between attempts to tell.
	alertRetryMin = time.Minute
	alertRetryMax = time.Hour
)

// AlertMessage is what the command gets. It has the gateway's own words and identifiers;
// what others said (store.Finding.Detail) is not in it.
type AlertMessage struct {
	Event    string         `json:"event"` // EventTrouble or EventRecovered
	At       time.Time      `json:"at"`
	Since    time.Time      `json:"since"` // when trouble or its end was first seen
	Host     string         `json:"host"`
	Version  string         `json:"version"`
	Findings []AlertFinding `json:"findings"` // worst first
}

// Values of AlertMessage.Event.
const (
	EventTrouble   = "trouble"
	EventRecovered = "recovered"
)

// AlertFinding is store.Finding without the words of others.
type AlertFinding struct {
	Severity string     `json:"severity"`
	Code     string     `json:"code"`
	Subject  string     `json:"subject"`
	Count    int        `json:"count"`
	Since    *time.Time `json:"since"`
	Text     string     `json:"text"`
	Advice   string     `json:"advice"`
}

// AlertJob is how the ledger calls the telling; that it fails is no reason to tell more.
const AlertJob = "alert"

// HeartbeatJob is how it calls telling that the gateway works.
const HeartbeatJob = "heartbeat"

// ListenerJob is how it calls showing metrics and the page.
const ListenerJob = "listener"

// databaseGone stands for the list when it cannot be read.
var databaseGone = store.Finding{Severity: store.Trouble, Code: "database_down", Count: 1, Text: "База шлюза не отвечает: шлюз не работает", Advice: "Проверить: egissogw check"}

// Look reads the list and tells what is to be told. tried: something was.
func (a *Alert) Look(ctx context.Context) (tried bool, err error) {
	list, err := a.Store.Health(ctx)
	if err != nil {
		list = []store.Finding{databaseGone}
	}
	known, gone := a.known(ctx, err != nil)
	next, send := afterLook(known, troubled(list), a.Now())
	if !send && same(next, known) && a.memory == nil {
		return false, nil
	}
	if first := a.save(ctx, next, gone); !first {
		return false, nil // another gateway tells
	}
	if !send {
		return false, nil
	}
	err = a.tell(ctx, next, list)
	next = a.last
	next.Told = err == nil
	if err != nil {
		next.Failures++
	}
	a.save(ctx, next, a.memory != nil)
	return true, err
}

// known is what was told so far. gone: only this process knows what it does now.
func (a *Alert) known(ctx context.Context, gone bool) (store.Alert, bool) {
	if !gone {
		stored, err := a.Store.Alert(ctx)
		if err == nil {
			if a.memory == nil {
				a.last = stored
				return stored, false
			}
			mine := *a.memory
			mine.Version = stored.Version
			return mine, false
		}
	}
	if a.memory != nil {
		return *a.memory, true
	}
	return a.last, true
}

// save keeps the state; first is false if another gateway changed it meanwhile.
func (a *Alert) save(ctx context.Context, next store.Alert, gone bool) (first bool) {
	if !gone {
		saved, err := a.Store.SaveAlert(ctx, next)
		if err == nil {
			a.memory = nil
			if saved {
				next.Version++
				a.last = next
			}
			return saved
		}
	}
	a.memory, a.last = &next, next
	return true
}

// afterLook is the state after a look, and whether it is told now.
func afterLook(s store.Alert, troubled bool, now time.Time) (next store.Alert, send bool) {
	switch {
	case troubled == s.Trouble:
		s.DiffersSince = nil
	case s.DiffersSince == nil:
		s.DiffersSince = &now
	}
	if since := s.DiffersSince; since != nil && patient(s, *since, now) {
		s.Trouble, s.Since, s.Told, s.DiffersSince, s.NextAt, s.Failures = troubled, *since, false, nil, now, 0
	}
	if send = !s.Told && !now.Before(s.NextAt); send {
		s.NextAt = now.Add(min(alertRetryMin<<min(s.Failures, 10), alertRetryMax))
	}
	return s, send
}

// patient reports whether what looks otherwise has lasted long enough to be told.
func patient(s store.Alert, since, now time.Time) bool {
	if !s.Trouble {
		return now.Sub(since) >= troubleTold
	}
	return now.Sub(since) >= recoveryTold && now.Sub(s.Since) >= troubleStands
}

func same(a, b store.Alert) bool {
	return a.Trouble == b.Trouble && a.Told == b.Told && (a.DiffersSince == nil) == (b.DiffersSince == nil)
}

func troubled(list []store.Finding) bool {
	for _, f := range list {
		if f.Severity == store.Trouble && !(f.Code == "job_failing" && f.Subject == AlertJob) {
			return true
		}
	}
	return false
}

func (a *Alert) tell(ctx context.Context, s store.Alert, list []store.Finding) error {
	message := AlertMessage{Event: EventRecovered, At: a.Now(), Since: s.Since, Host: a.Host, Version: a.Version, Findings: []AlertFinding{}}
	if s.Trouble {
		message.Event = EventTrouble
	}
	for _, f := range list {
		message.Findings = append(message.Findings, AlertFinding{f.Severity, f.Code, f.Subject, f.Count, f.Since, f.Text, f.Advice})
	}
	text, err := json.Marshal(message)
	if err != nil {
		return err
	}
	return a.Send(ctx, append(text, '\n'))
}
