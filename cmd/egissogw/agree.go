package main

import (
	"context"

	"egissogw/adapter/store"
)

// agree says that a person agrees with a package, under the person's own role.
func agree(ctx context.Context, a *app, args []string) error {
	return a.pairOfEyes(ctx, "agree", args, func(s *store.Store, w word) (string, error) {
		return s.AgreePackage(ctx, w.id, w.reason, w.seen)
	})
}
