package jobs

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strings"
	"time"

	"egissogw/adapter/smev"
	"egissogw/adapter/store"
)

// Send puts the files of signed messages into the file storage and posts the
// messages: packages and answers to requests of others. The intent is stored before, the outcome after; when the outcome is
// unknown the same bytes go again (spec smev3.md c.3, d).
type Send struct {
	Store              *store.Store
	Switch             serviceSwitch
	Bus                poster
	Files              uploader
	Breaker            *smev.Breaker // shared by all who call the bus; nil lets everything through
	Lease              time.Duration
	RetryMin, RetryMax time.Duration
	MessageIDLimit     time.Duration // older ids are not tried for the first time
	Now                func() time.Time
	Log                *slog.Logger
}

// Name implements Job.
func (Send) Name() string { return "send" }

// Run implements Job: one message. Done counts messages that left.
func (s Send) Run(ctx context.Context) (Report, error) {
	if err := requireService(ctx, s.Switch); err != nil {
		return quietly(Report{}, err)
	}
	if !s.Breaker.Allow(s.Now()) {
		return Report{Skipped: true}, nil
	}
	posted := false
	defer func() {
		if !posted {
			s.Breaker.Forget()
		}
	}()
	m, err := s.Store.ClaimMessage(ctx, s.Lease)
	if err != nil || m == nil {
		return Report{}, err
	}
	if m.Attempts == 0 && s.tooOld(m) {
		return Report{Done: 1, More: true}, s.giveUp(ctx, m)
	}
	if err := s.upload(ctx, m); err != nil {
		return s.failed(ctx, m, 0, err)
	}
	// An upload takes its time: ask the switch again.
	if err := requireService(ctx, s.Switch); err != nil {
		return quietly(Report{}, err, s.Store.ReleaseMessage(ctx, m))
	}
	attempt, err := s.Store.BeginAttempt(ctx, m, s.Lease)
	if err != nil {
		return Report{}, err
	}
	err = s.post(ctx, m)
	if err != nil && ctx.Err() != nil {
		return Report{}, ctx.Err() // stays in doubt; the same bytes go again
	}
	posted = true
	s.Breaker.After(err, s.Now(), rand.Float64())
	if err != nil && !s.arrivedBefore(m, err) {
		return s.failed(ctx, m, attempt, err)
	}
	if err := s.Store.Delivered(ctx, m, attempt, "Пакет поставлен в очередь СМЭВ и ожидает ответа ЕГИССО"); err != nil {
		return Report{}, err
	}
	s.Log.Info("message sent", append(about(m), "attempt", m.Attempts+1)...)
	return Report{Done: 1, More: true}, nil
}

func (s Send) post(ctx context.Context, m *store.OutMessage) error {
	send := s.Bus.SendRequest
	if m.IncomingID != "" {
		send = s.Bus.SendResponse
	}
	_, err := send(ctx, m.Envelope)
	return err
}

// about names a message in the log.
func about(m *store.OutMessage) []any {
	if m.IncomingID != "" {
		return []any{"answer_id", m.IncomingID, "message_id", m.ID}
	}
	return []any{"package_id", m.PackageID, "message_id", m.ID}
}

// arrivedBefore: MessageIsAlreadySent answers a repeat of the same bytes when an
// earlier attempt, of which nothing was heard, had arrived. Otherwise it means
// that the id is not ours to use.
func (s Send) arrivedBefore(m *store.OutMessage, err error) bool {
	return smev.Classify(err) == smev.ClassAlreadyDone && m.MayHaveArrived
}

func (s Send) upload(ctx context.Context, m *store.OutMessage) error {
	files, err := s.Store.Uploads(ctx, m.ID)
	if err != nil {
		return err
	}
	for _, f := range files {
		if err := s.Files.Upload(ctx, f.UUID.String(), f.FileName, bytes.NewReader(f.Content)); err != nil {
			return fmt.Errorf("upload file %s: %w", f.UUID, err)
		}
		if err := s.Store.MarkUploaded(ctx, m, f.UUID); err != nil {
			return err
		}
	}
	return nil
}

