package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5/pgconn"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/lifecycle"
	"egissogw/adapter/store"
)

// operatorError says in Russian why the database refused a command: functions of
// the schema raise texts for people.
func operatorError(err error) error {
	if errors.Is(err, store.ErrPruned) {
		return errors.New("содержание удалено: срок хранения истёк; хэш, подписи и то, что есть в архиве, даёт egissogw evidence")
	}
	var pg *pgconn.PgError
	if !errors.As(err, &pg) {
		return err
	}
	switch pg.Code {
	case pgerrcode.RaiseException, pgerrcode.LockNotAvailable:
		return errors.New(pg.Message)
	case pgerrcode.InsufficientPrivilege:
		return fmt.Errorf("роли, под которой открыта база, это не разрешено: нужна egisso_operator или egisso_gateway (%w)", err)
	}
	return err
}

// registerNamed reads the name of a register.
func registerNamed(text string) (egisso.Register, error) {
	if r, ok := egisso.RegisterNamed(text); ok {
		return r, nil
	}
	var names []string
	for _, r := range egisso.Registers() {
		names = append(names, string(r))
	}
	return "", usageError{fmt.Sprintf("нет реестра %q; есть %s", text, strings.Join(names, ", "))}
}

// oneArgument gives the only positional argument.
func oneArgument(positional []string, what string) (string, error) {
	if len(positional) != 1 {
		return "", usageError{"нужно одно: " + what}
	}
	return positional[0], nil
}

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
		_, err = fprintf(a.stdout, "%s: нет данных для отправки\n", register.Named())
	} else {
		_, err = fprintf(a.stdout, "%s: записей к отправке %d, пакеты сформирует служба\n", register.Named(), ready)
	}
	return err
}

// sendHeld lets a package go that was formed on command.
func sendHeld(ctx context.Context, a *app, args []string) error {
	id, err := packageNamed(a, "send", args)
	if err != nil {
		return err
	}
	return a.commanded(ctx, func(s *store.Store) (string, error) { return s.SendPackage(ctx, id) })
}

// commanded runs a command of the database and prints what follows from it.
func (a *app) commanded(ctx context.Context, run func(*store.Store) (string, error)) error {
	s, err := a.openStore(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	text, err := run(s)
	if err != nil {
		return operatorError(err)
	}
	return a.say(text)
}

// say prints what a command of the database answered.
func (a *app) say(text string) error {
	if a.asJSON {
		return a.printJSON(map[string]string{"result": text})
	}
	_, err := fprintln(a.stdout, text)
	return err
}

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

// findRecord finds the one record meant by a key, a number or an element's id.
func findRecord(ctx context.Context, s *store.Store, register, what string) (store.RecordKey, error) {
	var in egisso.Register
	if register != "" {
		var err error
		if in, err = registerNamed(register); err != nil {
			return store.RecordKey{}, err
		}
	}
	found, err := s.FindRecords(ctx, in, what)
	if err != nil {
		return store.RecordKey{}, err
	}
	// A key means itself, though it may be the number of other records.
	if exact := slices.DeleteFunc(slices.Clone(found), func(k store.RecordKey) bool { return k.Key != what }); len(exact) > 0 {
		found = exact
	}
	switch len(found) {
	case 0:
		return store.RecordKey{}, fmt.Errorf("записи %q нет: ключи и номера — в egisso.record_status и egissogw journal ПАКЕТ", what)
	case 1:
		return found[0], nil
	}
	var names []string
	for _, k := range found {
		names = append(names, string(k.Register)+" "+k.Key)
	}
	return store.RecordKey{}, fmt.Errorf("записей несколько: %s; укажите ключ и --register", strings.Join(names, ", "))
}

// dissolve takes a package apart that has not left.
func dissolve(ctx context.Context, a *app, args []string) error {
	id, err := packageNamed(a, "dissolve", args)
	if err != nil {
		return err
	}
	return a.commanded(ctx, func(s *store.Store) (string, error) { return s.DissolvePackage(ctx, id) })
}

// packageNamed reads the only argument of a command, a package.
func packageNamed(a *app, command string, args []string) (uuid.UUID, error) {
	f := a.personFlags(command)
	a.jsonFlag(f)
	positional, err := parse(f, args)
	if err != nil {
		return uuid.Nil, err
	}
	text, err := oneArgument(positional, "идентификатор пакета")
	if err != nil {
		return uuid.Nil, err
	}
	id, err := uuid.Parse(text)
	if err != nil {
		return uuid.Nil, usageError{notPackage}
	}
	return id, nil
}

// release gives back the records of a package whose answer does not come.
func release(ctx context.Context, a *app, args []string) error {
	f := a.personFlags("release")
	asJSON := a.jsonFlag(f)
	reason := f.String("reason", "", "причина, обязательна")
	confirmed := f.Bool("not-loaded", false, "подтверждаю: ЕГИССО этот пакет не загрузила")
	positional, err := parse(f, args)
	if err != nil {
		return err
	}
	text, err := oneArgument(positional, "идентификатор пакета")
	if err != nil {
		return err
	}
	id, err := uuid.Parse(text)
	switch {
	case err != nil:
		return usageError{notPackage}
	case *reason == "":
		return usageError{"укажите причину: --reason ТЕКСТ"}
	case !*confirmed:
		return usageError{"записи пакета уйдут ещё раз; проверьте в кабинете поставщика, что ЕГИССО пакет не загрузила, и добавьте --not-loaded"}
	}
	s, err := a.openStore(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	n, err := s.ReleasePackage(ctx, id, *reason)
	if err != nil {
		return operatorError(err)
	}
	if *asJSON {
		return a.printJSON(map[string]int{"released": n})
	}
	_, err = fprintf(a.stdout, "Освобождено записей: %d, они уйдут в следующем пакете\n", n)
	return err
}
