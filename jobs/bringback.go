package jobs

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"

	"egissogw/adapter/archive"
	"egissogw/adapter/bus"
	"egissogw/adapter/egisso/lifecycle"
	"egissogw/adapter/store"
)

// BringBack brings back what the archives hold and the database has lost: packages with
// their members, messages with the same ids and octets, answers, messages of others, files
// that people carried. It reads them in the order of time and lets every answer be applied
// when it is reached, as Apply does, so that generations, counts of events, versions and
// codes follow from outcomes in their order. A message without an answer may have left and
// is in doubt: Send offers the same octets again, and never others.
//
// Rows the source was not read of are made from what the archive says; nothing is decided
// on them until it is read (Collect), and one the source does not have any more is found by
// Reconcile, like any other that disappeared. So it does not matter whether the source was
// read before.
//
// Gateways may run meanwhile: nothing leaves and nothing is polled until it has come to its
// end (Store.BeginRecovery), and nobody else runs it meanwhile. Broken off, it is begun again and passes over what is back;
// twice it does nothing. Of what is damaged or contradicts the database the place is named,
// and the rest goes on. What only the database kept does not come back: what people allowed
// or declined of single records, faults of the bus, the log of operations.
//
// Memory does not depend on the size of the archives.
type BringBack struct {
	Store   *store.Store
	Files   []string // of all archives, see archive.Files
	Reason  string   // of the person, for the log of operations
	Answers Answers
	Handle  Handle // what becomes of messages of others
	// Stale tells of a moment whether an id made then is too old for the bus: a reply with
	// such an id counts as delivered. Nil: none is.
	Stale    func(made time.Time) bool
	Progress func(done, total int) // files; nil tells nobody
	Entry    func(read int)        // entries so far; nil tells nobody
	Log      *slog.Logger
}

// Answers is how messages of the bus are read once more.
type Answers struct {
	Bus interface {
		answerQueue
		requestQueue
	}
	Files     downloader // checks files; nothing is fetched
	FileLimit int64      // bytes
	Senders   Senders
	// At is told when the archive got what is read next: it is judged by the trust of then.
	At func(time.Time)
}

// Brought is what was brought back.
type Brought struct {
	Kinds  []*KindBrought        `json:"kinds"` // those there are
	Left   []LeftEntry           `json:"left"`  // at most leftMost
	Damage []archive.DamageError `json:"damage"`
	// Missing are the newest entries of archives that were not among these.
	Missing []store.ArchiveID `json:"missing"`
}

// KindBrought counts entries of one kind.
type KindBrought struct {
	Kind  archive.Kind `json:"kind"`
	Back  int          `json:"back"`
	Known int          `json:"known"` // there already
	Left  int          `json:"left"`  // could not be brought back
}

// LeftEntry is an entry that could not be brought back, and why.
type LeftEntry struct {
	Kind archive.Kind `json:"kind"`
	ID   string       `json:"id"`
	Why  string       `json:"why"` // English, for the support engineer
}

const leftMost = 100

// Run brings everything back. An error means that it did not come to its end; what was
// brought back until then is returned, too, and nothing leaves until it is repeated.
func (b BringBack) Run(ctx context.Context) (*Brought, error) {
	end, err := b.Store.RecoverAlone(ctx)
	if err != nil {
		return &Brought{}, err
	}
	defer end()
	if err := b.Store.BeginRecovery(ctx, b.Reason); err != nil {
		return &Brought{}, err
	}
	r := &bringing{BringBack: b, kinds: map[archive.Kind]*KindBrought{}}
	for last := false; ; last = true {
		if err := r.pass(ctx, last); err != nil {
			return &r.Brought, err
		}
		if r.early == 0 || last {
			break
		}
	}
	missing, err := b.Store.EndRecovery(ctx, b.Reason, r.summary())
	r.Missing = missing
	return &r.Brought, err
}

// bringing is one run.
type bringing struct {
	BringBack
	Brought
	kinds map[archive.Kind]*KindBrought
	read  int // entries
	early int // answers that came before what they are about: they are for the last pass
}

// pass reads all archives once. In the last one answers are taken whatever they are about.
func (r *bringing) pass(ctx context.Context, last bool) error {
	done := func(n int) {
		if r.Progress != nil {
			r.Progress(n, len(r.Files))
		}
	}
	for e, err := range archive.Merge(done, r.Files...) {
		var damage *archive.DamageError
		switch {
		case errors.As(err, &damage):
			if !last {
				r.Damage = append(r.Damage, *damage)
			}
			continue
		case err != nil:
			return err
		case ctx.Err() != nil:
			return ctx.Err()
		case last && e.Kind != archive.Answer:
			continue
		}
		if err := r.entry(ctx, e, last); err != nil {
			return err
		}
		if r.read++; r.Entry != nil {
			r.Entry(r.read)
		}
	}
	return nil
}

