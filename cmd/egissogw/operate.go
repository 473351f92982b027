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
	"egissogw/adapter/store"
	"egissogw/cmd/egissogw/internal/screen"
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
	_, err := screen.Fprintln(a.stdout, text)
	return err
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
