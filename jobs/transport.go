package jobs

import (
	"context"
	"io"

	"egissogw/adapter/smev"
)

// Builder makes the final bytes of a message: written once, stored, and posted
// as they are as often as needed. smev.Builder makes signed envelopes; another
// transport, such as the operator's standard adapter, would make what it posts.
type Builder interface {
	BuildRequest(ctx context.Context, r smev.Request) ([]byte, error)
	BuildResponse(ctx context.Context, r smev.Response) ([]byte, error)
}

// poster posts final bytes to the bus.
type poster interface {
	SendRequest(ctx context.Context, message []byte) (smev.Receipt, error)
	SendResponse(ctx context.Context, message []byte) (smev.Receipt, error)
}

// queue is the response queue of the bus.
type queue interface {
	poller
	ReadResponse(r *smev.Reply) (*smev.Answer, error)
	acknowledger
}

// requestQueue is the request queue of the bus: broadcasts, requests of others
// and their cancellations.
type requestQueue interface {
	poller
	ReadRequest(r *smev.Reply) (*smev.Incoming, error)
	acknowledger
}

// statusQueue is the bus's queue of its own statuses.
type statusQueue interface {
	poller
	ReadStatus(r *smev.Reply) (*smev.Answer, error)
}

// poller brings what a queue of the bus holds, as it comes.
type poller interface {
	Poll(ctx context.Context, op smev.Operation) (*smev.Reply, error)
}

type acknowledger interface {
	Ack(ctx context.Context, messageID string, accepted bool) error
}

// uploader puts a file into the SMEV file storage.
type uploader interface {
	Upload(ctx context.Context, uuid, name string, content io.ReadSeeker) error
}

// downloader fetches a file from the SMEV file storage and checks it on the way.
type downloader interface {
	Fetch(ctx context.Context, file smev.FSAttachment, w io.Writer, check smev.FileCheck) (*smev.FetchedFile, error)
}
