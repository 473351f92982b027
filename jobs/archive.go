package jobs

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strconv"
	"sync"
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
	// Newest gives the newest entries of the folder To writes to, as archive.Newest does: a
	// database that does not know them was lost.
	Newest func() ([]archive.Entry, error)
	Able   *Ability // not nil
	Now    func() time.Time
	Log    *slog.Logger

	mu     sync.Mutex
	looked bool            // the newest entries were looked for in the database
	last   store.ArchiveID // put there last, as the database knows
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
	if err := a.look(ctx); err != nil {
		return quietly(Report{}, err)
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
	if there, err := a.there(ctx, store.ArchiveID{Kind: string(archive.Sent), ID: m.ID.String()}, digest[:]); err != nil || there {
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
	about := store.ArchiveID{Kind: string(kind), ID: id}
	if there, err := a.there(ctx, about, digest[:]); err != nil || there {
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
	if err := a.Store.NoteArchived(ctx, string(kind), id, digest[:]); err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.last = about
	return nil
}

// look compares the newest entries of the folder with the database, once: before anything is
// put there. ErrDatabaseLost: the database lacks one, and nothing may leave.
func (a *Archive) look(ctx context.Context) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.looked {
		return nil
	}
	entries, err := a.Newest()
	if err != nil {
		return a.lacks(ctx, err)
	}
	newest := make([]store.ArchiveID, len(entries))
	for i, e := range entries {
		newest[i] = store.ArchiveID{Kind: string(e.Kind), ID: e.ID}
	}
	lost, err := a.Store.NoteLoss(ctx, newest)
	if err != nil {
		return err
	}
	a.looked = true
	return a.lost(lost)
}

// there reports whether evidence is in the archive already. ErrDatabaseLost: another
// database is behind the connection than a moment ago, or an older copy.
func (a *Archive) there(ctx context.Context, e store.ArchiveID, digest []byte) (there bool, err error) {
	if err := a.look(ctx); err != nil {
		return false, err
	}
	a.mu.Lock()
	last := a.last
	a.mu.Unlock()
	there, knows, err := a.Store.Archived(ctx, e, digest, last)
	if err != nil || knows {
		return there, err
	}
	lost, err := a.Store.NoteLoss(ctx, []store.ArchiveID{last})
	if err != nil {
		return false, err
	}
	return false, a.lost(lost)
}

func (a *Archive) lost(lost bool) error {
	if !lost {
		return nil
	}
	a.Log.Error("the database lacks what the archive holds: nothing is signed, sent or polled until it is brought back: egissogw recover")
	return ErrDatabaseLost
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
