package lifecycle

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/check"
)

// Rules are what a site chooses about decisions.
type Rules struct {
	Provider string // participant code of rows that name none
	Policy   check.Policy
	Events   egisso.EventPolicy
	// SendPeople lets changes of nothing but people go without asking anybody.
	SendPeople bool
	// ActualOn is the date the first export is actual on: facts that ended earlier
	// and that ЕГИССО does not have are not sent. Zero: all are.
	ActualOn egisso.Date
	// Settle is how long a row has to be gone before its removal is sent: what the source
	// shows again before costs nothing. Zero: no time at all.
	Settle   time.Duration
	Location *time.Location
}

// Decider decides on rows of one register.
type Decider struct {
	Rules
	Register egisso.Register
	Checker  check.Checker
	// AwaitsClassifier: КМСЗ has not come yet, and measures wait for it.
	AwaitsClassifier bool
	Now              time.Time
}

// Decide compares what the source says with what ЕГИССО accepted, runs the
// local checks and says what is to be sent: a new record, an event, or why it
// waits or is blocked (adapter/egisso/SPEC.md#checks, #changed-records).
func (d Decider) Decide(p Pending) (Decision, error) {
	if egisso.Blocks(p.Findings) {
		// Unreadable: what was to be sent of the row is no longer known.
		return Decision{Drop: Unreadable}, nil
	}
	if p.Adoption == AdoptionDenied && !gone(p) && !d.takes(p) {
		return Decision{Review: AdoptionRefused}, nil
	}
	c := d.conclude(p)
	if c.review == HeldByHand {
		if same, err := d.wants(p); err != nil {
			return Decision{}, err
		} else if !same {
			return d.next(p)
		}
	}
	if c.review != "" && c.reason == "" {
		return Decision{Review: c.review}, nil
	}
	if p.Adoption == AdoptionAsked && p.AcceptedID == uuid.Nil && c.reason == "" {
		fresh := p
		fresh.Last = nil
		decision, err := d.next(fresh)
		if err == nil {
			c, err = adopted(p, decision)
		}
		if err != nil || c.reason == "" {
			return decision, err
		}
	}
	if c.reason == "" && d.takes(p) {
		var err error
		if c, err = d.take(p); err != nil {
			return Decision{}, err
		}
	}
	if c.reason == "" {
		return d.next(p)
	}
	decision := Decision{Review: c.review}
	if c.review == "" {
		var err error
		if decision, err = d.next(c.row); err != nil {
			return Decision{}, err
		}
	}
	decision.Drop, decision.Held = c.reason, c.held()
	return decision, nil
}

// next decides on a row of which it is known what ЕГИССО holds.
func (d Decider) next(p Pending) (Decision, error) {
	decision, err := deciders[d.Register](d, p)
	r := decision.Record
	switch {
	case r == nil:
	case p.Known.Twice:
		return contested(decision), err
	case r.ID == p.Declined:
		return Decision{Drop: Declined}, err
	case r.State != Ready:
	case gone(p) && p.Unchanged < d.Settle:
		r.State, r.Reason = Waiting, Settling
	case p.Adoption == AdoptionHeld && (r.BecomesHash == nil || r.Kind.Ends()):
		r.State, r.Reason = Waiting, ConfirmAdopted
	}
	return decision, err
}

// wants reports whether the row still asks for what was refused. One that is gone does, unless
// its removal can go: ЕГИССО may have what it refused.
func (d Decider) wants(p Pending) (bool, error) {
	if gone(p) && p.AcceptedID == uuid.Nil {
		return true, nil
	}
	refused := p.Last.ID
	p.Last = nil
	decision, err := d.next(p)
	return decision.Record != nil && decision.Record.ID == refused, err
}

// deciders decide on the rows of a register.
var deciders = map[egisso.Register]func(Decider, Pending) (Decision, error){
	egisso.RegisterParticipant:  Decider.participant,
	egisso.RegisterMeasure:      versions(Decider.measure, contentHash),
	egisso.RegisterPoint:        versions(Decider.point, pointHash),
	egisso.RegisterOrganization: versions(Decider.organization, contentHash),
	egisso.RegisterFact:         Decider.fact,
}

// gone: a row that says nothing now is treated as deleted.
func gone(p Pending) bool { return p.Deleted || p.Content == nil }

