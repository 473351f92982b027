package main

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"text/tabwriter"

	"github.com/google/uuid"

	"egissogw/adapter/store"
)

// journal shows the newest packages, or one package with its details.
func journal(ctx context.Context, a *app, args []string) error {
	f := a.flags("journal")
	asJSON := f.Bool("json", false, "вывод в JSON")
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

func (a *app) journalOne(ctx context.Context, s *store.Store, text string, asJSON bool) error {
	id, err := uuid.Parse(text)
	if err != nil {
		return usageError{"идентификатор пакета должен быть UUID"}
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
		fprintf(a.stdout, "\nЗамечания проверок до отправки\n")
		if err := printMessages(a.stdout, findings); err != nil {
			return err
		}
	}
	return printDetails(a.stdout, details)
}

func printJournal(w io.Writer, entries []store.JournalEntry) error {
	fprintf(w, "Журнал запросов в ЕГИССО\n")
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fprintf(t, "Дата создания\tТип пакета\tЗаписей\tСтатус\tИнформация\tПакет\n")
	for _, e := range entries {
		info := e.Info
		if e.Warned > 0 {
			info += fmt.Sprintf("; с предупреждениями проверок: %d", e.Warned)
		}
		if e.ApprovedBy != "" {
			info += "; утвердил " + e.ApprovedBy
		}
		if e.Review != "" {
			info += " [" + e.Review + "]"
		}
		records := ""
		if e.RecordCount != nil {
			records = strconv.Itoa(*e.RecordCount)
		}
		fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\n", e.CreatedAt.Local().Format(humanTime), e.PackageType, records, e.Status, info, e.ID)
	}
	return t.Flush()
}

func printDetails(w io.Writer, details []store.JournalDetail) error {
	fprintf(w, "\nДетализация отправки пакета\n")
	if len(details) == 0 {
		_, err := fprintf(w, "Замечаний нет\n")
		return err
	}
	return printMessages(w, details)
}

func printMessages(w io.Writer, details []store.JournalDetail) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fprintf(t, "Номер записи\tКомментарии\tКод ошибки\tВид\n")
	for _, d := range details {
		fprintf(t, "%s\t%s\t%s\t%s\n", d.RecordNo, d.Comment, d.Code, d.MessageType)
	}
	return t.Flush()
}
