package ledger

import "time"

// Queue says which call hands an answer out.
type Queue string

// The queues of a participant.
const (
	Responses Queue = ""         // GetResponse
	Requests  Queue = "requests" // GetRequest
	Statuses  Queue = "statuses" // GetStatus
)

// Answer is a message in one of a participant's queues. Responses and statuses
// keep what their author signed; messages of the request queue are written when
// they are handed out, in the schema version they are asked for.
type Answer struct {
	ID              string       `json:"id"`
	Owner           string       `json:"owner"` // mnemonic whose queue it lies in
	Queue           Queue        `json:"queue,omitempty"`
	NodeID          string       `json:"node,omitempty"`
	Version         string       `json:"version,omitempty"`  // of the schema the question came by
	OriginalID      string       `json:"original,omitempty"` // of a cancellation: the request cancelled
	ReferenceID     string       `json:"reference,omitempty"`
	TransactionCode string       `json:"transaction,omitempty"`
	From            string       `json:"from"` // mnemonic of the author
	FromName        string       `json:"fromName,omitempty"`
	SentAt          time.Time    `json:"sent"`      // when the author sent it
	Available       time.Time    `json:"available"` // not delivered earlier
	Root            [2]string    `json:"root,omitzero"`
	Data            string       `json:"data,omitempty"`      // SenderProvidedResponseData, or AsyncProcessingStatusData
	Signature       string       `json:"signature,omitempty"` // ds:Signature over Data
	Files           []AnswerFile `json:"files,omitempty"`

	// Of messages of the request queue:
	Type    string `json:"type,omitempty"`    // REQUEST, BROADCAST or CANCEL
	Name    string `json:"name,omitempty"`    // given by whoever pushed it
	Content string `json:"content,omitempty"` // the primary content
	ReplyTo string `json:"replyTo,omitempty"`
	Test    bool   `json:"test,omitempty"`
}

// AnswerFile is a file of an answer: in the file storage, or attached to it.
type AnswerFile struct {
	ID           string `json:"id"` // uuid of the storage, or contentId
	Name         string `json:"name"`
	MimeType     string `json:"mimeType"`
	NamespaceURI string `json:"namespace,omitempty"`
	Hash         string `json:"hash"`
	Signature    []byte `json:"signature,omitempty"`
	Attached     bool   `json:"attached,omitempty"`
	Content      []byte `json:"content,omitempty"` // of an attached one
}

// Pushed records a message put into a request queue.
func (l *Ledger) Pushed(a Answer) error { return l.add(entry{Pushed: &a}, durable) }

// pushed keeps a message of the request queue.
func (s *state) pushed(a Answer) {
	s.keep(a)
	if a.Name != "" {
		s.names[a.Name] = a.ID
	}
	s.summary.Pushed++
}

// keep puts an answer into its queue.
func (s *state) keep(a Answer) {
	s.answers[a.ID] = &answerState{Answer: a}
	s.queue = append(s.queue, a.ID)
	if a.ReplyTo != "" {
		s.replyTo[a.ReplyTo] = a.ID
	}
}

func (s *state) delivered(d Delivered) {
	a := s.answers[d.ID]
	if a == nil {
		return
	}
	a.deliveries++
	s.summary.Deliveries++
	if d.Taken {
		a.forget()
	}
}

// forget lets go of everything that is needed for a delivery only.
func (a *answerState) forget() {
	a.acked = true
	a.Data, a.Signature, a.Content, a.Files = "", "", "", nil
}

// PushedAs returns the id of the message pushed under a name.
func (l *Ledger) PushedAs(name string) (id string, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	id, ok = l.state.names[name]
	return id, ok
}

// RequestOf returns the request that carries a ReplyTo. Content and files are
// gone once it was acknowledged.
func (l *Ledger) RequestOf(replyTo string) (Answer, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	a := l.state.answers[l.state.replyTo[replyTo]]
	if a == nil {
		return Answer{}, false
	}
	return a.Answer, true
}

// Answer returns a message of any queue by its id, as RequestOf does.
func (l *Ledger) Answer(id string) (Answer, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	a := l.state.answers[id]
	if a == nil {
		return Answer{}, false
	}
	return a.Answer, true
}

// Responses lists what was accepted by SendResponse, oldest first.
func (l *Ledger) Responses() []Response {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := make([]Response, 0, len(l.state.responses))
	for _, r := range l.state.responses {
		out = append(out, *r)
	}
	return out
}
