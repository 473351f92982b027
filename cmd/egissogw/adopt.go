package main

import (
	"context"

	"github.com/google/uuid"

	"egissogw/adapter/store"
)

// adopt takes a record for one that ЕГИССО has under an id a person saw there.
func adopt(ctx context.Context, a *app, args []string) error {
	f := a.personFlags("adopt")
	a.jsonFlag(f)
	reason := f.String("reason", "", "причина, обязательна")
	positional, err := parse(f, args)
	switch {
	case err != nil:
		return err
	case len(positional) != 3:
		return usageError{"нужно РЕЕСТР КЛЮЧ UUID"}
	case *reason == "":
		return usageError{"укажите причину: --reason ТЕКСТ"}
	}
	register, err := registerNamed(positional[0])
	if err != nil {
		return err
	}
	id, err := uuid.Parse(positional[2])
	if err != nil {
		return usageError{"последнее — UUID, под которым запись лежит в ЕГИССО"}
	}
	return a.commanded(ctx, func(s *store.Store) (string, error) { return s.AdoptRecord(ctx, register, positional[1], id, *reason) })
}
