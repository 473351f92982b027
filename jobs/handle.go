package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"egissogw/adapter/bus"
	"egissogw/adapter/store"
)

// IncomingHandler knows what to do with broadcasts and requests of some
// namespaces. Handle works outside of any transaction and may see a message
// again after a crash: what it does must be safe to repeat. An error puts the
// message off; it comes again, later after every failure.
type IncomingHandler interface {
	Handles(namespace string) bool
	Handle(ctx context.Context, m store.Incoming) (store.IncomingVerdict, error)
}

// Handle decides what becomes of stored incoming messages (adapter/smev/SPEC.md#incoming). It
// works while the signing service is off, too: answers are signed by Respond.
type Handle struct {
	Store    *store.Store
	Handlers []IncomingHandler
	// RejectUnexpected answers requests nobody handles with a polite refusal;
	// otherwise they are only shown.
	RejectUnexpected bool
	Lease            time.Duration
	Log              *slog.Logger
}

// Name implements Job.
func (Handle) Name() string { return "handle" }

const (
	handleBatch = 50
	// handlePatience is after how many failures a person is asked to look.
	handlePatience = 5
)

// Run implements Job. Done counts messages. One that cannot be handled is put
// off and the others go on.
func (h Handle) Run(ctx context.Context) (Report, error) {
	var report Report
	var troubles []error
	for range handleBatch {
		m, err := h.Store.ClaimIncoming(ctx, h.Lease)
		if err != nil {
			troubles = append(troubles, err)
		}
		if m == nil || ctx.Err() != nil {
			return report, errors.Join(troubles...)
		}
		if err := h.one(ctx, m); err != nil {
			troubles = append(troubles, err)
		}
		report.Done++
	}
	report.More = true
	return report, errors.Join(troubles...)
}

func (h Handle) one(ctx context.Context, m *store.Incoming) error {
	verdict, err := h.decide(ctx, *m)
	if err := h.Store.IncomingRead(context.WithoutCancel(ctx), m); err != nil {
		return err
	}
	if err != nil {
		err = fmt.Errorf("incoming message %s: %w", m.ID, err)
		keep, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		if ctx.Err() != nil {
			return errors.Join(err, h.Store.ReleaseIncoming(keep, m))
		}
		review := ""
		if m.Attempts+1 >= handlePatience {
			review = "Входящее сообщение не удаётся обработать: нужна помощь администратора"
		}
		return errors.Join(err, h.Store.IncomingFailed(keep, m, err.Error(), review))
	}
	if err := h.Store.IncomingDone(ctx, m, verdict); err != nil {
		if errors.Is(err, store.ErrLost) {
			return nil // withdrawn meanwhile
		}
		return err
	}
	attrs := []any{"answer_id", m.ID, "kind", m.Kind, "note", verdict.Note}
	if verdict.Review != "" {
		h.Log.Warn("incoming message needs attention", attrs...)
	} else {
		h.Log.Info("incoming message handled", attrs...)
	}
	return nil
}

func (h Handle) decide(ctx context.Context, m store.Incoming) (store.IncomingVerdict, error) {
	switch bus.IncomingKind(m.Kind) {
	case bus.IncomingCancel:
		return h.cancel(ctx, m)
	case bus.IncomingBroadcast, bus.IncomingRequest:
	default:
		return store.IncomingVerdict{
			Outcome: store.IncomingUnhandled, Note: "message of an unknown kind",
			Review: "Пришло сообщение неизвестного вида: оно сохранено, ничего не сделано",
		}, nil
	}
	if m.Withdrawn {
		return store.IncomingVerdict{Outcome: store.IncomingCancelled, Note: "withdrawn by its sender"}, nil
	}
	for _, handler := range h.Handlers {
		if handler.Handles(m.Namespace) {
			return handler.Handle(ctx, m)
		}
	}
	return h.unexpected(m), nil
}

// cancel: only its own sender withdraws a request.
func (h Handle) cancel(ctx context.Context, m store.Incoming) (store.IncomingVerdict, error) {
	others, err := h.Store.RequestIsOthers(ctx, m.Cancels, m.Sender)
	if err != nil || !others {
		return store.IncomingVerdict{Note: "a request is withdrawn"}, err
	}
	return store.IncomingVerdict{
		Outcome: store.IncomingUnhandled, Note: "a request of somebody else was to be withdrawn",
		Review: "Пришёл отзыв чужого запроса: он сохранён, запрос не отозван",
	}, nil
}

// unexpected is what becomes of a message nobody handles: the gateway is a
// consumer and provides nothing to others.
func (h Handle) unexpected(m store.Incoming) store.IncomingVerdict {
	v := store.IncomingVerdict{Outcome: store.IncomingUnhandled, Note: "nobody handles this content"}
	switch {
	case m.Kind == string(bus.IncomingBroadcast):
		v.Review = "Пришла рассылка, которую шлюз не обрабатывает: она сохранена"
	case !h.RejectUnexpected:
		v.Review = "Пришёл запрос, которого шлюз не обрабатывает: он сохранён и оставлен без ответа"
	case m.ReplyTo == "":
		v.Review = "Пришёл запрос, которого шлюз не обрабатывает, без обратного адреса: он сохранён и оставлен без ответа"
	default:
		v.Rejection = &store.Rejection{
			Code:        "UNKNOWN_REQUEST_DESCRIPTION",
			Description: "Система не предоставляет сведений этого вида и не обрабатывает таких запросов",
		}
		v.Review = "Пришёл запрос, которого шлюз не обрабатывает: он сохранён, отправителю уходит отказ"
	}
	return v
}
