package main

import (
	"context"
	"io"
	"text/tabwriter"

	"egissogw/adapter/egisso"
	"egissogw/adapter/store"
	"egissogw/cmd/egissogw/internal/screen"
)

// recordReport is a record as `egissogw record` shows it.
type recordReport struct {
	store.RecordStatus
	Findings []store.RecordFinding `json:"findings"`
	History  []store.HistoryEntry  `json:"history"`
}

// showRecord says where a record is, why, and what happened to it.
func showRecord(ctx context.Context, a *app, args []string) error {
	f := a.flags("record")
	asJSON := a.jsonFlag(f)
	register := f.String("register", "", "реестр, если ключ есть в нескольких")
	positional, err := parse(f, args)
	if err != nil {
		return err
	}
	what, err := oneArgument(positional, "ключ записи, её номер или UUID в ЕГИССО")
	if err != nil {
		return err
	}
	s, err := a.openStore(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	key, err := findRecord(ctx, s, *register, what)
	if err != nil {
		return err
	}
	now, history, err := s.RecordHistory(ctx, key)
	if err != nil {
		return err
	}
	findings, err := s.RecordFindings(ctx, key)
	if err != nil {
		return err
	}
	report := recordReport{now, findings, history}
	if *asJSON {
		return a.printJSON(report)
	}
	return printRecord(a.stdout, report)
}

func printRecord(w io.Writer, now recordReport) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	screen.Fprintf(t, "%s\tзапись %s, номер %s\n", egisso.Register(now.Register).Named(), now.Key, now.RecordNo)
	screen.Fprintf(t, "Состояние\t%s\n", now.Status)
	if now.Reason != "" {
		screen.Fprintf(t, "Причина\t%s\n", now.Reason)
	}
	if now.DecisionDue {
		screen.Fprintf(t, "Источник\tизменился, решение ещё не принято\n")
	}
	if now.RecordID != nil {
		screen.Fprintf(t, "UUID в ЕГИССО\t%s\n", now.RecordID)
	}
	if now.PackageID != nil {
		screen.Fprintf(t, "Пакет\t%s\n", now.PackageID)
	}
	printRecordFindings(t, now.Findings)
	screen.Fprintf(t, "\nИстория\n")
	for _, h := range now.History {
		place := ""
		if h.PackageID != nil {
			place = "пакет " + h.PackageID.String()
		}
		screen.Fprintf(t, "%s\t%s\t%s\n", screen.Time(h.At), h.Text, place)
	}
	return t.Flush()
}

// printRecordFindings shows what was found on the record, what is no longer so last.
func printRecordFindings(t *tabwriter.Writer, findings []store.RecordFinding) {
	heading := map[bool]string{true: "Замечания", false: "Прежние замечания"}
	for i, f := range findings {
		if i == 0 || findings[i-1].Current != f.Current {
			screen.Fprintf(t, "\n%s\n", heading[f.Current])
		}
		place := ""
		if f.PackageID != nil {
			place = "пакет " + f.PackageID.String()
		}
		screen.Fprintf(t, "%s\t%s\t%s\t%s\t%s\n", f.FoundText, f.MessageType, f.Code, f.Text, place)
	}
}
