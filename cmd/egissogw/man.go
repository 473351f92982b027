package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"egissogw/cmd/egissogw/internal/screen"
	"egissogw/config"
)

// manual prints a page for man: of the program, or of its settings.
func manual(_ context.Context, a *app, args []string) error {
	positional, err := parse(a.flags("man"), args)
	switch {
	case err != nil:
		return err
	case len(positional) == 0:
		programPage(a.stdout)
	case len(positional) == 1 && positional[0] == "settings":
		settingsPage(a.stdout)
	default:
		return usageError{"нужно settings или ничего"}
	}
	return nil
}

// roff is a text as troff takes it.
func roff(text string) string {
	text = strings.NewReplacer(`\`, `\e`, "-", `\-`).Replace(text)
	if strings.HasPrefix(text, ".") || strings.HasPrefix(text, "'") {
		text = `\&` + text
	}
	return text
}

// pageSection writes a heading and paragraphs.
func pageSection(w io.Writer, title string, paragraphs ...string) {
	screen.Fprintf(w, ".SH %s\n", title)
	for i, p := range paragraphs {
		if i > 0 {
			screen.Fprintf(w, ".PP\n")
		}
		screen.Fprintf(w, "%s\n", roff(p))
	}
}

// item writes a term and what it means.
func item(w io.Writer, term, text string) {
	screen.Fprintf(w, ".TP\n.B %s\n%s\n", roff(term), roff(text))
}

func pageHead(w io.Writer, name, number, what string) {
	screen.Fprintf(w, ".\\\" -*- coding: UTF-8 -*-\n.TH %s %s \"\" egissogw \"Шлюз МИС — ЕГИССО\"\n", name, number)
	pageSection(w, "ИМЯ", "")
	screen.Fprintf(w, "%s \\- %s\n", strings.ToLower(name), what)
}

func programPage(w io.Writer) {
	pageHead(w, "EGISSOGW", "1", "шлюз между МИС и ЕГИССО через СМЭВ 3")
	screen.Fprintf(w, ".SH СИНТАКСИС\n.B egissogw\n.I КОМАНДА\n[параметры]\n")
	pageSection(w, "ОПИСАНИЕ", helpSettings, helpInput, "Параметры пишутся до и после аргументов, --имя значение или --имя=значение.")
	pageSection(w, "КОМАНДЫ")
	for _, c := range commands {
		screen.Fprintf(w, ".SS %s\n%s.\n", roff(c.call()), roff(c.summary))
		for _, p := range c.parameters(flagsOf(c)) {
			if p.name != "config" { // said once, above
				item(w, p.written(), p.text)
			}
		}
		if len(c.examples) > 0 {
			screen.Fprintf(w, ".PP\nПримеры:\n.EX\n")
			for _, e := range c.examples {
				screen.Fprintf(w, "%s\n", roff(strings.TrimSpace("egissogw "+c.name+" "+e)))
			}
			screen.Fprintf(w, ".EE\n")
		}
	}
	pageSection(w, "КОДЫ ЗАВЕРШЕНИЯ")
	for _, e := range exitCodes {
		item(w, e.code, e.text)
	}
	pageSection(w, "ФАЙЛЫ")
	item(w, config.EnvironmentFile, "настройки: egissogw.env(5)")
	item(w, "/etc/egissogw/credentials", "секреты: их передаёт службе systemd")
	item(w, "/var/lib/egissogw", "архив доказательств")
	screen.Fprintf(w, ".SH СМ. ТАКЖЕ\n.BR egissogw.env (5),\n.BR systemctl (1)\n")
}

func settingsPage(w io.Writer) {
	pageHead(w, "EGISSOGW.ENV", "5", "настройки шлюза МИС — ЕГИССО")
	pageSection(w, "ОПИСАНИЕ", helpSettings, "Строки файла — ИМЯ=значение, как их читает systemd (EnvironmentFile=). Пустая переменная — то же, что незаданная.")
	group, plain := "", strings.NewReplacer("`", "", "**", "")
	for _, s := range config.Settings() {
		if s.Group != group {
			group = s.Group
			screen.Fprintf(w, ".SH %s\n", strings.ToUpper(group))
		}
		item(w, strings.Join(s.Names, ", "), fmt.Sprintf("%s. Значение: %s; по умолчанию: %s.", s.Doc, plain.Replace(s.Values), plain.Replace(s.Standard)))
	}
	screen.Fprintf(w, ".SH СМ. ТАКЖЕ\n.BR egissogw (1),\n.BR systemd.exec (5)\n")
}
