package jobs_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/google/uuid"

	"egissogw/adapter/bus"
	"egissogw/adapter/smev/smevtest/receiver"
	"egissogw/crypto/xmldsig"
	"egissogw/crypto/xmlsafe"
	"egissogw/jobs"
)

// memoryBus is another transport: messages are JSON, the bus is a map, and ЕГИССО is the
// receiver of the simulator. Nothing of SMEV is in it.
type memoryBus struct {
	receiver *receiver.Receiver
	now      func() time.Time

	storage map[string][]byte // files by their folder
	taken   map[string]bool   // ids of messages it has
	queues  map[bus.Queue][]memoryMessage
	replies []bus.Refusal // what we answered to others

	lose   int // so many replies to messages get lost, though they arrived
	refuse func(op string) *bus.Error
}

// memoryMessage is a message on the way, as JSON.
type memoryMessage struct {
	ID       string        `json:"id"`
	To       string        `json:"to,omitempty"`
	About    string        `json:"about,omitempty"`
	Sender   string        `json:"sender,omitempty"`
	Content  string        `json:"content,omitempty"`
	Files    []bus.File    `json:"files,omitempty"`
	Inline   []bus.Inline  `json:"inline,omitempty"`
	Refusals []bus.Refusal `json:"refusals,omitempty"`
	Kind     string        `json:"kind,omitempty"`
}

var (
	_ jobs.Transport = (*memoryBus)(nil)
	_ jobs.Storage   = (*memoryBus)(nil)
)

func newMemoryBus(r *receiver.Receiver, now func() time.Time) *memoryBus {
	return &memoryBus{receiver: r, now: now, storage: map[string][]byte{}, taken: map[string]bool{}, queues: map[bus.Queue][]memoryMessage{}}
}

func (*memoryBus) NewMessageID(time.Time) string {
	id, err := uuid.NewV7()
	if err != nil {
		panic(err)
	}
	return id.String()
}

func (*memoryBus) MessageTime(text string) (time.Time, bool) {
	id, err := uuid.Parse(text)
	if err != nil || id.Version() != 7 {
		return time.Time{}, false
	}
	seconds, nanoseconds := id.Time().UnixTime()
	return time.Unix(seconds, nanoseconds), true
}

func (*memoryBus) FileHash(content io.Reader) ([]byte, error) {
	h := sha256.New()
	_, err := io.Copy(h, content)
	return h.Sum(nil), err
}

func (*memoryBus) BuildRequest(_ context.Context, r bus.Request) ([]byte, error) {
	var content bytes.Buffer
	var prefixes []xmldsig.Prefix
	for _, p := range r.Prefixes {
		prefixes = append(prefixes, xmldsig.Prefix{Prefix: p.Prefix, URI: p.URI})
	}
	w := xmldsig.NewWriter(&content, nil, prefixes)
	if err := errors.Join(r.Content(w), w.Close()); err != nil {
		return nil, err
	}
	return json.Marshal(memoryMessage{ID: r.MessageID, Content: content.String(), Files: r.Files, Inline: r.Inline})
}

func (*memoryBus) BuildResponse(_ context.Context, r bus.Response) ([]byte, error) {
	return json.Marshal(memoryMessage{ID: r.MessageID, To: r.To, Refusals: r.Refusals})
}

func (b *memoryBus) SendRequest(_ context.Context, id string, message []byte) error {
	var m memoryMessage
	if err := json.Unmarshal(message, &m); err != nil || m.ID != id {
		return fmt.Errorf("message %s under the id %s: %w", m.ID, id, err)
	}
	if b.refuse != nil {
		if e := b.refuse("SendRequest"); e != nil {
			return e
		}
	}
	if b.taken[id] {
		return &bus.Error{Class: bus.ClassAlreadyDone, Refused: "Taken", Reason: "сообщение уже принято", Err: errors.New("taken already")}
	}
	b.taken[id] = true
	if err := b.process(m); err != nil {
		return err
	}
	if b.lose > 0 {
		b.lose--
		return &bus.Error{Class: bus.ClassRetry, Err: errors.New("the reply got lost")}
	}
	return nil
}

