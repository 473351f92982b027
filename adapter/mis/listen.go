package mis

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// Listen calls notify whenever the source notifies the channel of a change, until ctx
// ends or the connection breaks; the caller listens again. notify is also called once
// listening began: what happened before may have been missed. It is a reason to look,
// no more: what changed is found by [Source.Changed].
func (s *Source) Listen(ctx context.Context, channel string, notify func()) error {
	pooled, err := s.pool.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("connect to listen to the source: %w", err)
	}
	conn := pooled.Hijack() // a listening connection never goes back to the pool
	defer conn.Close(context.WithoutCancel(ctx))
	if _, err := conn.Exec(ctx, "listen "+pgx.Identifier{channel}.Sanitize()); err != nil {
		return fmt.Errorf("listen to the source on %s: %w", channel, err)
	}
	notify()
	for {
		if _, err := conn.WaitForNotification(ctx); err != nil {
			return fmt.Errorf("wait for notifications of the source: %w", err)
		}
		notify()
	}
}
