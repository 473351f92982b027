package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// ChannelService is the channel of NOTIFY on which the switch is announced. All
// channels are public contract: code/40_notify.sql.
const ChannelService = "egisso_service"

// ChannelClassifier is the channel on which changes of КМСЗ and wishes for its
// update are announced.
const ChannelClassifier = "egisso_kmsz"

// Listen calls notify for every notification on the channels until ctx ends or
// the connection breaks; the caller listens again. notify("") is called once
// listening began: what happened before may have been missed.
func (s *Store) Listen(ctx context.Context, channels []string, notify func(channel string)) error {
	pooled, err := s.pool.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("connect to listen: %w", err)
	}
	conn := pooled.Hijack() // a listening connection never goes back to the pool
	defer conn.Close(context.WithoutCancel(ctx))
	for _, channel := range channels {
		if _, err := conn.Exec(ctx, "listen "+pgx.Identifier{channel}.Sanitize()); err != nil {
			return fmt.Errorf("listen on %s: %w", channel, err)
		}
	}
	notify("")
	for {
		n, err := conn.WaitForNotification(ctx)
		if err != nil {
			return fmt.Errorf("wait for notifications: %w", err)
		}
		notify(n.Channel)
	}
}