// process hands a message to ЕГИССО and queues the answer.
func (b *memoryBus) process(m memoryMessage) error {
	document, err := xmlsafe.Parse([]byte(m.Content), xmlsafe.Limits{})
	if err != nil {
		return err
	}
	var files [][]byte
	for _, f := range m.Files {
		files = append(files, b.storage[f.ID])
	}
	for _, f := range m.Inline {
		files = append(files, f.Content)
	}
	result := b.receiver.Process(document.Root, files, b.now(), b.now())
	answer := memoryMessage{ID: uuid.NewString(), About: m.ID, Sender: "EGISSO", Kind: string(bus.AnswerContent), Content: result.Protocol}
	if result.Rejected != "" {
		answer.Kind, answer.Refusals = string(bus.AnswerRejected), []bus.Refusal{{Code: result.Rejected}}
	}
	b.queues[bus.Answers] = append(b.queues[bus.Answers], answer)
	return nil
}

func (b *memoryBus) SendResponse(_ context.Context, _ string, message []byte) error {
	var m memoryMessage
	if err := json.Unmarshal(message, &m); err != nil {
		return err
	}
	b.replies = append(b.replies, m.Refusals...)
	return nil
}

func (b *memoryBus) Poll(_ context.Context, q bus.Queue) (*bus.Reply, error) {
	if len(b.queues[q]) == 0 {
		return &bus.Reply{Queue: q}, nil
	}
	raw, err := json.Marshal(b.queues[q][0])
	b.queues[q] = append(b.queues[q][1:], b.queues[q][0]) // others are not kept by one that is not acknowledged
	return b.Kept(q, "application/json", raw), err
}

func (*memoryBus) Kept(q bus.Queue, contentType string, raw []byte) *bus.Reply {
	var m memoryMessage
	_ = json.Unmarshal(raw, &m) // what cannot be read names nobody
	return &bus.Reply{Queue: q, ContentType: contentType, Raw: raw, Carries: true, ClaimedID: m.ID}
}

func (*memoryBus) read(r *bus.Reply) (*memoryMessage, error) {
	if !r.Carries {
		return nil, nil
	}
	var m memoryMessage
	if err := json.Unmarshal(r.Raw, &m); err != nil {
		return nil, &bus.Error{Class: bus.ClassUnknown, Unreadable: true, Err: err}
	}
	return &m, nil
}

func (b *memoryBus) ReadAnswer(r *bus.Reply) (*bus.Answer, error) {
	m, err := b.read(r)
	if m == nil {
		return nil, err
	}
	a := &bus.Answer{ID: m.ID, About: m.About, Sender: m.Sender, Kind: bus.AnswerKind(m.Kind), Refusals: m.Refusals, Files: m.Files, Inline: m.Inline, Raw: r.Raw}
	if a.Kind == bus.AnswerContent {
		a.Content = []byte(m.Content)
	}
	return a, nil
}

func (b *memoryBus) ReadIncoming(r *bus.Reply) (*bus.Incoming, error) {
	m, err := b.read(r)
	if m == nil {
		return nil, err
	}
	in := &bus.Incoming{ID: m.ID, Kind: bus.IncomingKind(m.Kind), Sender: m.Sender, ReplyTo: m.To, Content: []byte(m.Content), Raw: r.Raw}
	if document, err := xmlsafe.Parse(in.Content, xmlsafe.Limits{}); err == nil {
		in.Namespace, in.Local = document.Root.Space, document.Root.Local
	}
	return in, nil
}

func (b *memoryBus) Ack(_ context.Context, id string, _ bool) error {
	for q, waiting := range b.queues {
		for i, m := range waiting {
			if m.ID == id {
				b.queues[q] = append(waiting[:i:i], waiting[i+1:]...)
				return nil
			}
		}
	}
	return &bus.Error{Class: bus.ClassAlreadyDone, Err: errors.New("no such message")}
}

func (b *memoryBus) Upload(_ context.Context, id, _ string, content io.ReadSeeker) error {
	text, err := io.ReadAll(content)
	b.storage[id] = text
	return err
}

func (b *memoryBus) Fetch(_ context.Context, f bus.File, w io.Writer, limit int64) error {
	content, there := b.storage[f.ID]
	sum := sha256.Sum256(content)
	switch {
	case !there:
		return &bus.Error{Class: bus.ClassRetry, Err: errors.New("no such file")}
	case int64(len(content)) > limit:
		return &bus.Error{Class: bus.ClassOperator, Refusable: true, Err: errors.New("too large")}
	case base64.StdEncoding.EncodeToString(sum[:]) != f.Announced:
		return &bus.Error{Class: bus.ClassOperator, Damaged: true, Refusable: true, Err: errors.New("another file")}
	}
	_, err := w.Write(content)
	return err
}

func (*memoryBus) Check(bus.Inline, int64) error {
	return &bus.Error{Class: bus.ClassOperator, Refusable: true, Err: errors.New("nobody signs here")}
}
