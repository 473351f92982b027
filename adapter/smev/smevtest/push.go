package smevtest

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"egissogw/adapter/smev/smevtest/ledger"
	"egissogw/adapter/smev/smevtest/receiver"
	"egissogw/crypto/xmldsig"
	"egissogw/crypto/xmlsafe"
)

// PushType is what a pushed message is.
type PushType string

// Types of pushed messages.
const (
	PushBroadcast PushType = "broadcast" // 10.01.O, 10.03.O; no answer is expected
	PushRequest   PushType = "request"   // expects a SendResponse
	PushCancel    PushType = "cancel"    // withdraws a request (schema 1.1)
	PushResponse  PushType = "response"  // an answer of any content to any message, in the response queue
)

// MessageType of a pushed message, as in MessageMetadata.
const (
	typeRequest   = "REQUEST"
	typeBroadcast = "BROADCAST"
	typeCancel    = "CANCEL"
)

// Push is a message somebody sends to a participant.
type Push struct {
	// Name is for cancellations and for scripts: under one name a message is
	// pushed once, over all restarts with one ledger.
	Name     string
	Type     PushType // PushBroadcast if empty
	To       string   // mnemonic
	NodeID   string
	From     string // mnemonic of the author; ЕГИССО if empty
	FromName string
	// Content is the document that becomes the primary content, unchanged but
	// for its canonical form. A cancellation has none.
	Content []byte
	Files   []File
	After   time.Duration // not handed out earlier, by the clock of the bus
	Test    bool          // TestMessage

	Cancels         string // name or id of the request a cancellation withdraws
	OriginalID      string // of a response: what it answers; may be empty or unknown
	TransactionCode string
	Version         string // of a response: the schema it is written in; "1.3" if empty
}

// File goes with a pushed message, by the file storage or, if Attached, in the
// message itself. A file of the storage is never held in memory.
type File struct {
	Name         string
	Content      io.Reader
	MimeType     string // application/xml if empty
	NamespaceURI string // 1.3
	Attached     bool
}

// Push puts a message into a participant's queue and returns its id.
func (b *Bus) Push(ctx context.Context, p Push) (id string, err error) {
	b.pushing.Lock()
	defer b.pushing.Unlock()
	if known, ok := b.ledger.PushedAs(p.Name); ok {
		return known, nil
	}
	a, err := b.prepare(ctx, p)
	if err != nil {
		return "", fmt.Errorf("push %s: %w", p.Name, err)
	}
	if err := b.ledger.Pushed(a); err != nil {
		return "", err
	}
	b.enqueue(a)
	return a.ID, nil
}

// prepare makes the message that waits in the queue.
func (b *Bus) prepare(ctx context.Context, p Push) (ledger.Answer, error) {
	now := b.options.Now()
	a := ledger.Answer{
		ID: b.ids.next(now), Owner: p.To, Queue: ledger.Requests, NodeID: p.NodeID, Name: p.Name, Test: p.Test,
		From: p.From, FromName: p.FromName, SentAt: now, Available: now.Add(p.After), TransactionCode: p.TransactionCode,
	}
	if a.From == "" {
		a.From, a.FromName = b.receiverNow(), receiverName
	}
	if !b.isParticipant(p.To) {
		return a, fmt.Errorf("no participant %q", p.To)
	}
	var err error
	if p.Type != PushCancel {
		if a.Content, a.Root, err = primaryContent(p.Content); err != nil {
			return a, err
		}
	}
	switch p.Type {
	case PushBroadcast, "":
		a.Type = typeBroadcast
	case PushRequest:
		a.Type = typeRequest
		a.ReplyTo = base64.StdEncoding.EncodeToString(fmt.Appendf(nil, `{"sid":%d,"mid":%q,"eol":0,"slc":%q,"mnm":%q}`,
			b.pushes.Add(1), a.ID, a.Root[1], a.From))
	case PushCancel:
		a.Type, a.OriginalID = typeCancel, p.Cancels
		if id, ok := b.ledger.PushedAs(p.Cancels); ok {
			a.OriginalID = id
		}
		if a.OriginalID == "" || len(p.Files) > 0 {
			return a, errors.New("a cancellation names a request and has no files")
		}
	case PushResponse:
		a.Queue, a.OriginalID = ledger.Responses, p.OriginalID
	default:
		return a, fmt.Errorf("no type %q of pushed messages", p.Type)
	}
	if a.Files, err = b.storeFiles(ctx, p.Files, now); err != nil || p.Type != PushResponse {
		return a, err
	}
	return a, b.writeResponse(ctx, &a, or(p.Version, "1.3"))
}

