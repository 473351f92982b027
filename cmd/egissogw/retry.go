package main

import (
	"context"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/lifecycle"
	"egissogw/adapter/store"

	"github.com/google/uuid"
)

// tryAgain lets a record or a package be tried again.
func tryAgain(ctx context.Context, a *app, args []string) error {
	f := a.personFlags("retry")
	a.jsonFlag(f)
	name := f.String("register", "", "реестр, если ключ есть в нескольких")
	reason := f.String("reason", "", "причина, обязательна")
	meaning := f.String("as", "", "запись называет другого человека: correction — исправлены его данные, replacement — ключ отдан другому назначению")
	positional, err := parse(f, args)
	if err != nil {
		return err
	}
	what, err := oneArgument(positional, "ключ записи или идентификатор пакета")
	if err != nil {
		return err
	}
	if *reason == "" {
		return usageError{"укажите причину: --reason ТЕКСТ"}
	}
	return a.commanded(ctx, func(s *store.Store) (string, error) {
		if id, err := uuid.Parse(what); err == nil {
			_, _, found, err := s.JournalEntry(ctx, id)
			if err != nil {
				return "", err
			}
			if found {
				return s.RetryPackage(ctx, id, *reason)
			}
		}
		key, err := findRecord(ctx, s, *name, what)
		if err != nil {
			return "", err
		}
		if *meaning != "" {
			if key.Register != egisso.RegisterFact {
				return "", usageError{"--as только для фактов"}
			}
			return s.ConfirmIdentity(ctx, key.Key, lifecycle.Identity(*meaning), *reason)
		}
		return s.RetryRecord(ctx, key.Register, key.Key, *reason)
	})
}
