package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/wire"
	"egissogw/adapter/store"
	"egissogw/cmd/egissogw/internal/fault"
	"egissogw/cmd/egissogw/internal/screen"
)

// kmsz asks for the classifier of measures, shows what is known of it, compares
// two versions or loads a document.
func kmsz(ctx context.Context, a *app, args []string) error {
	f := a.personFlags("kmsz")
	asJSON := a.jsonFlag(f)
	positional, err := parse(f, args)
	if err != nil {
		return err
	}
	verb := ""
	if len(positional) > 0 {
		verb, positional = positional[0], positional[1:]
	}
	run, ok := map[string]func(context.Context, *app, *store.Store, []string, bool) error{
		"request": requestKMSZ, "show": showKMSZ, "diff": diffKMSZ, "load": loadKMSZ,
	}[verb]
	arguments := map[string]int{"diff": 2, "load": 1}[verb]
	if !ok || len(positional) != arguments {
		return usageError{"нужно одно из: request, show, diff ВЕРСИЯ ВЕРСИЯ, load ФАЙЛ"}
	}
	s, err := a.openStore(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	return run(ctx, a, s, positional, *asJSON)
}

func requestKMSZ(ctx context.Context, a *app, s *store.Store, _ []string, asJSON bool) error {
	if err := s.RequestKMSZUpdate(ctx); err != nil {
		return operatorError(err)
	}
	o, err := s.ClassifierOverview(ctx, 0)
	if err != nil {
		return err
	}
	if asJSON {
		return a.printJSON(o.Requests)
	}
	return printRequests(a.stdout, o.Requests)
}

// shownNotes is how many of the newest notes are shown.
const shownNotes = 10

func showKMSZ(ctx context.Context, a *app, s *store.Store, _ []string, asJSON bool) error {
	o, err := s.ClassifierOverview(ctx, shownNotes)
	if err != nil {
		return err
	}
	if asJSON {
		return a.printJSON(o)
	}
	printVersions(a.stdout, o)
	screen.Fprintln(a.stdout)
	if err := printRequests(a.stdout, o.Requests); err != nil {
		return err
	}
	printInvalid(a.stdout, o)
	if len(o.Notes) > 0 {
		screen.Fprintf(a.stdout, "\nПоследние события\n")
		for _, n := range o.Notes {
			screen.Fprintf(a.stdout, "  %s  %s  %s\n", screen.Time(n.At), n.Source, n.Note)
		}
	}
	return nil
}

func printVersions(w io.Writer, o store.ClassifierOverview) {
	if len(o.Versions) == 0 {
		screen.Fprintf(w, "КМСЗ ещё не получена: правила проверки, которым она нужна, не применяются\n")
	} else {
		t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
		screen.Fprintf(t, "Версия\tСтатус\tДействует с\tМер\tРазделов\tКатегорий\tУровней\tИсточников\tФорм\tПравил\tПолучена\tОткуда\tДокумент\n")
		for _, v := range o.Versions {
			screen.Fprintf(t, "%d\t%s\t%s\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%s\t%s\t%s\n", v.Number, v.Status, v.StartDate.In(egisso.Moscow).Format("02.01.2006"),
				v.Measures, v.Parts, v.Categories, v.Levels, v.Funding, v.Forms, v.Rules, screen.Time(v.ReceivedAt), v.Source, v.Document)
		}
		t.Flush()
	}
	screen.Fprintf(w, "Справочники: периодичность — записей %d, единицы измерения — записей %d\n", o.Periodicities, o.Units)
}

func printRequests(w io.Writer, requests []store.ClassifierRequest) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	screen.Fprintf(t, "Классификатор\tПоследний запрос\tПоследний ответ\tЗапрошен\n")
	for _, r := range requests {
		wanted := "—"
		if r.WantedAt != nil {
			wanted = screen.TimeIfKnown(r.WantedAt) + ": " + r.Reason
		}
		screen.Fprintf(t, "%s\t%s\t%s\t%s\n", r.Code, screen.TimeIfKnown(r.AskedAt), screen.TimeIfKnown(r.ReceivedAt), wanted)
	}
	return t.Flush()
}

