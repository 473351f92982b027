package jobs

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strconv"
	"syscall"
	"time"

	"github.com/google/uuid"

	"egissogw/adapter/archive"
	"egissogw/adapter/bus"
	"egissogw/adapter/store"
)

// Archive keeps evidence outside the database: a message of ours before it leaves, what
// the bus brings before it is acknowledged. If that cannot be done, neither is done, until
// it can again. What it writes is in the database already, so that what only the archive
// knows was lost there. As a job it puts files there that people carry. A nil Archive keeps
// nothing.
type Archive struct {
	Store *store.Store
	To    evidenceWriter
	Probe func() error // whether To could write
	Able  *Ability     // not nil
	Now   func() time.Time
	Log   *slog.Logger
}

// evidenceWriter is the archive of this process. Nil means that the entry is on the disk.
type evidenceWriter interface {
	Append(archive.Entry) error
}

// ErrNotArchived means that evidence could not be kept.
var ErrNotArchived = errors.New("the archive cannot be written")

// archiveBatch is how many files are put there in one run.
const archiveBatch = 20

// Name implements Job.
func (*Archive) Name() string { return "archive" }

// Run implements Job. Done counts files.
func (a *Archive) Run(ctx context.Context) (Report, error) {
	if !a.Ready() {
		return Report{Skipped: true}, nil
	}
	if a.Able.Failing() { // nothing else may try it
		if err := a.Probe(); err != nil {
			return Report{}, a.lacks(ctx, err)
		}
		if err := a.has(ctx); err != nil {
			return Report{}, err
		}
	}
	files, err := a.Store.FilesToArchive(ctx, archiveBatch)
	if err != nil {
		return Report{}, err
	}
	var report Report
	for _, f := range files {
		if ctx.Err() != nil {
			return report, ctx.Err()
		}
		if err := a.carried(ctx, f); err != nil {
			return report, err
		}
		report.Done++
	}
	report.More = len(files) == archiveBatch
	return report, nil
}

// Ready reports whether anything that needs the archive may be begun.
func (a *Archive) Ready() bool { return a == nil || a.Able.Ready(a.Now()) }

func (a *Archive) carried(ctx context.Context, f store.ArchiveID) error {
	switch archive.Kind(f.Kind) {
	case archive.Export:
		id, err := uuid.Parse(f.ID)
		if err != nil {
			return fmt.Errorf("archive export: %w", err)
		}
		e, _, err := a.Store.ExportEvidence(ctx, id)
		if err != nil {
			return err
		}
		return a.keep(ctx, archive.Export, f.ID, "package.xml", e)
	default:
		e, _, err := a.Store.ProtocolEvidence(ctx, f.ID)
		if err != nil {
			return err
		}
		return a.keep(ctx, archive.Protocol, f.ID, "protocol.xml", e)
	}
}

// sent keeps a message before it leaves.
func (a *Archive) sent(ctx context.Context, m *store.OutMessage) error {
	if a == nil {
		return nil
	}
	digest := sha256.Sum256(m.Envelope)
	if there, err := a.Store.Archived(ctx, string(archive.Sent), m.ID.String(), digest[:]); err != nil || there {
		return err
	}
	e, err := a.Store.MessageEvidence(ctx, m)
	if err != nil {
		return err
	}
	e.Content = m.Envelope
	return a.keep(ctx, archive.Sent, m.ID.String(), "envelope.xml", e)
}

// acknowledging puts the archive before an acknowledgement, accepted or not.
func (a *Archive) acknowledging(queue bus.Queue, ack func(context.Context, string, bool) error) func(context.Context, string, bool) error {
	if a == nil {
		return ack
	}
	return func(ctx context.Context, id string, accepted bool) error {
		if err := a.came(ctx, queue, id); err != nil {
			return err
		}
		return ack(ctx, id, accepted)
	}
}

func (a *Archive) came(ctx context.Context, queue bus.Queue, id string) error {
	kind, find := archive.Answer, a.Store.AnswerEvidence
	if queue == bus.Requests {
		kind, find = archive.Incoming, a.Store.IncomingEvidence
	}
	e, found, err := find(ctx, id)
	if err == nil && !found {
		e, found, err = a.Store.ReplyEvidence(ctx, string(queue), id)
	}
	if err != nil || !found { // a person orders to acknowledge what never came
		return err
	}
	return a.keep(ctx, kind, id, "message.xml", e)
}

// keep writes evidence unless it is there. main names the document itself.
func (a *Archive) keep(ctx context.Context, kind archive.Kind, id, main string, e store.Evidence) error {
	digest := sha256.Sum256(e.Content)
	if there, err := a.Store.Archived(ctx, string(kind), id, digest[:]); err != nil || there {
		return err
	}
	if !a.Ready() {
		return ErrNotArchived
	}
	entry := archive.Entry{Kind: kind, ID: id, At: a.Now(), Parts: []archive.Part{{Name: "about.json", Content: e.About}, {Name: main, Content: e.Content}}}
	if e.Elements != nil {
		entry.Parts = append(entry.Parts, archive.Part{Name: "elements.jsonl", Content: e.Elements})
	}
	for i, f := range e.Files {
		name := "file-" + strconv.Itoa(i+1) // what strangers call it names no file here
		if _, err := uuid.Parse(f.Name); err == nil {
			name = "file-" + f.Name
		}
		entry.Parts = append(entry.Parts, archive.Part{Name: name, Content: f.Content})
		if f.Signature != nil {
			entry.Parts = append(entry.Parts, archive.Part{Name: name + ".p7s", Content: f.Signature})
		}
	}
	if err := a.To.Append(entry); err != nil {
		return a.lacks(ctx, err)
	}
	if err := a.has(ctx); err != nil {
		return err
	}
	return a.Store.NoteArchived(ctx, string(kind), id, digest[:])
}

// lacks notes for people that nothing can be written.
func (a *Archive) lacks(ctx context.Context, cause error) error {
	problem := "unknown"
	if number := syscall.Errno(0); errors.As(cause, &number) { // the rest names folders
		problem = number.Error()
	}
	if a.Able.Lacks(a.Now(), rand.Float64()) {
		a.Log.Error("the archive cannot be written: nothing is sent or acknowledged", "err", cause)
	}
	return errors.Join(fmt.Errorf("%w: %s", ErrNotArchived, problem), a.Store.NoteArchiveTrouble(context.WithoutCancel(ctx), problem))
}

func (a *Archive) has(ctx context.Context) error {
	if !a.Able.Failing() {
		return nil
	}
	if err := a.Store.EndArchiveTrouble(ctx); err != nil {
		return err
	}
	a.Able.Has()
	a.Log.Info("the archive can be written again")
	return nil
}
