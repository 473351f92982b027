package ledger

import (
	"fmt"
	"slices"
)

// Violation is something a correct gateway never does.
type Violation struct {
	Kind string `json:"kind"`
	ID   string `json:"id"` // of the message, package, record or answer
	Text string `json:"text"`
}

// Kinds of violations.
const (
	// MessageIDReused: one MessageID came with two different signed contents.
	MessageIDReused = "message-id-reused"
	// MessageChanged: the same signed content was sent again in other bytes,
	// that is, signed anew instead of resent.
	MessageChanged = "message-changed"
	// PackageRepeated: a package id came in two messages.
	PackageRepeated = "package-repeated"
	// RecordRepeated: a record that had been accepted was sent again.
	RecordRepeated = "record-repeated"
	// UnknownAck: an id was acknowledged that never was the id of an answer.
	UnknownAck = "unknown-ack"
	// RequestAnsweredTwice: a request got two final responses under different
	// ids, none of which the bus had refused.
	RequestAnsweredTwice = "request-answered-twice"
)

// Message is everything known about one MessageID.
type Message struct {
	ID        string
	Response  bool // a SendResponse
	Attempts  []Attempt
	Accepted  bool
	Processed *Processed // without answers and states

	pending *Acceptance // until processed
}

type answerState struct {
	Answer
	deliveries int
	acked      bool
}

type recordState struct {
	accepted, refused int
	kind              string
}

type state struct {
	messages   map[string]*Message
	order      []string
	packages   map[string]string // package id -> message id
	records    map[string]*recordState
	contents   map[string]string // hash -> record id
	answers    map[string]*answerState
	queue      []string
	names      map[string]string // of pushed messages -> id
	replyTo    map[string]string // -> id of the request
	responses  []*Response
	calls      []Call
	transfers  []Transfer
	violations []Violation
	summary    Summary
}

func newState() state {
	return state{
		messages: map[string]*Message{},
		packages: map[string]string{},
		records:  map[string]*recordState{},
		contents: map[string]string{},
		answers:  map[string]*answerState{},
		names:    map[string]string{},
		replyTo:  map[string]string{},
		summary:  newSummary(),
	}
}

func (s *state) violate(kind, id, format string, args ...any) {
	s.violations = append(s.violations, Violation{kind, id, fmt.Sprintf(format, args...)})
}

// apply is the only place where the state changes, so that a ledger read from
// its file is the same as the one that wrote it.
func (s *state) apply(e entry) {
	switch {
	case e.Attempt != nil:
		s.attempt(*e.Attempt)
	case e.Processed != nil:
		s.processed(e.Processed)
	case e.Pushed != nil:
		s.pushed(*e.Pushed)
	case e.Delivered != nil:
		s.delivered(*e.Delivered)
	case e.Acked != nil:
		s.acked(*e.Acked)
	case e.Call != nil:
		s.called(*e.Call)
	case e.Transfer != nil:
		s.transferred(*e.Transfer)
	}
}

func (s *state) attempt(a Attempt) {
	m := s.messages[a.MessageID]
	if m == nil {
		m = &Message{ID: a.MessageID, Response: a.Response}
		s.messages[a.MessageID] = m
		s.order = append(s.order, a.MessageID)
	}
	if len(m.Attempts) > 0 {
		first := m.Attempts[0]
		switch {
		case first.Content != "" && a.Content != "" && first.Content != a.Content:
			s.violate(MessageIDReused, a.MessageID, "attempt %d has another signed content than the first", len(m.Attempts)+1)
		case first.Bytes != a.Bytes:
			s.violate(MessageChanged, a.MessageID, "attempt %d has other bytes than the first", len(m.Attempts)+1)
		}
	}
	s.summary.Attempts++
	kept := a
	kept.Acceptance = nil
	m.Attempts = append(m.Attempts, kept)
	if a.Fault != "" {
		s.summary.Refused++
		s.summary.Faults[a.Fault]++
	}
	if a.Acceptance != nil {
		m.Accepted = true
		m.pending = a.Acceptance
		s.summary.Accepted++
		if r := a.Acceptance.Response; r != nil {
			s.responded(*r)
		}
	}
}

// responded keeps what was sent with SendResponse. A status may be followed by
// more; anything else is final.
func (s *state) responded(r Response) {
	if r.Kind != ResponseStatus {
		for _, earlier := range s.responses {
			if earlier.RequestID == r.RequestID && earlier.Kind != ResponseStatus && earlier.Refused == "" {
				s.violate(RequestAnsweredTwice, r.RequestID, "answered by %s and by %s", earlier.MessageID, r.MessageID)
			}
		}
	}
	r.Data, r.Signature = "", ""
	s.responses = append(s.responses, &r)
	s.summary.Responded++
}

// processed keeps identifiers and outcomes; what only processing needs is let
// go, so that memory does not grow with the size of messages.
func (s *state) processed(p *Processed) {
	if m := s.messages[p.MessageID]; m != nil {
		kept := *p
		kept.Answers = nil
		kept.Records = slices.Clone(p.Records)
		for i := range kept.Records {
			kept.Records[i].State = nil
		}
		m.Processed, m.pending = &kept, nil
	}
	if p.PackageID != "" {
		if other, seen := s.packages[p.PackageID]; seen && other != p.MessageID {
			s.violate(PackageRepeated, p.PackageID, "the package came in messages %s and %s", other, p.MessageID)
		} else {
			s.packages[p.PackageID] = p.MessageID
		}
	}
	for _, r := range p.Records {
		s.record(r, p.MessageID)
	}
	for _, r := range s.responses {
		if r.MessageID == p.MessageID {
			r.Refused = p.Refusal
		}
	}
	for _, a := range p.Answers {
		s.keep(a)
	}
}

func (s *state) record(r Record, message string) {
	known := s.records[r.ID]
	if known == nil {
		known = &recordState{}
		s.records[r.ID] = known
	} else if known.accepted > 0 {
		s.violate(RecordRepeated, r.ID, "%s was accepted before and came again in message %s", r.Kind, message)
	}
	if !r.Accepted {
		known.refused++
		s.summary.RecordsRejected[r.Kind]++
		return
	}
	known.accepted++
	known.kind = r.Kind
	s.summary.RecordsAccepted[r.Kind]++
	if r.Content != "" {
		if other, ok := s.contents[r.Content]; ok && other != r.ID {
			s.summary.SameContent++
		} else {
			s.contents[r.Content] = r.ID
		}
	}
}

func (s *state) acked(a Acked) {
	if a.Accepted {
		s.summary.AcksAccepted++
	} else {
		s.summary.AcksRefused++
	}
	answer := s.answers[a.ID]
	if answer == nil || answer.Owner != a.Owner {
		s.violate(UnknownAck, a.ID, "no answer of %s has this id", a.Owner)
		return
	}
	if !a.Requeue && !answer.acked {
		answer.forget()
	}
}