// errEarly: an answer is about a message that has not come yet.
var errEarly = errors.New("what it is about has not come yet")

// entry brings one back. What is wrong with it alone does not keep the others.
func (r *bringing) entry(ctx context.Context, e archive.Entry, last bool) error {
	k := r.kinds[e.Kind]
	if k == nil {
		k = &KindBrought{Kind: e.Kind}
		r.kinds[e.Kind], r.Kinds = k, append(r.Kinds, k)
	}
	fresh, err := r.one(ctx, e, last)
	var database *pgconn.PgError
	switch {
	case errors.Is(err, errEarly):
		r.early++
	case err == nil && fresh:
		k.Back++
	case err == nil && !last:
		k.Known++
	case err == nil:
	case ctx.Err() != nil, errors.As(err, &database) && !ofTheEntry(database):
		return err
	case errors.As(err, &database) || errors.Is(err, errEntry):
		k.Left++
		if len(r.Left) < leftMost {
			r.Left = append(r.Left, LeftEntry{e.Kind, e.ID, err.Error()})
		}
		r.Log.Error("an entry of the archive cannot be brought back", "kind", e.Kind, "id", e.ID, "err", err)
	default:
		return err
	}
	return nil
}

// ofTheEntry: the database refuses what it says (classes 22 and 23), and would refuse it again.
func ofTheEntry(e *pgconn.PgError) bool {
	return len(e.Code) == 5 && (e.Code[:2] == "22" || e.Code[:2] == "23")
}

// errEntry: an entry is whole and says nothing that can be used.
var errEntry = errors.New("the entry cannot be used")

func (r *bringing) one(ctx context.Context, e archive.Entry, last bool) (fresh bool, err error) {
	about := e.Part("about.json")
	if !json.Valid(about) {
		return false, fmt.Errorf("%w: it does not say what it is", errEntry)
	}
	switch e.Kind {
	case archive.Sent:
		m := broughtMessage(e, e.Part("envelope.xml"))
		m.Stale = r.Stale != nil && r.Stale(e.At)
		return r.Store.BringMessage(ctx, m)
	case archive.Export:
		return r.Store.BringMessage(ctx, broughtMessage(e, e.Part("package.xml")))
	case archive.Protocol:
		fresh, err := r.Store.BringProtocol(ctx, e.ID, about, e.Part("protocol.xml"))
		if err == nil && fresh {
			err = r.noted(ctx, e, "protocol.xml")
		}
		if err == nil && fresh {
			_, err = ImportProtocol{Store: r.Store, Log: r.Log}.Apply(ctx, e.ID)
		}
		return fresh, err
	case archive.Answer, archive.Incoming:
		return r.heard(ctx, e, about, last)
	}
	return false, fmt.Errorf("%w: its kind is not known", errEntry)
}

func (r *bringing) noted(ctx context.Context, e archive.Entry, main string) error {
	digest := sha256.Sum256(e.Part(main))
	return r.Store.NoteArchived(ctx, string(e.Kind), e.ID, digest[:])
}

func broughtMessage(e archive.Entry, content []byte) store.BroughtMessage {
	digest := sha256.Sum256(content)
	m := store.BroughtMessage{
		Kind: string(e.Kind), ID: e.ID, About: e.Part("about.json"), Elements: e.Part("elements.jsonl"), Content: content, Digest: digest[:],
	}
	for _, p := range e.Parts {
		id, found := cutPart(p.Name)
		if !found {
			continue
		}
		m.Files = append(m.Files, store.EvidenceFile{Name: id, Content: p.Content, Signature: e.Part(p.Name + ".p7s")})
	}
	return m
}

// cutPart returns the id of a file from the name of its part.
func cutPart(name string) (id string, found bool) {
	const prefix = "file-"
	if len(name) != len(prefix)+36 || name[:len(prefix)] != prefix {
		return "", false
	}
	_, err := uuid.Parse(name[len(prefix):])
	return name[len(prefix):], err == nil
}

// heard brings back a message of the bus.
func (r *bringing) heard(ctx context.Context, e archive.Entry, about []byte, last bool) (fresh bool, err error) {
	var said struct {
		Operation string `json:"operation"`
		About     string `json:"about"`
	}
	if err := json.Unmarshal(about, &said); err != nil {
		return false, fmt.Errorf("%w: %w", errEntry, err)
	}
	unknown, err := r.Store.Unknown(ctx, []store.ArchiveID{{Kind: string(e.Kind), ID: e.ID}})
	if err != nil {
		return false, err
	}
	if said.Operation != "" {
		if len(unknown) == 0 {
			return false, nil
		}
		if fresh, err = r.Store.BringReply(ctx, e.ID, about, e.Part("message.xml")); err == nil {
			err = r.noted(ctx, e, "message.xml")
		}
		return fresh, err
	}
	if e.Kind == archive.Incoming {
		return r.incoming(ctx, e, len(unknown) > 0)
	}
	if !last && len(unknown) > 0 && lifecycle.IsMessageID(said.About) {
		if absent, err := r.Store.Unknown(ctx, []store.ArchiveID{{Kind: string(archive.Sent), ID: said.About}}); err != nil || len(absent) > 0 {
			return false, errors.Join(err, errEarly)
		}
	}
	if len(unknown) == 0 {
		if astray, err := r.Store.Astray(ctx, e.ID); err != nil || !astray {
			return false, err
		}
	}
	return r.answer(ctx, e, len(unknown) > 0)
}