// history says what is known of the row's life in ЕГИССО.
func history(p Pending) egisso.History {
	h := egisso.History{Invalidated: p.Generation > 0}
	if p.AcceptedID != uuid.Nil {
		accepted := hash32(p.AcceptedHash)
		h.Accepted, h.Unsure = &accepted, p.Unconfirmed && p.Resend
	}
	if p.Last != nil && p.Last.State == Rejected && p.Last.BecomesHash != nil {
		rejected := hash32(p.Last.BecomesHash)
		h.Rejected = &rejected
	}
	return h
}

// unsent is the answer to moves that send nothing; ok is false for the others.
func (d Decider) unsent(move egisso.Decision, p Pending) (decision Decision, ok bool) {
	switch move.Move {
	case egisso.MoveWait:
		return Decision{}, true
	case egisso.MoveNothing:
		if move.Refused {
			return Decision{}, true // it stays so until the source changes
		}
		return Decision{Drop: NotNeeded}, true
	case egisso.MoveDrop:
		switch last := p.Last; {
		case last != nil && last.State == Rejected && last.Refusal.Suspect:
			return Decision{Review: RefusedUnclear}, true
		case last != nil && last.State == Rejected:
			return Decision{Drop: RefusedGone}, true
		}
		return Decision{Drop: NotNeeded}, true
	case egisso.MoveReview:
		return Decision{Review: reviews[d.Register]}, true
	case egisso.MoveInvalidate:
		if p.Last != nil && p.Last.State == Rejected && p.Last.BecomesHash == nil {
			return Decision{}, true // ЕГИССО refused the removal: it needs a person
		}
	}
	return Decision{}, false
}

// reviews say what a person has to do where no element can.
var reviews = map[egisso.Register]Reason{
	egisso.RegisterOrganization: ExcludeByHand,
	egisso.RegisterFact:         UnknownEnding,
}

// checked applies the policy to the findings and decides between ready and
// blocked, or waiting for what wait says.
func (d Decider) checked(p Pending, record *NewRecord, findings []egisso.Finding, wait Reason) Decision {
	findings = append(append([]egisso.Finding(nil), p.Findings...), findings...)
	record.Findings = d.Policy.Apply(findings)
	if p.Overridden {
		record.Findings = check.Override(record.Findings)
	}
	switch {
	case egisso.Blocks(record.Findings):
		record.State = Blocked
	case wait != "":
		record.State, record.Reason = Waiting, wait
	default:
		record.State = Ready
	}
	return Decision{Record: record}
}

// measureFor returns the accepted version of a measure, or why to wait for one.
func measureFor(state *MeasureState) (accepted *egisso.LocalMeasure, wait Reason) {
	switch {
	case state == nil:
		return nil, "" // no such measure in the source: rule 014 says so
	case state.Pending:
		return nil, WaitMeasure
	case state.Accepted == nil:
		return nil, FixMeasure
	}
	return state.Accepted, ""
}

// participantFor returns the code of an organisation the source gives none for,
// or why to wait for it.
func participantFor(p Pending, code, key string) (found string, wait Reason) {
	if code != "" || key == "" {
		return code, ""
	}
	given, known := p.Participants[key]
	if known && given == "" {
		return "", WaitParticipant
	}
	return given, "" // unknown to the source: rule L-OSZ says so
}

// provider is the participant code a row is sent under; part of every derived id.
func (d Decider) provider(p Pending) string { return d.owner(p.Provider) }

// holder is the provider whose record ЕГИССО holds: a new version of it is the
// same provider's, whatever the source says by now.
func (d Decider) holder(p Pending) string {
	if p.AcceptedProvider != "" {
		return p.AcceptedProvider
	}
	return d.provider(p)
}

// owner is the participant code meant by a provider column.
func (d Decider) owner(code string) string {
	if code == "" {
		return d.Provider
	}
	return code
}

// decoded reads a stored content.
func decoded[T any](content []byte, what string) (value T, err error) {
	if err := json.NewDecoder(bytes.NewReader(content)).Decode(&value); err != nil {
		return value, fmt.Errorf("decode %s: %w", what, err)
	}
	return value, nil
}

func hash32(b []byte) (h [32]byte) {
	copy(h[:], b)
	return h
}