// printInvalid lists our measures that do not pass, by version.
func printInvalid(w io.Writer, o store.ClassifierOverview) {
	of := 0
	for _, m := range o.Invalid {
		if m.Version != of {
			of = m.Version
			when := "которая ещё не действует"
			if m.Active {
				when = "действующей"
			}
			screen.Fprintf(w, "\nЛМСЗ, не соответствующие версии %d, %s\n", m.Version, when)
		}
		screen.Fprintf(w, "  %s [%s]: %s %s: %s\n", m.Title, m.RecordNo, m.Type, m.Code, m.Comment)
	}
	if len(o.Versions) > 0 && len(o.Invalid) == 0 {
		screen.Fprintf(w, "\nВсе ЛМСЗ соответствуют КМСЗ\n")
	}
}

// diffKMSZ compares two versions.
func diffKMSZ(ctx context.Context, a *app, s *store.Store, args []string, asJSON bool) error {
	var versions [2]*egisso.KMSZ
	for i, text := range args {
		number, err := strconv.Atoi(text)
		if err != nil || number < 1 {
			return usageError{"версия КМСЗ — целое положительное число"}
		}
		if versions[i], err = s.KMSZ(ctx, number); err != nil {
			return err
		}
		if versions[i] == nil {
			return fmt.Errorf("версии КМСЗ %d здесь нет; какие есть: egissogw kmsz show", number)
		}
	}
	changes := egisso.DiffKMSZ(versions[0], versions[1])
	if asJSON {
		return a.printJSON(changes)
	}
	return printChanges(a.stdout, changes)
}

func printChanges(w io.Writer, changes []egisso.Change) error {
	if len(changes) == 0 {
		_, err := screen.Fprintf(w, "Различий нет\n")
		return err
	}
	var facet egisso.Facet
	for _, c := range changes {
		if c.Facet != facet {
			facet = c.Facet
			screen.Fprintln(w, facet.Title())
		}
		names := c.New
		switch {
		case c.Old != "" && c.New != "" && c.Old != c.New:
			names = c.Old + " → " + c.New
		case c.New == "":
			names = c.Old
		}
		screen.Fprintln(w, strings.TrimRight(fmt.Sprintf("  %-9s %s  %s", c.Type.Title(), c.Code, names), " "))
	}
	_, err := screen.Fprintf(w, "Всего различий: %d\n", len(changes))
	return err
}

// loadKMSZ stores a document about the classifier that was brought as a file: an
// answer of 10.02.I, a publication (10.01.O) or an activation (10.03.O).
func loadKMSZ(ctx context.Context, a *app, s *store.Store, args []string, asJSON bool) error {
	body, err := a.read(ctx, args[0])
	if err != nil {
		return err
	}
	done := a.progress().busy("Классификатор сохраняется и сверяется с ЛМСЗ")
	news, err := loadClassifierDocument(ctx, s, body)
	done()
	if err != nil {
		return operatorError(err)
	}
	if asJSON {
		return a.printJSON(news)
	}
	if len(news.Notes) == 0 {
		_, err = screen.Fprintf(a.stdout, "Изменений нет\n")
	}
	for _, n := range news.Notes {
		_, err = screen.Fprintln(a.stdout, n)
	}
	return err
}

// loadClassifierDocument tells the documents apart by the namespace of the root:
// programs declare those of all of them in each.
func loadClassifierDocument(ctx context.Context, s *store.Store, body []byte) (store.ClassifierNews, error) {
	space, _, err := wire.RootOf(body)
	if err != nil {
		return store.ClassifierNews{}, fmt.Errorf("документ не читается: %w", fault.Because(err))
	}
	switch {
	case strings.HasPrefix(space, "urn://egisso-ru/msg/10.01.O/"):
		publication, err := wire.ReadPublication(body)
		if err != nil {
			return store.ClassifierNews{}, fmt.Errorf("публикация КМСЗ не читается: %w", err)
		}
		return s.SavePublication(ctx, publication, body, store.ClassifierFile)
	case strings.HasPrefix(space, "urn://egisso-ru/msg/10.03.O/"):
		headers, err := wire.ReadActivation(body)
		if err != nil {
			return store.ClassifierNews{}, fmt.Errorf("активация КМСЗ не читается: %w", err)
		}
		return s.SaveActivation(ctx, headers, store.ClassifierFile)
	case strings.HasPrefix(space, "urn://egisso-ru/msg/10.02.I/"):
		answer, err := wire.ReadClassifierAnswer(body)
		if err != nil {
			return store.ClassifierNews{}, fmt.Errorf("ответ 10.02.I не читается: %w", err)
		}
		return s.SaveClassifierAnswer(ctx, answer, body, store.ClassifierFile)
	}
	return store.ClassifierNews{}, errors.New("файл не является ответом 10.02.I, публикацией 10.01.O или активацией 10.03.O: корневой элемент другого вида сведений")
}
