package jobs

import (
	"context"
	"io"
	"time"

	"egissogw/adapter/bus"
)

// Transport is a way to the bus and back, all of it: what a program opens and plugs into
// the jobs, each of which asks for a part.
type Transport interface {
	Builder
	poster
	answerQueue
	requestQueue
}

// Storage is the storage of files beside the bus.
type Storage interface {
	uploader
	downloader
}

// Builder makes the final bytes of a message: written once, stored, and posted
// as they are as often as needed.
type Builder interface {
	// NewMessageID makes the id of a message, a UUID that grows with time.
	NewMessageID(now time.Time) string
	// FileHash is the digest a file is announced with.
	FileHash(content io.Reader) ([]byte, error)
	BuildRequest(ctx context.Context, r bus.Request) ([]byte, error)
	BuildResponse(ctx context.Context, r bus.Response) ([]byte, error)
}

// poster posts final bytes to the bus, under the id they were made for.
type poster interface {
	// MessageTime is when an id was made.
	MessageTime(id string) (made time.Time, known bool)
	SendRequest(ctx context.Context, id string, message []byte) error
	SendResponse(ctx context.Context, id string, message []byte) error
}

// poller brings what a queue of the bus holds, as it comes.
type poller interface {
	Poll(ctx context.Context, q bus.Queue) (*bus.Reply, error)
	// Kept makes a reply of what was kept of one, to be read once more.
	Kept(q bus.Queue, contentType string, raw []byte) *bus.Reply
}

// answerQueue is where answers and the bus's own statuses come from.
type answerQueue interface {
	poller
	ReadAnswer(r *bus.Reply) (*bus.Answer, error)
	acknowledger
}

// requestQueue is where broadcasts, requests of others and their cancellations come from.
type requestQueue interface {
	poller
	ReadIncoming(r *bus.Reply) (*bus.Incoming, error)
	acknowledger
}

type acknowledger interface {
	Ack(ctx context.Context, messageID string, accepted bool) error
}

// uploader puts a file into the storage.
type uploader interface {
	Upload(ctx context.Context, id, name string, content io.ReadSeeker) error
}

// downloader fetches a file from the storage and checks it on the way, and checks those
// that came inside a message.
type downloader interface {
	Fetch(ctx context.Context, file bus.File, w io.Writer, limit int64) error
	Check(file bus.Inline, limit int64) error
}