// answer brings back an answer with its files, and lets it be applied.
func (r *bringing) answer(ctx context.Context, e archive.Entry, unknown bool) (fresh bool, err error) {
	r.Answers.At(e.At)
	a, problem := r.Answers.Bus.ReadAnswer(r.Answers.Bus.Kept(bus.Answers, envelopeType, e.Part("message.xml")))
	if a == nil {
		return false, fmt.Errorf("%w: no answer: %w", errEntry, problem)
	}
	in, err := storedAnswer(a, e.ID, problem, 0)
	if err != nil {
		return false, fmt.Errorf("%w: %w", errEntry, err)
	}
	in.Speaker = r.Answers.Senders.ofAnswer(a)
	files := archivedFiles{r.Answers.Files, filesOf(e, in.Files)}
	for i, f := range in.Files {
		if f.Inline && f.Content == nil {
			in.Files[i].Content = files.contents[f.Name]
		}
	}
	if !unknown {
		if fresh, err = r.Store.JudgeAgain(ctx, in); err != nil || !fresh {
			return false, err
		}
	} else {
		if fresh, err = storeHeard(ctx, r.Store, r.Log, in); errors.Is(err, store.ErrNotKept) {
			return false, fmt.Errorf("%w: too much that nobody can believe", errEntry)
		} else if err != nil {
			return false, err
		}
		if err := r.noted(ctx, e, "message.xml"); err != nil {
			return fresh, err
		}
	}
	if len(in.Files) > 0 {
		fetch := Fetch{Store: r.Store, Files: files, Limit: r.Answers.FileLimit, RetryMin: time.Minute, RetryMax: time.Minute, Lease: time.Minute, Now: time.Now, Log: r.Log}
		for more := true; more; {
			report, err := fetch.Run(ctx)
			if err != nil { // noted with the file, which stays due
				r.Log.Error("a file of an answer of the archive", "answer_id", e.ID, "err", err)
			}
			more = report.More && ctx.Err() == nil
		}
	}
	return fresh, r.apply(ctx)
}

// apply applies what can be applied. What is wrong with one answer is noted with it, and the
// ordinary job tries it again.
func (r *bringing) apply(ctx context.Context) error {
	apply := Apply{Store: r.Store, Senders: r.Answers.Senders, Log: r.Log}
	for {
		found, err := apply.next(ctx)
		if ctx.Err() != nil || err != nil && !found {
			return errors.Join(err, ctx.Err())
		}
		if err != nil {
			r.Log.Error("an answer of the archive is not applied yet", "err", err)
		}
		if !found {
			return nil
		}
	}
}

func (r *bringing) incoming(ctx context.Context, e archive.Entry, unknown bool) (fresh bool, err error) {
	if !unknown {
		return false, nil
	}
	r.Answers.At(e.At)
	m, problem := r.Answers.Bus.ReadIncoming(r.Answers.Bus.Kept(bus.Requests, envelopeType, e.Part("message.xml")))
	if m == nil {
		return false, fmt.Errorf("%w: no message: %w", errEntry, problem)
	}
	in := storedIncoming(m, e.ID, problem, 0)
	in.Listed = r.Answers.Senders.ofEGISSO(in.Sender).Listed
	if fresh, err = r.Store.StoreIncoming(ctx, in); errors.Is(err, store.ErrNotKept) {
		return false, fmt.Errorf("%w: too much that nobody can believe", errEntry)
	} else if err != nil {
		return false, err
	}
	if err := r.noted(ctx, e, "message.xml"); err != nil {
		return fresh, err
	}
	if _, err := r.Handle.Run(ctx); err != nil {
		r.Log.Error("a message of the archive is not handled yet", "answer_id", e.ID, "err", err)
	}
	return fresh, ctx.Err()
}

// summary is for the log of operations.
func (r *bringing) summary() string {
	text := "Восстановление из архива закончено"
	for _, k := range r.Kinds {
		text += fmt.Sprintf("; %s: возвращено %d, было %d, не возвращено %d", k.Kind, k.Back, k.Known, k.Left)
	}
	if len(r.Damage) > 0 {
		text += fmt.Sprintf("; повреждённых мест в архиве: %d", len(r.Damage))
	}
	return text
}
