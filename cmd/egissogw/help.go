package main

import (
	"flag"
	"fmt"
	"io"
	"regexp"
	"strings"
	"unicode/utf8"

	"egissogw/adapter/egisso"
	"egissogw/cmd/egissogw/internal/screen"
	"egissogw/config"
)

// parameter is a flag as help, man page and completion show it.
type parameter struct {
	name  string
	value string // name of its value, or its values separated by |; "" for a switch
	text  string
}

// written is how the flag is written, with its value.
func (p parameter) written() string {
	if p.value == "" {
		return "--" + p.name
	}
	return "--" + p.name + " " + p.value
}

// parameters are the flags of a set, described with the names of values in the command's call.
func (c command) parameters(f *flag.FlagSet) (list []parameter) {
	f.VisitAll(func(f *flag.Flag) {
		p := parameter{name: f.Name, text: f.Usage}
		if p.name == "config" {
			p.value = "ФАЙЛ"
		} else if m := regexp.MustCompile(`--` + f.Name + ` ([^ \]]+)`).FindStringSubmatch(c.args); m != nil && !isSwitch(f) {
			p.value = m[1]
		}
		if usual := f.DefValue; p.value != "" && usual != "" && p.name != "config" {
			p.text += " (по умолчанию " + usual + ")"
		}
		list = append(list, p)
	})
	return list
}

var optionalFlags = regexp.MustCompile(`\s*\[--[^\[\]]*(\[[^\[\]]*\])?[^\[\]]*\]|\s*--[a-z-]+( [А-Я]+)?`)

// arguments are what the command takes beside flags.
func (c command) arguments() string {
	return strings.TrimSpace(optionalFlags.ReplaceAllString(c.args, ""))
}

// words are the words an argument may be, besides names.
func (c command) words() []string {
	words := regexp.MustCompile(`[a-z][a-z-]+`).FindAllString(c.arguments(), -1)
	if strings.Contains(c.args, "РЕЕСТР") {
		for _, r := range egisso.Registers() {
			words = append(words, string(r))
		}
	}
	return words
}

// takesFiles tells whether an argument is a file or a folder.
func (c command) takesFiles() bool {
	return strings.Contains(c.arguments(), "ФАЙЛ") || strings.Contains(c.arguments(), "КАТАЛОГ")
}

// describe prints the help of the command that has these flags.
func (a *app) describe(f *flag.FlagSet) {
	if a.described != nil {
		a.described(f)
		return
	}
	if c, ok := findCommand(f.Name()); ok {
		c.help(a.stdout, f)
	}
}

// help prints all about one command.
func (c command) help(to io.Writer, f *flag.FlagSet) {
	w := screen.NewNarrow(to)
	screen.Fprintf(w, "%s\n\n  %s.\n\nПараметры:\n", c.call(), c.summary)
	for _, p := range c.parameters(f) {
		printHanging(w, p.written(), 20, p.text)
	}
	if len(c.examples) > 0 {
		screen.Fprintf(w, "\nПримеры:\n")
		for _, e := range c.examples {
			screen.Fprintf(w, "  %s\n", strings.TrimSpace("egissogw "+c.name+" "+e))
		}
	}
}

func (a *app) unknown(name string) int {
	names := []string{"help"}
	for _, c := range commands {
		names = append(names, c.name)
	}
	screen.Fprintf(a.stderr, "egissogw: нет команды %q%s Список команд: egissogw help\n", name, sentence(meant("egissogw ", name, names)))
	return exitUsage
}

// sentence ends a hint.
func sentence(hint string) string {
	if hint == "" {
		return "."
	}
	return hint
}

// helpOn is `egissogw help [КОМАНДА]`.
func (a *app) helpOn(args []string) int {
	switch len(args) {
	case 0:
		a.help(a.stdout)
		return exitOK
	case 1:
		c, ok := findCommand(args[0])
		if !ok {
			return a.unknown(args[0])
		}
		c.help(a.stdout, flagsOf(c))
		return exitOK
	}
	screen.Fprintf(a.stderr, "egissogw help: нужна одна команда или ни одной\n")
	return exitUsage
}

const (
	helpSettings = "Настройки — переменные EGISSOGW_… окружения и, под ними, файла " + config.EnvironmentFile +
		" с учётными данными из каталога credentials рядом с ним; другой файл: --config ФАЙЛ, до или после имени команды. Все настройки: egissogw man settings."
	helpInput = "Вместо ФАЙЛ можно указать -, тогда читается стандартный ввод."
)

// exitCodes are what the commands end with.
var exitCodes = []struct{ code, text string }{
	{"0", "сделано"}, {"1", "не получилось"}, {"2", "неверный вызов"},
	{"3", "status: есть неисправности; то, что лишь ждёт человека, — код 0"},
	{"78", "serve: неверны настройки, ключ или ПИН-код; пока это не исправлено, запускать снова нельзя"},
	{"130", "demo: остановлена"},
}

func (a *app) help(to io.Writer) {
	w := screen.NewNarrow(to)
	screen.Fprintf(w, "egissogw — шлюз между МИС и ЕГИССО через СМЭВ 3\n\nКоманды (подробно: egissogw help КОМАНДА):\n")
	for _, c := range commands {
		printHanging(w, c.name, 18, c.summary)
	}
	screen.Fprintf(w, "\n%s\n%s\n\nКоды завершения:\n", helpSettings, helpInput)
	for _, e := range exitCodes {
		printHanging(w, e.code, 6, e.text)
	}
}

// printHanging prints a text in lines beside its head, as wide as a terminal.
func printHanging(w io.Writer, head string, indent int, text string) {
	line := fmt.Sprintf("  %-*s", indent-2, head)
	if utf8.RuneCountInString(line) > indent {
		screen.Fprintf(w, "%s\n", line)
		line = strings.Repeat(" ", indent)
	}
	for word := range strings.FieldsSeq(text) {
		switch width := utf8.RuneCountInString(line); {
		case width == indent:
			line += word
		case width+1+utf8.RuneCountInString(word) > screen.Width:
			screen.Fprintf(w, "%s\n", line)
			line = strings.Repeat(" ", indent) + word
		default:
			line += " " + word
		}
	}
	screen.Fprintf(w, "%s\n", line)
}
