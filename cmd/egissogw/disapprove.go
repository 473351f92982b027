package main

import (
	"context"

	"egissogw/adapter/store"
)

// disapprove keeps a package from leaving as it is.
func disapprove(ctx context.Context, a *app, args []string) error {
	return a.pairOfEyes(ctx, "disapprove", args, func(s *store.Store, w word) (string, error) {
		if w.reason == "" {
			return "", usageError{"укажите причину: --reason ТЕКСТ"}
		}
		return s.DisapprovePackage(ctx, w.id, w.reason)
	})
}
