package jobs

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"

	"egissogw/adapter/bus"
	"egissogw/adapter/retry"
	"egissogw/adapter/store"
	"egissogw/adapter/store/crashpoint"
)

// Fetch gets the files that came with answers and checks them before anybody may
// use them (adapter/smev/SPEC.md#receiving-a-file; adapter/egisso/SPEC.md#carriage: a protocol
// may be a file). Only then is the answer acknowledged, because its one-time logins may
// end with that.
type Fetch struct {
	Store              *store.Store
	Files              downloader
	Limit              int64 // bytes of one file, which is held in memory
	Patience           time.Duration
	RetryMin, RetryMax time.Duration
	Breaker            *bus.Breaker // of the file storage; nil lets everything through
	Lease              time.Duration
	Now                func() time.Time
	Log                *slog.Logger
}

// hashAttempts is how often a file is fetched whose hash does not hold: FTP
// itself would not notice damage on the way.
const hashAttempts = 3

// Name implements Job.
func (Fetch) Name() string { return "fetch" }

// Run implements Job: one file. Done counts files that are settled.
func (f Fetch) Run(ctx context.Context) (report Report, err error) {
	if !f.Breaker.Do(f.Now, func(ended func(error)) { report, err = f.one(ctx, ended) }) {
		return Report{Skipped: true}, nil
	}
	return report, err
}

// one fetches a file, and says how the storage answered, if it was asked.
func (f Fetch) one(ctx context.Context, answered func(error)) (Report, error) {
	file, err := f.Store.ClaimFile(ctx, f.Lease)
	if err != nil || file == nil {
		return Report{}, err
	}
	crashpoint.At("fetch: file claimed")
	content, err := f.content(ctx, file)
	if err := f.Store.FileRead(context.WithoutCancel(ctx), file); err != nil {
		return Report{}, err
	}
	crashpoint.At("fetch: file fetched")
	if ctx.Err() != nil {
		keep, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		return Report{}, errors.Join(ctx.Err(), f.Store.ReleaseFile(keep, file))
	}
	if !file.Inline {
		answered(err)
	}
	if err == nil {
		if err := f.Store.FileChecked(ctx, file, content); err != nil {
			return Report{}, err
		}
		crashpoint.At("fetch: file stored")
		f.Log.Info("file of an answer checked", "answer_id", file.AnswerID, "bytes", len(content))
		return Report{Done: 1, More: true}, nil
	}
	err = fmt.Errorf("file of answer %s: %w", file.AnswerID, err)
	if f.lost(file, err) {
		f.Log.Error("file of an answer is given up: it is not believed", "answer_id", file.AnswerID, "err", err)
		return Report{Done: 1, More: true}, f.Store.FileRefused(ctx, file, err.Error())
	}
	backoff := retry.Backoff{Min: f.RetryMin, Max: f.RetryMax}
	after := backoff.Delay(file.Attempts+1, rand.Float64())
	return Report{More: true}, errors.Join(err, f.Store.FileLater(ctx, file, err.Error(), refusalOf(err).Damaged, after))
}

// content gives the bytes of a file that is what its sender announced.
func (f Fetch) content(ctx context.Context, file *store.DueFile) ([]byte, error) {
	if file.Inline {
		// Nothing but the CMS in the signed header vouches for these bytes.
		return file.Content, f.Files.Check(bus.Inline{
			ID: file.Name, Signature: file.Signature, Content: file.Content, Missing: file.Content == nil,
		}, f.Limit)
	}
	var content bytes.Buffer
	err := f.Files.Fetch(ctx, bus.File{
		ID: file.Name, User: file.UserName, Password: bus.Secret(file.Password), Name: file.FileName,
		Announced: file.Hash, Signature: file.Signature,
	}, &content, f.Limit)
	return content.Bytes(), err
}

// lost tells that further attempts are of no use. What the storage refuses may
// come right with a fresh login, which the answer brings when it comes again
// because it is not acknowledged; that is waited for.
func (f Fetch) lost(file *store.DueFile, err error) bool {
	switch e := refusalOf(err); {
	case e.Damaged && !file.Inline && file.Hash != "" && file.Damaged+1 < hashAttempts:
		return false
	case e.Refusable:
		return true
	case e.Withheld:
		return file.Age > f.Patience
	}
	return false
}
