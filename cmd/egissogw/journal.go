package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/google/uuid"

	"egissogw/adapter/store"
	"egissogw/cmd/egissogw/internal/screen"
)

// journal shows the newest packages, or one package with its details.
func journal(ctx context.Context, a *app, args []string) error {
	f := a.flags("journal")
	asJSON := a.jsonFlag(f)
	limit := f.Int("limit", 20, "сколько последних пакетов показать")
	positional, err := parse(f, args)
	if err != nil {
		return err
	}
	if len(positional) > 1 || *limit < 1 {
		return usageError{"нужен один идентификатор пакета или ни одного; --limit больше нуля"}
	}
	s, err := a.openStore(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	if len(positional) == 1 {
		return a.journalOne(ctx, s, positional[0], *asJSON)
	}
	entries, err := s.Journal(ctx, *limit)
	if err != nil {
		return err
	}
	if *asJSON {
		return a.printJSON(entries)
	}
	return printJournal(a.stdout, entries)
}

// notPackage is said of a word that is no id of a package.
const notPackage = "идентификатор пакета должен быть UUID: его показывает egissogw journal"

func (a *app) journalOne(ctx context.Context, s *store.Store, text string, asJSON bool) error {
	id, err := uuid.Parse(text)
	if err != nil {
		return usageError{notPackage}
	}
	entry, details, found, err := s.JournalEntry(ctx, id)
	if err != nil {
		return err
	}
	if !found {
		return fmt.Errorf("пакета %s нет в журнале", id)
	}
	findings, err := s.PackageFindings(ctx, id)
	if err != nil {
		return err
	}
	if asJSON {
		return a.printJSON(struct {
			store.JournalEntry
			Details  []store.JournalDetail `json:"details"`
			Findings []store.JournalDetail `json:"findings"` // of the checks, before it left
		}{entry, details, findings})
	}
	if err := printJournal(a.stdout, []store.JournalEntry{entry}); err != nil {
		return err
	}
	if len(findings) > 0 {
		screen.Fprintf(a.stdout, "\nЗамечания проверок до отправки\n")
		if err := printMessages(a.stdout, findings); err != nil {
			return err
		}
	}
	return printDetails(a.stdout, details)
}

// printJournal prints a package in a few lines, none wider than a terminal.
func printJournal(to io.Writer, entries []store.JournalEntry) error {
	w := screen.NewNarrow(to)
	screen.Fprintf(w, "Журнал запросов в ЕГИССО\n")
	if len(entries) == 0 {
		screen.Fprintf(w, "Пакетов ещё не было\n")
	}
	for _, e := range entries {
		records := ""
		if e.RecordCount != nil {
			records = fmt.Sprintf(", записей: %d", *e.RecordCount)
		}
		screen.Fprintf(w, "%s  %s%s\n  %s  %s\n", screen.Time(e.CreatedAt), e.PackageType, records, e.ID, e.Status)
		for _, text := range []string{e.Info, e.Review} {
			if text != "" {
				screen.Fprintf(w, "  %s\n", text)
			}
		}
		if e.Warned > 0 {
			screen.Fprintf(w, "  с предупреждениями проверок: %d\n", e.Warned)
		}
		if e.ApprovedBy != "" {
			screen.Fprintf(w, "  утвердил %s\n", e.ApprovedBy)
		}
	}
	return nil
}

func printDetails(w io.Writer, details []store.JournalDetail) error {
	screen.Fprintf(w, "\nДетализация отправки пакета\n")
	if len(details) == 0 {
		_, err := screen.Fprintf(w, "Замечаний нет\n")
		return err
	}
	return printMessages(w, details)
}

// printMessages prints what was said of each record under its number.
func printMessages(to io.Writer, details []store.JournalDetail) error {
	w := screen.NewNarrow(to)
	for i, d := range details {
		if d.RecordNo != "" && (i == 0 || d.RecordNo != details[i-1].RecordNo) {
			screen.Fprintf(w, "Запись %s\n", d.RecordNo)
		}
		screen.Fprintf(w, "  %s\n", strings.TrimSpace(d.MessageType+" "+d.Code)+": "+d.Comment)
		if d.Conclusion != "" {
			screen.Fprintf(w, "    Заключение шлюза: %s\n", d.Conclusion)
		}
	}
	return nil
}
