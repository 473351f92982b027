package lifecycle

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"egissogw/adapter/egisso"
)

// Known is what the source says ЕГИССО holds of a row already: somebody else sent it before
// this gateway (jobs/README.md#take-over).
type Known struct {
	ID      uuid.UUID       // uuid.Nil: the source says nothing
	Content json.RawMessage // of the version ЕГИССО accepted; nil: what the row says
	Hash    []byte          // of Content
	Twice   bool            // another row claims the same id
}

// RuleKnown is the code of the finding about an id two rows claim.
const RuleKnown = "L-KNOWN"

var claimedTwice = egisso.Finding{
	Code: RuleKnown, Severity: egisso.Error, Field: "egisso_id",
	Text: "egisso_id назван и у другой записи или принадлежит ей в ЕГИССО: исправьте его в источнике",
}

// takes reports whether it is time to believe the source: nothing of the row was accepted
// from this gateway yet. Once the source has spoken and ЕГИССО accepted nothing since, only
// other words of it about what ЕГИССО holds count: what the row says may have changed since.
func (d Decider) takes(p Pending) bool {
	switch {
	case p.Known.ID == uuid.Nil || p.Known.Twice || d.Register == egisso.RegisterParticipant:
		return false
	case p.Adoption == AdoptionSaid:
		return p.AcceptedEvent == p.AcceptedID && // nothing was concluded since
			(p.AcceptedID != p.Known.ID || p.Known.Content != nil && (p.Unconfirmed || !bytes.Equal(p.AcceptedHash, p.Known.Hash)))
	case p.Adoption == AdoptionDenied: // ЕГИССО does not know the id; the source may name another
		return p.AcceptedID == uuid.Nil && p.Known.ID != p.AdoptID
	}
	return p.Adoption == NotAdopted && p.AcceptedID == uuid.Nil && p.AcceptedEvent == uuid.Nil && p.Generation == 0
}

// take is the row once ЕГИССО is taken to hold what the source says. Nothing follows while
// it cannot be said in ЕГИССО's words: measures it names are not accepted yet, or the row says
// nothing itself.
func (d Decider) take(p Pending) (c conclusion, err error) {
	said := p
	said.Last, said.AcceptedID, said.AcceptedEvent, said.AcceptedHash, said.AcceptedContent = nil, uuid.Nil, uuid.Nil, nil, nil
	if p.Known.Content != nil {
		said.Content, said.ContentHash, said.Deleted, said.Findings = p.Known.Content, p.Known.Hash, false, nil
	}
	if gone(said) {
		return c, nil
	}
	content, hash, err := d.words(said)
	if err != nil || content == nil {
		return c, err
	}
	c = conclusion{row: p, reason: TakenOver, content: withID(content, p.Known.ID)}
	c.row.Last, c.row.AdoptID, c.row.Adoption = nil, p.Known.ID, AdoptionSaid
	c.row.AcceptedID, c.row.AcceptedEvent, c.row.AcceptedHash = p.Known.ID, p.Known.ID, hash
	c.row.AcceptedProvider, c.row.Unconfirmed, c.row.Resend = d.provider(p), p.Known.Content == nil, false
	if c.row.AcceptedContent, err = json.Marshal(c.content); err != nil {
		return c, fmt.Errorf("encode what ЕГИССО holds: %w", err)
	}
	return c, nil
}

// words are what a row says, as ЕГИССО holds it, and their hash; nil while something it names
// has no id yet. A fact that has ended is held with its end.
func (d Decider) words(p Pending) (content any, hash []byte, err error) {
	if d.Register == egisso.RegisterFact {
		s, err := d.factState(p)
		if err != nil || s.wait != "" {
			return nil, nil, err
		}
		h := s.latest.ContentHash()
		return &s.latest, h[:], nil
	}
	d.AwaitsClassifier = false
	decision, err := deciders[d.Register](d, p)
	if r := decision.Record; err == nil && r != nil && r.State != Waiting {
		return r.Content, r.BecomesHash, nil
	}
	return nil, nil, err
}

// contested keeps back what would be sent under an id another row claims, too.
func contested(decision Decision) Decision {
	if r := decision.Record; r != nil {
		r.State, r.Reason = Blocked, ""
		r.Findings = append(r.Findings, claimedTwice)
	}
	return decision
}
