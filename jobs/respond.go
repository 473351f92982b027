package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"egissogw/adapter/bus"
	"egissogw/adapter/store"
	"egissogw/adapter/store/crashpoint"
)

// Respond signs the answers to requests of others and stores the final bytes
// with their MessageID before anything leaves; Send posts them.
type Respond struct {
	Store        *store.Store
	Switch       serviceSwitch
	Builder      Builder
	Signing      *Ability      // as in Sign
	Clock        *Clock        // as in Sign
	Registration *Registration // as in Sign
	Lease        time.Duration
	Now          func() time.Time
	Log          *slog.Logger
}

// Name implements Job.
func (Respond) Name() string { return "respond" }

// Run implements Job: one answer. Done counts answers.
func (r Respond) Run(ctx context.Context) (Report, error) {
	if err := requireService(ctx, r.Switch); err != nil {
		return quietly(Report{}, err)
	}
	if r.Registration.Refused() || !r.Signing.Ready(r.Now()) {
		return Report{Skipped: true}, nil
	}
	if wrong, err := r.Clock.Wrong(ctx); wrong || err != nil {
		return Report{Skipped: true}, err
	}
	reply, err := r.Store.ClaimReply(ctx, r.Lease)
	if err != nil || reply == nil {
		return Report{}, err
	}
	id := r.Builder.NewMessageID(r.Now())
	envelope, err := r.Builder.BuildResponse(ctx, bus.Response{
		MessageID: id, To: reply.To,
		Refusals: []bus.Refusal{{Code: reply.Rejection.Code, Text: reply.Rejection.Description}},
	})
	if err != nil {
		return r.failed(ctx, reply, fmt.Errorf("sign the answer to incoming message %s: %w", reply.IncomingID, err))
	}
	r.Signing.Has()
	messageID, err := uuid.Parse(id)
	if err != nil {
		return Report{}, fmt.Errorf("message id: %w", err)
	}
	crashpoint.At("respond: answer signed")
	if err := r.Store.StoreReply(ctx, reply, store.Message{ID: messageID, Envelope: envelope, Certificate: r.Registration.certificate()}); err != nil {
		return Report{}, err
	}
	r.Log.Info("answer to a request signed", "answer_id", reply.IncomingID, "message_id", id)
	return Report{Done: 1, More: true}, nil
}

func (r Respond) failed(ctx context.Context, reply *store.Reply, cause error) (Report, error) {
	keep, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	if errors.Is(cause, ErrServiceOff) || ctx.Err() != nil {
		return quietly(Report{}, cause, r.Store.ReleaseReply(keep, reply))
	}
	if cannotSign(r.Signing, cause, r.Now(), r.Log) {
		return Report{}, errors.Join(cause, r.Store.ReleaseReply(keep, reply))
	}
	return Report{More: true}, errors.Join(cause, r.Store.ReplyFailed(keep, reply, cause.Error()))
}
