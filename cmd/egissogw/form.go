package main

import (
	"context"

	"egissogw/adapter/egisso"
	"egissogw/cmd/egissogw/internal/screen"
)

// order asks for packages of a register now.
func order(ctx context.Context, a *app, args []string) error {
	f := a.personFlags("form")
	asJSON := a.jsonFlag(f)
	positional, err := parse(f, args)
	if err != nil {
		return err
	}
	name, err := oneArgument(positional, "реестр")
	if err != nil {
		return err
	}
	register, err := registerNamed(name)
	if err != nil {
		return err
	}
	s, err := a.openStore(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	ready, err := s.OrderPackage(ctx, register)
	if err != nil {
		return operatorError(err)
	}
	if *asJSON {
		return a.printJSON(struct {
			Register egisso.Register `json:"register"`
			Ready    int             `json:"ready"` // records to be packed by the service
		}{register, ready})
	}
	if ready == 0 {
		_, err = screen.Fprintf(a.stdout, "%s: нет данных для отправки\n", register.Named())
	} else {
		_, err = screen.Fprintf(a.stdout, "%s: записей к отправке %d, пакеты сформирует служба\n", register.Named(), ready)
	}
	return err
}
