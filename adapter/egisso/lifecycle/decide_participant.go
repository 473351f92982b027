package lifecycle

import (
	"bytes"

	"github.com/google/uuid"

	"egissogw/adapter/egisso"
)

// participant decides on a row of the register of participants (10.11.I,
// adapter/egisso/SPEC.md#when, #application). An organisation whose code the source knows is in the
// register already: what the row says is taken for what ЕГИССО holds.
func (d Decider) participant(p Pending) (Decision, error) {
	s, err := readParticipant(p)
	if err != nil {
		return Decision{}, err
	}
	if !gone(p) && s.latest.OSZCode != "" && p.Generation == 0 && s.accepted == nil {
		decision := d.adopt(s.latest, egisso.ApplicationID(d.provider(p), p.Key, egisso.ActionInsertion, 0, s.latest.ContentHash()), p)
		decision.Drop = CodeKnown
		return decision, nil
	}
	move := NextStep(d.Register, s.latest.ContentHash(), gone(p), s.history)
	decision, unsent := d.unsent(move, p)
	if !gone(p) && s.accepted != nil && (s.latest.OSZCode != "" && s.latest.OSZCode != p.ParticipantCode ||
		unsent && s.latest.Document != s.accepted.Document) {
		// The code was typed by hand, or there is another reason for the next application.
		known := *s.accepted
		known.OSZCode, known.Document = s.latest.OSZCode, s.latest.Document
		decision.Adopt = d.adopt(known, p.AcceptedID, p).Adopt
	}
	if unsent {
		return decision, nil
	}
	applied := d.application(s, move, p)
	applied.Adopt = decision.Adopt
	return applied, nil
}

// application makes the application that follows from the move.
func (d Decider) application(s participantState, move Step, p Pending) Decision {
	record := &NewRecord{Kind: egisso.KindApplication, Provider: d.holder(p)}
	subject, action := s.latest, egisso.ActionInsertion
	switch move.Move {
	case egisso.MoveInvalidate:
		subject, action = *s.accepted, egisso.ActionExclusion
	case egisso.MoveAlter:
		action = egisso.ActionModification
	}
	if subject.OSZCode == "" {
		subject.OSZCode = p.ParticipantCode
	}
	hash := subject.ApplicationHash()
	record.ID = egisso.ApplicationID(record.Provider, p.Key, action, p.Events, hash)
	application := subject.Application(record.ID, move.Move, s.accepted)
	record.Content = &application
	if action != egisso.ActionExclusion {
		record.Becomes, record.BecomesHash = subject, hash[:]
	}
	return d.checked(p, record, d.Checker.Application(application), "")
}

func (d Decider) adopt(known egisso.Participant, id uuid.UUID, p Pending) Decision {
	hash := known.ApplicationHash()
	return Decision{Adopt: &Adoption{
		ID: id, Content: known, Hash: hash[:], Provider: d.holder(p), ParticipantCode: known.OSZCode,
	}}
}

// participantState is a row of the register of participants.
type participantState struct {
	latest   egisso.Participant
	accepted *egisso.Participant // what ЕГИССО holds; nil: nothing
	history  History
}

func readParticipant(p Pending) (s participantState, err error) {
	s.history = History{Invalidated: p.Generation > 0}
	if p.AcceptedContent != nil {
		accepted, err := decoded[egisso.Participant](p.AcceptedContent, "accepted participant")
		if err != nil {
			return s, err
		}
		hash := accepted.ContentHash()
		s.accepted, s.history.Accepted = &accepted, &hash
	}
	if gone(p) {
		return s, nil
	}
	if s.latest, err = decoded[egisso.Participant](p.Content, "participant"); err != nil {
		return s, err
	}
	s.latest = s.latest.Normalize()
	// An application that was refused may be made again with another reason.
	if hash := s.latest.ApplicationHash(); p.Last != nil && p.Last.State == Rejected && bytes.Equal(p.Last.BecomesHash, hash[:]) {
		rejected := s.latest.ContentHash()
		s.history.Rejected = &rejected
	}
	return s, nil
}
