package jobs

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"

	"egissogw/adapter/bus"
	"egissogw/adapter/retry"
	"egissogw/adapter/store"
	"egissogw/adapter/store/crashpoint"
)

// errStorageDown means that the file storage is known to be down.
var errStorageDown = errors.New("the file storage does not answer")

// upload puts the files of a message into the storage that are not there yet.
func (s Send) upload(ctx context.Context, m *store.OutMessage) error {
	files, err := s.Store.Uploads(ctx, m.ID)
	if err != nil {
		return err
	}
	for _, f := range files {
		var err error
		if !s.FileBreaker.Do(s.Now, func(ended func(error)) {
			if err = s.Files.Upload(ctx, f.UUID.String(), f.FileName, bytes.NewReader(f.Content)); ctx.Err() == nil {
				ended(err)
			}
		}) {
			return errStorageDown
		}
		if err != nil {
			return fmt.Errorf("upload file %s: %w", f.UUID, err)
		}
		s.Storage.Has()
		crashpoint.At("send: file uploaded")
		if err := s.Store.MarkUploaded(ctx, m, f.UUID); err != nil {
			return err
		}
		crashpoint.At("send: upload noted")
	}
	return nil
}

// withoutStorage puts a message off whose files cannot go anywhere; others need
// no storage and go on.
func (s Send) withoutStorage(ctx context.Context, m *store.OutMessage) (Report, error) {
	err := s.Store.RetryLater(ctx, m, 0, store.Failure{
		Detail: errStorageDown.Error(), After: retry.Backoff{Min: s.RetryMin, Max: s.RetryMax}.Delay(storagePatience, rand.Float64()),
		Info: "Файловое хранилище СМЭВ недоступно, отправка будет повторена",
	})
	return Report{More: err == nil}, err
}

// loginRefused tells that the storage does not let this gateway in, whatever the file.
func loginRefused(err error) bool {
	return bus.As(err) != nil && bus.ClassOf(err) == bus.ClassFixConfiguration
}

// withoutLogin gives a message back at once, to whoever may enter the storage. Messages
// without files go on.
func (s Send) withoutLogin(ctx context.Context, m *store.OutMessage, cause error) (Report, error) {
	if s.Storage.Lacks(s.Now(), rand.Float64()) {
		s.Log.Error("the file storage does not let this gateway in: messages with files are left to others", "err", cause)
	}
	const info = "Вход в файловое хранилище СМЭВ не удался: проверьте имя и пароль"
	err := s.Store.RetryLater(ctx, m, 0, store.Failure{Detail: cause.Error(), Info: info, Review: info})
	return Report{More: err == nil}, errors.Join(fmt.Errorf("send message %s of package %s: %w", m.ID, m.PackageID, cause), err)
}

// storagePatience is the step of the schedule at which a message waits for a storage
// that is down.
const storagePatience = 3