// failed stores what an unsuccessful attempt means, by the fault's class.
func (s Send) failed(ctx context.Context, m *store.OutMessage, attempt int64, cause error) (Report, error) {
	if ctx.Err() != nil {
		return Report{}, ctx.Err()
	}
	f := store.Failure{Detail: cause.Error(), After: s.pause(m.Attempts+1, cause), MayHaveArrived: attempt != 0 && arrivable(cause)}
	var fault *smev.Fault
	if errors.As(cause, &fault) {
		f.Fault = fault.Name
	}
	var err error
	class := smev.Classify(cause)
	switch {
	case class == smev.ClassRetry, class == smev.ClassRetryLater:
		f.Info = "СМЭВ временно недоступна, отправка будет повторена"
		if fault != nil {
			f.Info = "Отправка будет повторена: " + reason(fault)
		}
		if fault != nil && fault.Alert() {
			f.Review = f.Info
		}
		err = s.Store.RetryLater(ctx, m, attempt, f)
	case refusable(class, fault) && !m.MayHaveArrived:
		f.Info = "Ошибка отправки: СМЭВ отклонила сообщение (" + reason(fault) + ")"
		f.Review = "СМЭВ отклонила сообщение: проверьте причину, записи уйдут в следующем пакете"
		if m.IncomingID != "" {
			f.Review = "СМЭВ отклонила ответ на запрос (" + reason(fault) + "): он не отправлен"
		}
		err = s.Store.Refuse(ctx, m, attempt, f)
	default:
		// Wrong configuration, an id used by somebody else, a fault nobody knows, or
		// a refusal of what may have arrived before: a new message could be a second
		// one. Keep this one, try again rarely and ask for a person.
		f.After = s.RetryMax
		f.Info = "Отправка остановлена: " + reason(fault)
		f.Review = "Отправка не удаётся (" + reason(fault) + "): нужна помощь администратора"
		if m.MayHaveArrived {
			f.Review += "; исход первой отправки неизвестен, ответ ещё может прийти"
		}
		err = s.Store.RetryLater(ctx, m, attempt, f)
	}
	// The others may fare better, unless nothing gets through at all.
	report := Report{More: fault != nil}
	if err != nil {
		return Report{}, errors.Join(cause, err)
	}
	if m.IncomingID != "" {
		return report, fmt.Errorf("send answer %s to incoming message %s: %w", m.ID, m.IncomingID, cause)
	}
	return report, fmt.Errorf("send message %s of package %s: %w", m.ID, m.PackageID, cause)
}

// arrivable: the bus may have this message after all. MessageIsAlreadySent says
// that it has one with this id, which is ours only if an earlier attempt may have
// arrived.
func arrivable(cause error) bool {
	return smev.Classify(cause) != smev.ClassAlreadyDone && smev.MayHaveArrived(cause)
}

// refusable: these bytes will never be taken. A signature that is refused was
// perhaps made with a certificate that has been replaced since: new bytes.
func refusable(class smev.Class, fault *smev.Fault) bool {
	return class == smev.ClassFixData || class == smev.ClassNewID || fault != nil && fault.Name == "SignatureVerificationFault"
}

// tooOld: the bus refuses ids of about two days (spec smev3.md d).
func (s Send) tooOld(m *store.OutMessage) bool {
	made, err := smev.MessageIDTime(m.ID.String())
	return err == nil && s.Now().Sub(made) > s.MessageIDLimit
}

// giveUp gives the records of a message that was never tried to a new package, and
// has an answer signed anew.
func (s Send) giveUp(ctx context.Context, m *store.OutMessage) error {
	s.Log.Warn("message id grew old before the first attempt: the content goes under a new one", about(m)...)
	return s.Store.Refuse(ctx, m, 0, store.Failure{
		Detail: "message id too old, never sent",
		Info:   "Пакет не отправлялся слишком долго: записи уйдут в новом пакете",
	})
}

// pause is exponential with jitter, so that a bus that comes back is not met by
// everybody at once; long when a queue or a quota is full; and never shorter than
// the bus itself asks for.
func (s Send) pause(failures int, cause error) time.Duration {
	backoff := smev.Backoff{Min: s.RetryMin, Max: s.RetryMax}
	return max(backoff.DelayFor(smev.Classify(cause), failures, rand.Float64()), smev.RetryAfter(cause))
}

// reason tells people why, without the bus's own text, which may quote data.
func reason(fault *smev.Fault) string {
	if fault == nil {
		return "ответ СМЭВ не удалось понять"
	}
	return strings.TrimSpace(fault.Name+" "+fault.SignatureCode) + ": " + fault.Explain()
}
