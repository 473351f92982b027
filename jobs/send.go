package jobs

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"egissogw/adapter/bus"
	"egissogw/adapter/egisso/lifecycle"
	"egissogw/adapter/store"
	"egissogw/adapter/store/crashpoint"
)

// Send puts the files of signed messages into the file storage and posts the
// messages: packages and answers to requests of others. The intent is stored before, the outcome after; when the outcome is
// unknown the same bytes go again (adapter/smev/SPEC.md#flow, #messageid).
type Send struct {
	Store              *store.Store
	Switch             serviceSwitch
	Bus                poster
	Files              uploader
	Breaker            *bus.Breaker  // shared by all who call the bus; nil lets everything through
	FileBreaker        *bus.Breaker  // the same for the file storage
	Registration       *Registration // whether the bus knows our certificate
	Storage            *Ability      // whether the file storage lets us in; nil where nobody remembers
	Archive            *Archive      // where a message is kept before it leaves; nil where none is
	Lease              time.Duration
	RetryMin, RetryMax time.Duration
	MessageIDLimit     time.Duration // older ids are not tried for the first time
	AnswerTerm         time.Duration // how long evidence of an attempt in doubt is waited for
	Now                func() time.Time
	Log                *slog.Logger
}

// Name implements Job.
func (Send) Name() string { return "send" }

// Run implements Job: one message. Done counts messages that left.
func (s Send) Run(ctx context.Context) (report Report, err error) {
	if err := requireService(ctx, s.Switch); err != nil {
		return quietly(Report{}, err)
	}
	if !s.Archive.Ready() || !s.Breaker.Do(s.Now, func(ended func(error)) { report, err = s.one(ctx, ended) }) {
		return Report{Skipped: true}, nil
	}
	return report, err
}

// one sends a message, and says how the bus answered, if it was asked.
func (s Send) one(ctx context.Context, answered func(error)) (Report, error) {
	m, err := s.Store.ClaimMessage(ctx, s.Lease, s.Storage.Ready(s.Now()))
	if err != nil || m == nil {
		return Report{}, err
	}
	crashpoint.At("send: message claimed")
	if made, known := s.Bus.MessageTime(m.ID.String()); lifecycle.ReplaceUnsent(made, known, m.Attempts, s.MessageIDLimit, s.Now()) {
		return Report{Done: 1, More: true}, s.giveUp(ctx, m)
	}
	if err := s.Archive.sent(ctx, m); err != nil { // others may have one that can be written
		return Report{}, errors.Join(err, s.Store.ReleaseMessage(context.WithoutCancel(ctx), m))
	}
	switch err := s.upload(ctx, m); {
	case errors.Is(err, errStorageDown):
		return s.withoutStorage(ctx, m)
	case err != nil && s.Storage != nil && ctx.Err() == nil && loginRefused(err):
		return s.withoutLogin(ctx, m, err)
	case err != nil:
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
	crashpoint.At("send: attempt stored")
	err = s.post(ctx, m)
	crashpoint.At("send: message posted")
	if err != nil && ctx.Err() != nil {
		return Report{}, ctx.Err() // stays in doubt; the same bytes go again
	}
	answered(err)
	if s.Registration.signed(m.Certificate) {
		s.Registration.Heard(err)
	}
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
	return send(ctx, m.ID.String(), m.Envelope)
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
	return bus.ClassOf(err) == bus.ClassAlreadyDone && m.MayHaveArrived
}
