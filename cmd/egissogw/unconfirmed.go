package main

import (
	"context"

	"egissogw/adapter/egisso"
	"egissogw/adapter/store"
	"egissogw/cmd/egissogw/internal/screen"
)

// unconfirmed counts records that ЕГИССО may hold with other content, or sends their content
// once more.
func unconfirmed(ctx context.Context, a *app, args []string) error {
	f := a.personFlags("unconfirmed")
	asJSON := a.jsonFlag(f)
	reason := f.String("reason", "", "причина, обязательна для send")
	positional, err := parse(f, args)
	if err != nil {
		return err
	}
	if len(positional) == 0 {
		return a.countUnconfirmed(ctx, *asJSON)
	}
	switch {
	case positional[0] != "send" || len(positional) < 2 || len(positional) > 3:
		return usageError{"нужно send РЕЕСТР [КЛЮЧ] или ничего"}
	case *reason == "":
		return usageError{"укажите причину: --reason ТЕКСТ"}
	}
	register, err := registerNamed(positional[1])
	if err != nil {
		return err
	}
	key := ""
	if len(positional) == 3 {
		key = positional[2]
	}
	return a.commanded(ctx, func(s *store.Store) (string, error) { return s.SendUnconfirmed(ctx, register, key, *reason) })
}

func (a *app) countUnconfirmed(ctx context.Context, asJSON bool) error {
	s, err := a.openStore(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	st, err := s.Status(ctx)
	if err != nil {
		return err
	}
	if asJSON {
		return a.printJSON(st.Unconfirmed)
	}
	if len(st.Unconfirmed) == 0 {
		_, err := screen.Fprintln(a.stdout, "Записей, содержание которых ЕГИССО не подтвердила, нет")
		return err
	}
	for _, c := range st.Unconfirmed {
		screen.Fprintf(a.stdout, "%s: записей, содержание которых не подтверждено: %d\n", egisso.Register(c.Register).Named(), c.Count)
	}
	return nil
}
