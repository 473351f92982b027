package main

import (
	"context"
	"fmt"

	"egissogw/adapter/store"
	"egissogw/cmd/egissogw/internal/screen"
)

// signing moves or shows the switch of the signing and sending service.
func signing(ctx context.Context, a *app, args []string) error {
	f := a.personFlags("signing")
	reason := f.String("reason", "", "причина, обязательна для on и off")
	asJSON := a.jsonFlag(f)
	positional, err := parse(f, args)
	if err != nil {
		return err
	}
	if len(positional) != 1 {
		return usageError{"нужно одно из: on, off, status"}
	}
	verb := positional[0]
	switch verb {
	case "on", "off":
		if *reason == "" {
			return usageError{"укажите причину: --reason ТЕКСТ"}
		}
	case "status":
	default:
		return usageError{"нужно одно из: on, off, status"}
	}
	s, err := a.openStore(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	if verb != "status" {
		if err := s.SetService(ctx, verb == "on", *reason); err != nil {
			return operatorError(err)
		}
	}
	state, err := s.Service(ctx)
	if err != nil {
		return err
	}
	if verb == "on" && !state.Enabled {
		return fmt.Errorf("включение не подействовало, сервис тем временем выключили (%s: %s)", state.ChangedBy, state.Reason)
	}
	if *asJSON {
		return a.printJSON(state)
	}
	_, err = screen.Fprintln(a.stdout, serviceLine(state))
	return err
}

func serviceLine(s store.Service) string {
	state := "Выключен"
	if s.Enabled {
		state = "Включен"
	}
	return fmt.Sprintf("Состояние сервиса подписи и отправки: %s (с %s, %s: %s)",
		state, screen.Time(s.ChangedAt), s.ChangedBy, s.Reason)
}
