package main

import (
	"context"
	"fmt"
	"io"
	"text/tabwriter"

	"egissogw/adapter/egisso"
	"egissogw/adapter/store"
)

// status shows where everything stands.
func status(ctx context.Context, a *app, args []string) error {
	f := a.flags("status")
	asJSON := f.Bool("json", false, "вывод в JSON")
	if err := parseFlags(f, args); err != nil {
		return err
	}
	s, err := a.openStore(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	st, err := s.Status(ctx)
	if err != nil {
		return err
	}
	if *asJSON {
		return a.printJSON(st)
	}
	return printStatus(a.stdout, st)
}

func printStatus(w io.Writer, st store.Status) error {
	fprintln(w, serviceLine(st.Service))
	printFindings(w, st.Findings)
	if st.Contour != nil {
		fprintln(w, "\nКонтур: "+st.Contour.String())
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fprintf(t, "\nЗаписи, ожидающие решения\t%d\n", st.Undecided)
	fprintf(t, "Записи без окончательного исхода\t%d\n", st.Unfinished)
	if st.OldestOpen != nil {
		fprintf(t, "Самая старая из них ждёт с\t%s\n", shown(st.OldestOpen))
	}
	fprintf(t, "Ответы, ещё не разобранные\t%d\n", st.Unapplied)
	fprintf(t, "Ответы с неверной подписью\t%d\n", st.Unverified)
	fprintf(t, "Пакеты, требующие внимания\t%d\n", st.NeedReview)
	fprintf(t, "Файлы ответов, ещё не полученные\t%d\n", st.FilesDue)
	fprintf(t, "Файлы ответов, которым нельзя верить\t%d\n", st.FilesRefused)
	fprintf(t, "Входящие сообщения, ещё не обработанные\t%d\n", st.Incoming.Unhandled)
	fprintf(t, "Входящие сообщения с неверной подписью\t%d\n", st.Incoming.Unverified)
	fprintf(t, "Отказы на входящие запросы, ещё не доставленные\t%d\n", st.Incoming.Unanswered)
	fprintf(t, "Входящие сообщения, требующие внимания\t%d\n", st.Incoming.NeedReview)
	for _, l := range st.Links {
		fprintf(t, "%s\t%s\n", linkTitle[l.Name], linkText(l))
	}
	for _, i := range st.Instances {
		fprintf(t, "Работает шлюз с %s\tпроцесс %d, версия %s, настройки %s\n", shown(&i.Started), i.PID, i.Version, i.Hash)
	}
	for _, c := range st.Certificates {
		fprintf(t, "Сертификат подписи %s\tподписывать можно до %s\n", c.Serial, shown(&c.Ends))
	}
	fprintf(t, "Классификатор мер\t%s\n", classifierLine(st.KMSZ))
	for _, r := range st.Rests {
		fprintf(t, "%s\t%s\n", egisso.Register(r.Register).Title(), r.Text)
	}
	rule := func(code string) string { return code }
	section(t, "Записи", stateLines(st.Records, recordState))
	section(t, "Есть в ЕГИССО, содержание не подтверждено", stateLines(st.Unconfirmed, func(string) string { return "" }))
	section(t, "Пакеты", stateLines(st.Packages, packageState))
	section(t, "Требуют исправления, по правилам", stateLines(st.BlockedRules, rule))
	section(t, "Отклонены ЕГИССО, по правилам", stateLines(st.RejectedRules, rule))
	section(t, "Предупреждения проверок, по правилам", stateLines(st.WarnedRules, rule))
	section(t, "Предупреждения ЕГИССО, по правилам", stateLines(st.RemarkedRules, rule))
	for _, r := range st.Reconciled {
		result := fmt.Sprintf("записей %d, незамеченного %d", r.Seen, r.Changed+r.Gone+r.Forgotten)
		if r.Problem != "" {
			result = r.Problem
		}
		fprintf(t, "Сверка %s\t%s\t%s\n", shown(&r.StartedAt), egisso.Register(r.Register).Title(), result)
	}
	fprintf(t, "\nЗадание\tПоследний запуск\tПоследний успех\tОшибка\n")
	for _, j := range st.Jobs {
		fprintf(t, "%s\t%s\t%s\t%s\n", j.Name, shown(j.LastStarted), shown(j.LastSuccess), j.ErrorText)
	}
	return t.Flush()
}

// printFindings shows what a person should look at, before all numbers.
func printFindings(w io.Writer, findings []store.Finding) {
	if len(findings) == 0 {
		return
	}
	fprintf(w, "\nТребует внимания:\n")
	for _, f := range findings {
		line := f.Text
		if f.Subject != "" {
			line = f.Subject + ": " + line
		}
		if f.Count > 1 {
			line += fmt.Sprintf(" (%d)", f.Count)
		}
		if f.Since != nil {
			line += ", с " + shown(f.Since)
		}
		fprintln(w, "  - "+line)
		if f.Advice != "" {
			fprintln(w, "    "+f.Advice)
		}
	}
}

// linkTitle names the neighbours beyond our network.
var linkTitle = map[string]string{"smev": "Связь со СМЭВ", "ftp": "Связь с файловым хранилищем СМЭВ"}

// linkText says how a neighbour looks to a running gateway.
func linkText(l store.Link) string {
	text := "неудач подряд нет"
	switch {
	case l.DownSince != nil:
		text = fmt.Sprintf("не отвечает с %s, неудач подряд: %d", shown(l.DownSince), l.Failures)
	case l.Failures > 0:
		text = fmt.Sprintf("неудач подряд: %d", l.Failures)
	}
	if c := l.Clock; c != nil {
		text += fmt.Sprintf("; её часы минус наши: %+.1f ± %.1f с (%s)", c.Skew.Seconds(), c.Uncertainty.Seconds(), shown(&c.MeasuredAt))
	}
	return text
}

// classifierLine says which version of КМСЗ is in use and what does not pass.
func classifierLine(k store.InUse) string {
	line := "ещё не получен"
	if k.Version > 0 {
		line = fmt.Sprintf("версия %d, не соответствуют ей ЛМСЗ: %d", k.Version, k.Invalid)
	}
	if k.Next > 0 {
		line += fmt.Sprintf("; опубликована версия %d, не соответствуют ей ЛМСЗ: %d", k.Next, k.NextInvalid)
	}
	return line
}

func section(w io.Writer, title string, lines []stateLine) {
	if len(lines) == 0 {
		return
	}
	fprintf(w, "\n%s\n", title)
	for _, l := range lines {
		fprintf(w, "  %s\t%s\t%d\n", l.register, l.state, l.count)
	}
}
