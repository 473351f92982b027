package main

import (
	"context"
	"fmt"
	"io"
	"text/tabwriter"

	"egissogw/adapter/egisso"
	"egissogw/adapter/store"
	"egissogw/cmd/egissogw/internal/screen"
)

// status shows what is wrong, then where everything stands. Trouble makes it end with exitTrouble.
func status(ctx context.Context, a *app, args []string) error {
	f := a.flags("status")
	asJSON := a.jsonFlag(f)
	watch := f.Bool("watch", false, "показывать всё время, до Ctrl+C: на терминале — один обновляемый экран, иначе текст при каждом изменении")
	if err := parseFlags(f, args); err != nil {
		return err
	}
	if *watch && *asJSON {
		return usageError{"--watch и --json нельзя вместе"}
	}
	s, err := a.openStore(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	if *watch {
		return a.watchStatus(ctx, s, watchEvery)
	}
	st, err := s.Status(ctx)
	if err != nil {
		return err
	}
	if *asJSON {
		err = a.printJSON(st)
	} else {
		err = printStatus(a.screen(), st)
	}
	if err == nil && store.Troubled(st.Findings) {
		err = errTrouble
	}
	return err
}

func printStatus(w io.Writer, st store.Status) error {
	printHealth(w, st.Findings)
	screen.Fprintf(w, "\n%s\n", serviceLine(st.Service))
	if st.Contour != nil {
		screen.Fprintln(w, "Контур: "+st.Contour.String())
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	screen.Fprintln(t)
	printWaiting(t, st)
	printEquipment(t, st)
	rule := func(code string) string { return code }
	section(t, "Записи", stateLines(st.Records, recordState))
	section(t, "Есть в ЕГИССО, содержание не подтверждено", stateLines(st.Unconfirmed, func(string) string { return "" }))
	section(t, "Пакеты", stateLines(st.Packages, packageState))
	section(t, "Требуют исправления, по правилам", stateLines(st.BlockedRules, rule))
	section(t, "Отклонены ЕГИССО, по правилам", stateLines(st.RejectedRules, rule))
	section(t, "Предупреждения проверок, по правилам", stateLines(st.WarnedRules, rule))
	section(t, "Предупреждения ЕГИССО, по правилам", stateLines(st.RemarkedRules, rule))
	printRuns(t, st)
	return t.Flush()
}

// printWaiting prints how much there is of what waits, and since when.
func printWaiting(t io.Writer, st store.Status) {
	for _, n := range []struct {
		title string
		count int
	}{
		{"Записи, ожидающие решения", st.Undecided},
		{"Записи без окончательного исхода", st.Unfinished},
		{"Ответы, ещё не разобранные", st.Unapplied},
		{"Ответы с неверной подписью", st.Unverified},
		{"Пакеты, требующие внимания", st.NeedReview},
		{"Файлы ответов, ещё не полученные", st.FilesDue},
		{"Файлы ответов, которым нельзя верить", st.FilesRefused},
		{"Входящие сообщения, ещё не обработанные", st.Incoming.Unhandled},
		{"Входящие сообщения с неверной подписью", st.Incoming.Unverified},
		{"Отказы на входящие запросы, ещё не доставленные", st.Incoming.Unanswered},
		{"Входящие сообщения, требующие внимания", st.Incoming.NeedReview},
	} {
		if n.count > 0 {
			screen.Fprintf(t, "%s\t%d\n", n.title, n.count)
		}
	}
	if st.OldestOpen != nil {
		screen.Fprintf(t, "Самая старая запись без исхода ждёт с\t%s\n", screen.TimeIfKnown(st.OldestOpen))
	}
}

// printEquipment prints what gateways work with.
func printEquipment(t io.Writer, st store.Status) {
	for _, l := range st.Links {
		if text := linkText(l); text != "" {
			screen.Fprintf(t, "%s\t%s\n", linkTitle[l.Name], text)
		}
	}
	for _, i := range st.Instances {
		screen.Fprintf(t, "Работает шлюз с %s\tпроцесс %d, версия %s, настройки %s\n", screen.TimeIfKnown(&i.Started), i.PID, i.Version, i.Hash)
	}
	for _, c := range st.Certificates {
		screen.Fprintf(t, "Сертификат подписи %s\tподписывать можно до %s\n", c.Serial, screen.TimeIfKnown(&c.Ends))
	}
	screen.Fprintf(t, "Классификатор мер\t%s\n", classifierLine(st.KMSZ))
}

// printRuns prints the last reconciliations and runs of jobs.
func printRuns(t io.Writer, st store.Status) {
	for _, r := range st.Reconciled {
		result := fmt.Sprintf("записей %d, незамеченного %d", r.Seen, r.Changed+r.Gone+r.Forgotten)
		if r.Problem != "" {
			result = r.Problem
		}
		screen.Fprintf(t, "Сверка %s\t%s\t%s\n", screen.TimeIfKnown(&r.StartedAt), egisso.Register(r.Register).Named(), result)
	}
	if len(st.Jobs) == 0 {
		return
	}
	screen.Fprintf(t, "\nЗадание\tПоследний запуск\tПоследний успех\tОшибка\n")
	for _, j := range st.Jobs {
		screen.Fprintf(t, "%s\t%s\t%s\t%s\n", j.Name, screen.TimeIfKnown(j.LastStarted), screen.TimeIfKnown(j.LastSuccess), j.ErrorText)
	}
}

// linkTitle names the neighbours beyond our network.
var linkTitle = map[string]string{"smev": "Связь со СМЭВ", "ftp": "Связь с файловым хранилищем СМЭВ"}

// linkText says how a neighbour looks to a running gateway; "" if there is nothing to say.
func linkText(l store.Link) string {
	text := ""
	switch {
	case l.DownSince != nil:
		text = fmt.Sprintf("не отвечает с %s, неудач подряд: %d", screen.TimeIfKnown(l.DownSince), l.Failures)
	case l.Failures > 0:
		text = fmt.Sprintf("неудач подряд: %d", l.Failures)
	}
	if c := l.Clock; c != nil {
		if text != "" {
			text += "; "
		}
		text += fmt.Sprintf("её часы минус наши: %+.1f ± %.1f с (%s)", c.Skew.Seconds(), c.Uncertainty.Seconds(), screen.TimeIfKnown(&c.MeasuredAt))
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
	screen.Fprintf(w, "\n%s\n", title)
	for _, l := range lines {
		screen.Fprintf(w, "  %s\t%s\t%d\n", l.register, l.state, l.count)
	}
}
