package main

import (
	"context"

	"egissogw/adapter/store"
)

// dissolve takes a package apart that has not left.
func dissolve(ctx context.Context, a *app, args []string) error {
	id, err := packageNamed(a, "dissolve", args)
	if err != nil {
		return err
	}
	return a.commanded(ctx, func(s *store.Store) (string, error) { return s.DissolvePackage(ctx, id) })
}
