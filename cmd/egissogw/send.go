package main

import (
	"context"

	"egissogw/adapter/store"
)

// sendHeld lets a package go that was formed on command.
func sendHeld(ctx context.Context, a *app, args []string) error {
	id, err := packageNamed(a, "send", args)
	if err != nil {
		return err
	}
	return a.commanded(ctx, func(s *store.Store) (string, error) { return s.SendPackage(ctx, id) })
}