// Held returns what the registers of ЕГИССО hold.
func (b *Bus) Held() receiver.Held {
	b.receiving.Lock()
	defer b.receiving.Unlock()
	return b.receiver.Held()
}

// UseClassifier makes another version of the КМСЗ the active one.
func (b *Bus) UseClassifier(c *receiver.Classifier) { b.receiver.UseClassifier(c) }

// primaryContent brings a document into the form that stands alone anywhere.
func primaryContent(document []byte) (content string, root [2]string, err error) {
	doc, err := xmlsafe.Parse(document, treeLimits)
	if err != nil {
		return "", root, fmt.Errorf("read content: %w", err)
	}
	var b bytes.Buffer
	if err := xmldsig.Canonicalize(&b, doc.Root); err != nil {
		return "", root, fmt.Errorf("read content: %w", err)
	}
	return b.String(), [2]string{strings.Clone(doc.Root.Space), strings.Clone(doc.Root.Local)}, nil
}

// writeResponse writes and signs what a pushed response says.
func (b *Bus) writeResponse(ctx context.Context, a *ledger.Answer, number string) error {
	v := b.versions[exchange+number]
	if v == nil {
		return fmt.Errorf("no schema version %q", number)
	}
	a.Version = number
	a.Data = responseData(v, "SIGNED_BY_PROVIDER", a.ID, replyTo(a.OriginalID, a.Owner),
		`<MessagePrimaryContent>`+a.Content+`</MessagePrimaryContent>`+headers(v, a.Files))
	a.Content = ""
	var err error
	a.Signature, err = signElement(ctx, b.options.ReceiverSigner, a.Data, v.types, "SenderProvidedResponseData")
	return err
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// knowsRequest reports whether messages with this document element may come by
// GetRequest: the publications of ЕГИССО and everything that was pushed.
func (b *Bus) knowsRequest(space, local string) bool {
	if local == "request" && (strings.HasPrefix(space, "urn://egisso-ru/msg/10.01.O/") || strings.HasPrefix(space, "urn://egisso-ru/msg/10.03.O/")) {
		return true
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.receiver.Knows(space, local) || slices.ContainsFunc(b.queue, func(q *queued) bool {
		return q.Queue == ledger.Requests && q.Root == [2]string{space, local}
	})
}

// scriptedPush is a Push of a script file.
type scriptedPush struct {
	Name            string           `json:"name"`
	Type            PushType         `json:"type"`
	To              string           `json:"to"`
	Node            string           `json:"node"`
	From            string           `json:"from"`
	Content         string           `json:"content"` // file with the document
	Files           []scriptFileName `json:"files"`
	After           Duration         `json:"after"`
	Cancels         string           `json:"cancels"`
	Original        string           `json:"original"`
	TransactionCode string           `json:"transactionCode"`
	Version         string           `json:"version"`
	Test            bool             `json:"test"`
}

type scriptFileName struct {
	Path     string `json:"path"`
	Mime     string `json:"mimeType"`
	Attached bool   `json:"attached"`
}

// read makes the Push of a scripted one. Files it names are relative to a folder.
func (s scriptedPush) read(dir string, number int) (Push, error) {
	p := Push{
		Name: s.Name, Type: s.Type, To: s.To, NodeID: s.Node, From: s.From, FromName: s.From, After: time.Duration(s.After),
		Cancels: s.Cancels, OriginalID: s.Original, TransactionCode: s.TransactionCode, Version: s.Version, Test: s.Test,
	}
	if s.From == Nobody {
		p.FromName = ""
	}
	if p.Name == "" {
		p.Name = fmt.Sprintf("push %d of the script", number)
	}
	if s.Content != "" {
		var err error
		if p.Content, err = os.ReadFile(within(dir, s.Content)); err != nil {
			return p, err
		}
	}
	for _, f := range s.Files {
		p.Files = append(p.Files, File{
			Name: filepath.Base(f.Path), MimeType: f.Mime, Attached: f.Attached, Content: &lazyFile{path: within(dir, f.Path)},
		})
	}
	return p, nil
}

func within(dir, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(dir, path)
}

// lazyFile is opened when it is first read and closed at its end.
type lazyFile struct {
	path string
	file *os.File
}

func (l *lazyFile) Read(b []byte) (int, error) {
	if l.file == nil {
		var err error
		if l.file, err = os.Open(l.path); err != nil {
			return 0, err
		}
	}
	n, err := l.file.Read(b)
	if err != nil {
		_ = l.file.Close() // only read
	}
	return n, err
}
