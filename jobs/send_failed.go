package jobs

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"egissogw/adapter/bus"
	"egissogw/adapter/retry"
	"egissogw/adapter/store"
)

// failed stores what an unsuccessful attempt means, by the fault's class.
func (s Send) failed(ctx context.Context, m *store.OutMessage, attempt int64, cause error) (Report, error) {
	if ctx.Err() != nil {
		return Report{}, ctx.Err()
	}
	f := store.Failure{Detail: cause.Error(), After: s.pause(m.Attempts+1, cause), MayHaveArrived: attempt != 0 && arrivable(cause)}
	refusal := refusalOf(cause)
	f.Fault = refusal.Refused
	var err error
	class := bus.ClassOf(cause)
	switch {
	case refusal.TooOld:
		var done bool
		if done, err = s.stale(ctx, m, attempt, f); done && err == nil {
			return Report{Done: 1, More: true}, nil
		}
	case refusal.Stranger && !m.MayHaveArrived && s.Registration.signedByOther(m.Certificate):
		// Signed by a key that was exchanged, or by a gateway the bus does not know.
		f.Info, f.Faultless = "СМЭВ не знает сертификата, которым подписано сообщение: записи уйдут в новом пакете", true
		err = s.Store.Refuse(ctx, m, attempt, f)
	case class == bus.ClassUnknown && m.Attempts+1 < unknownAttempts:
		// Perhaps somebody between us and the bus answered in its place.
		f.After = retry.Backoff{Min: s.RetryMin, Max: s.RetryMax}.Delay(m.Attempts+1, rand.Float64())
		f.Info = "Ответ СМЭВ не удалось понять, отправка будет повторена"
		err = s.Store.RetryLater(ctx, m, attempt, f)
	case class == bus.ClassRetry, class == bus.ClassRetryLater:
		f.Info = "СМЭВ временно недоступна, отправка будет повторена"
		if refusal.Reason != "" {
			f.Info = "Отправка будет повторена: " + refusal.Reason
		}
		if refusal.Alert {
			f.Review = f.Info
		}
		err = s.Store.RetryLater(ctx, m, attempt, f)
	case refusable(class, refusal) && !m.MayHaveArrived && !(refusal.Stranger && s.Registration.signed(m.Certificate)):
		f.Info = "Ошибка отправки: СМЭВ отклонила сообщение (" + reason(refusal) + ")"
		f.Review = "СМЭВ отклонила сообщение: проверьте причину, записи уйдут в следующем пакете"
		if m.IncomingID != "" {
			f.Review = "СМЭВ отклонила ответ на запрос (" + reason(refusal) + "): он не отправлен"
		}
		err = s.Store.Refuse(ctx, m, attempt, f)
	default:
		err = s.Store.RetryLater(ctx, m, attempt, s.stopped(m, refusal, f))
	}
	// The others may fare better, unless nothing gets through at all.
	report := Report{More: refusal.Reason != ""}
	if err != nil {
		return Report{}, errors.Join(cause, err)
	}
	if m.IncomingID != "" {
		return report, fmt.Errorf("send answer %s to incoming message %s: %w", m.ID, m.IncomingID, cause)
	}
	return report, fmt.Errorf("send message %s of package %s: %w", m.ID, m.PackageID, cause)
}

// stopped: wrong configuration, an id used by somebody else, a fault nobody knows, or a
// refusal of what may have arrived before: a new message could be a second one. This one is
// kept and tried again rarely, and a person is asked.
func (s Send) stopped(m *store.OutMessage, refusal bus.Error, f store.Failure) store.Failure {
	f.After = s.RetryMax
	if refusal.Stranger && s.Registration != nil { // a gateway with another key may do something about it
		f.After = retry.Backoff{Min: s.RetryMin, Max: s.RetryMax}.Delay(m.Attempts+1, rand.Float64())
	}
	why := reason(refusal)
	if refusal.Stranger && s.Registration.signedByOther(m.Certificate) {
		// Nothing is to be registered any more: these bytes bear what the bus has forgotten.
		why = "сообщение подписано прежним сертификатом, которого СМЭВ не знает"
	}
	f.Info = "Отправка остановлена: " + why
	f.Review = "Отправка не удаётся (" + why + "): нужна помощь администратора"
	if m.MayHaveArrived {
		f.Review += "; исход первой отправки неизвестен, ответ ещё может прийти"
	}
	return f
}

// unknownAttempts is how often an outcome nobody knows is met with another attempt
// before a person is asked (adapter/smev/SPEC.md#faults).
const unknownAttempts = 5

// arrivable: the bus may have this message after all. MessageIsAlreadySent says
// that it has one with this id, which is ours only if an earlier attempt may have
// arrived.
func arrivable(cause error) bool {
	return bus.ClassOf(cause) != bus.ClassAlreadyDone && bus.MayHaveArrived(cause)
}

// refusable: these bytes will never be taken. A signature that is refused was
// perhaps made with a certificate that has been replaced since: new bytes.
func refusable(class bus.Class, refusal bus.Error) bool {
	return class == bus.ClassFixData || class == bus.ClassNewID || refusal.Unsigned
}

// giveUp gives the records of a message that was never tried to a new package, and
// has an answer signed anew.
func (s Send) giveUp(ctx context.Context, m *store.OutMessage) error {
	s.Log.Warn("message id grew old before the first attempt: the content goes under a new one", about(m)...)
	return s.Store.Refuse(ctx, m, 0, store.Failure{
		Detail: "message id too old, never sent",
		Info:   "Пакет не отправлялся слишком долго: записи уйдут в новом пакете", Faultless: true,
	})
}

// pause is exponential with jitter, so that a bus that comes back is not met by
// everybody at once; long when a queue or a quota is full; and never shorter than
// the bus itself asks for.
func (s Send) pause(failures int, cause error) time.Duration {
	backoff := retry.Backoff{Min: s.RetryMin, Max: s.RetryMax}
	return max(bus.DelayFor(backoff, bus.ClassOf(cause), failures, rand.Float64()), refusalOf(cause).After)
}

// refusalOf is what the bus said; nothing if it said nothing that is understood.
func refusalOf(cause error) bus.Error {
	if e := bus.As(cause); e != nil {
		return *e
	}
	return bus.Error{}
}

// reason tells people why, without the bus's own text, which may quote data.
func reason(refusal bus.Error) string {
	return cmp.Or(refusal.Reason, "ответ СМЭВ не удалось понять")
}
