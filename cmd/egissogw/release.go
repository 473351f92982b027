package main

import (
	"context"

	"egissogw/cmd/egissogw/internal/screen"

	"github.com/google/uuid"
)

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
	_, err = screen.Fprintf(a.stdout, "Освобождено записей: %d, они уйдут в следующем пакете\n", n)
	return err
}
