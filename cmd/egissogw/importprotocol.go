package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"egissogw/adapter/egisso/lifecycle"
	"egissogw/adapter/egisso/wire"
	"egissogw/adapter/store"
	"egissogw/cmd/egissogw/internal/assemble"
	"egissogw/cmd/egissogw/internal/screen"
	"egissogw/jobs"
)

// importProtocol applies a protocol taken from the provider's cabinet.
func importProtocol(ctx context.Context, a *app, args []string) error {
	f := a.personFlags("import-protocol")
	text := f.String("package", "", "пакет, если протокол его не называет")
	reason := f.String("reason", "", "причина; обязательна, если пакет отправлен по СМЭВ и ответ ещё может прийти")
	asJSON := a.jsonFlag(f)
	positional, err := parse(f, args)
	if err != nil {
		return err
	}
	name, err := oneFile(positional)
	if err != nil {
		return err
	}
	var named uuid.UUID
	if *text != "" {
		if named, err = uuid.Parse(*text); err != nil {
			return usageError{notPackage}
		}
	}
	raw, err := a.readUpTo(ctx, name, wire.ProtocolBytes)
	if err != nil {
		return err
	}
	// What nobody can use is not kept.
	if _, refused := lifecycle.ProtocolPackage(raw, named); refused != "" {
		return errors.New(refused)
	}
	c, err := a.loadFor(ctx, "database")
	if err != nil {
		return err
	}
	s, err := assemble.OpenStore(ctx, c.Database, a.storeOptions(c)...)
	if err != nil {
		return err
	}
	defer s.Close()
	id, fresh, err := s.StoreProtocol(ctx, named, raw, *reason)
	if err != nil {
		return operatorError(err)
	}
	outcome, err := jobs.ImportProtocol{Store: s, Log: a.logger(c.Log)}.Apply(ctx, id)
	if err != nil {
		return operatorError(err)
	}
	if *asJSON {
		if err := a.printJSON(outcome); err != nil {
			return err
		}
	}
	return a.printImport(outcome, fresh, *asJSON)
}

func (a *app) printImport(o store.ProtocolOutcome, fresh, quiet bool) error {
	switch {
	case o.State == "refused":
		return errors.New(o.Note)
	case o.State == "set_aside":
		return fmt.Errorf("файл отложен: его разбор не раз завершал программу; прочитать снова: egissogw inbox retry protocol:%s --reason ТЕКСТ", o.ID)
	case quiet:
		return nil
	case o.State == "" && o.Note != "": // an earlier attempt failed
		_, err := screen.Fprintf(a.stdout, "%s\n", o.Note)
		return err
	case o.State == "":
		_, err := screen.Fprintf(a.stdout, "Протокол сохранён, его разбирает другой процесс\n")
		return err
	case !fresh:
		_, err := screen.Fprintf(a.stdout, "Этот протокол уже загружен, пакет %s: %s\n", o.PackageID, o.Note)
		return err
	}
	_, err := screen.Fprintf(a.stdout, "Протокол применён, пакет %s: %s\n", o.PackageID, o.Note)
	return err
}
