// Command egissogw is a gateway between a medical information system (МИС) and
// ЕГИССО over the SMEV 3 bus. `egissogw help` lists its commands.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/sethvargo/go-envconfig"
)

// Exit codes, a stable contract.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
	// exitTrouble ends status when something is wrong; what merely waits for a person is no trouble.
	exitTrouble = 3
	// exitConfig (EX_CONFIG of sysexits.h) ends serve when the configuration, the key
	// or its PIN is wrong: the service manager must not start it again. See lastingError.
	exitConfig = 78
	// exitInterrupted ends demo after Ctrl+C, as shells have it: 128 and the signal's number.
	exitInterrupted = 130
)

// app is what a command works with.
type app struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	exact          io.Writer // standard output as it is, see octets; set by main
	by             string    // who commands, as they say: --by, see actor
	environ        []string
	lookuper       envconfig.Lookuper
	now            func() time.Time
}

// command is one subcommand.
type command struct {
	name    string
	args    string // after the name, for the help
	summary string
	run     func(ctx context.Context, a *app, args []string) error
}

// commands in the order of the help.
var commands = []command{
	{"serve", "", "работать: читать изменения, проверять, подписывать, отправлять, принимать протоколы", serve},
	{"check", "[--json]", "проверить настройки, базы, представления МИС, сертификат и доступность СМЭВ", checkSite},
	{"migrate", "", "создать или обновить схему egisso в базе шлюза", migrate},
	{"status", "[--json]", "показать состояние шлюза", status},
	{"journal", "[--json] [--limit N] [ПАКЕТ]", "показать журнал запросов или детализацию пакета", journal},
	{"preview", "[--by ИМЯ] [--out КАТАЛОГ] [--json] [РЕЕСТР]", "показать, какие пакеты реестра (без него — всех) были бы собраны сейчас, что мешает остальным записям и что уже есть в ЕГИССО; ничего не меняется", preview},
	{"export", "[--by ИМЯ] [--date ДАТА] [--register РЕЕСТРЫ] [--zip] [--again ПАКЕТ] [--json] КАТАЛОГ", "записать файлы для загрузки вручную в кабинете поставщика", export},
	{"import-protocol", "[--package ПАКЕТ] [--reason ТЕКСТ] [--by ИМЯ] [--json] ФАЙЛ", "применить протокол, взятый из кабинета поставщика", importProtocol},
	{"reconcile", "[--accept-gone] [--by ИМЯ] [--json]", "сверить весь источник с тем, что знает шлюз: найти незамеченные изменения и удаления", reconcile},
	{"recover", "[--apply|--accept-loss] [--reason ТЕКСТ] [--by ИМЯ] [--json] [КАТАЛОГ...]",
		"сравнить архив доказательств с базой: что из отправленного и полученного база потеряла; вернуть это в базу или продолжать без него", recoverArchive},
	{"record", "[--register РЕЕСТР] [--json] КЛЮЧ", "где запись, почему и что с ней было; КЛЮЧ — ключ, номер или UUID записи", showRecord},
	{"message", "[--file|--answer] [--by ИМЯ] [--out ФАЙЛ] [--force] ID", "вывести байт в байт отправленное сообщение, его файл или ответ; ID сообщения, пакета или ответа", message},
	{"inbox", "[list [--all]|show ИД [--out ФАЙЛ] [--force]|ack ИД|retry ИД|done ИД] [--reason ТЕКСТ] [--by ИМЯ] [--message-id ИД] [--json]",
		"пришедшее, которое не понято, не подтверждено подписью, ни к чему не относится или отложено: показать, снять с очереди СМЭВ, прочитать снова, отметить просмотренным", inboxCommand},
	{"retry", "--reason ТЕКСТ [--by ИМЯ] [--register РЕЕСТР] КЛЮЧ|ПАКЕТ", "попробовать снова: отклонённую или задержанную предупреждением запись, неотправленный пакет", tryAgain},
	{"agree", "[--seen ХЭШ] [--reason ТЕКСТ] ПАКЕТ", "согласовать пакет, который уходит только утверждённым (EGISSOGW_APPROVAL), под своей ролью в базе", agree},
	{"approve", "[--seen ХЭШ] [--reason ТЕКСТ] ПАКЕТ", "утвердить такой пакет: его подпишут или выгрузят", approve},
	{"disapprove", "--reason ТЕКСТ ПАКЕТ", "отказать такому пакету: он не уйдёт, пока не изменится его состав", disapprove},
	{"dissolve", "[--by ИМЯ] ПАКЕТ", "расформировать пакет, который ещё не отправлялся: его записи решаются заново и уходят в следующем", dissolve},
	{"release", "--reason ТЕКСТ [--by ИМЯ] --not-loaded ПАКЕТ", "освободить записи пакета, на который не пришёл ответ: они уйдут ещё раз", release},
	{"senders", "[--json] [confirm|refuse [--bus] --reason ТЕКСТ [--by ИМЯ] МНЕМОНИКА]", "показать, кто отвечает от имени ЕГИССО и СМЭВ; подтвердить отправителя, тогда применяется всё сохранённое от него, или отклонить; без мнемоники — none", senders},
	{"changes", "[--json] [release|drop РЕЕСТР ИЗМЕНЕНИЕ --reason ТЕКСТ | expect РЕЕСТР ИЗМЕНЕНИЕ ЧИСЛО --until ВРЕМЯ --reason ТЕКСТ] [--by ИМЯ]", "показать массовые изменения, которые ждут человека; отправить, отменить или объявить заранее; изменение: removal, termination, alteration", changes},
	{"refusals", "[--json] [mean ВИД already-loaded|unknown-target|other --reason ТЕКСТ [--by ИМЯ]]", "показать виды отказов ЕГИССО; сказать, что отказ значит: запись уже есть в ЕГИССО, ЕГИССО её не знает, ошибка в записи", refusals},
	{"adopt", "--reason ТЕКСТ [--by ИМЯ] РЕЕСТР КЛЮЧ UUID", "принять запись, которую человек видел в ЕГИССО под этим UUID", adopt},
	{"unconfirmed", "[--json] [send РЕЕСТР [КЛЮЧ] --reason ТЕКСТ [--by ИМЯ]]", "сколько записей есть в ЕГИССО с неподтверждённым содержанием; отправить их содержание изменением", unconfirmed},
	{"contour", "[--json] [reset [--same] --reason ТЕКСТ] [--by ИМЯ]", "показать, для какого контура создана база шлюза (СМЭВ, тестовый признак, МИС, поставщик); сменить его на контур настроек", contour},
	{"form", "[--by ИМЯ] РЕЕСТР", "сформировать пакеты реестра сейчас; для реестров из EGISSOGW_FORM_ON_COMMAND — только так", order},
	{"exports", "[--json]", "показать последние выгрузки по расписанию EGISSOGW_EXPORT_TIMES", showExports},
	{"send", "[--by ИМЯ] ПАКЕТ", "отправить пакет, сформированный по команде", sendHeld},
	{"kmsz", "request|show|diff ВЕРСИЯ ВЕРСИЯ|load ФАЙЛ [--by ИМЯ] [--json]", "классификатор мер: запросить обновления, показать версии и несоответствия ЛМСЗ, сравнить версии, загрузить файл", kmsz},
	{"checks", "[--json]", "перечислить правила проверки записей и что каждое делает сейчас", checks},
	{"signing", "on|off|status [--reason ТЕКСТ] [--by ИМЯ]", "включить или выключить сервис подписи и отправки", signing},
	{"cert", "[--json]", "показать сертификат настроенной подписи и его сроки", showCertificate},
	{"sign", "[--xml enveloped|detached] [--id ID] [--plain] [--pem] [--out ФАЙЛ] [--force] ФАЙЛ", "подписать файл настроенной подписью: CMS отдельно от файла или XML; это действие администратора, выключатель signing его не останавливает", signFile},
	{"verify", "[--content ФАЙЛ] [--at МОМЕНТ] [--trust ФАЙЛ] [--json] ФАЙЛ", "объяснить по шагам, верна ли подпись: сообщения СМЭВ, XML, CMS", verifyFile},
	{"transform", "[--id ID] ФАЙЛ", "вывести трансформацию СМЭВ корня документа или элемента с этим Id", transformFile},
	{"digest", "[--512] ФАЙЛ", "вывести хэш Стрибог-256 файла в base64", digestFile},
	{"demo", "[--keep] [--facts N] [--save КАТАЛОГ]", "показать всю работу на этой машине: база, имитатор СМЭВ, учебная МИС", demo},
	{"version", "[--json]", "показать версию программы", version},
}

// usageError is a mistake in the command line: exit code 2.
type usageError struct{ text string }

func (e usageError) Error() string { return e.text }

func main() {
	noDumps()
	hushLibraries(slog.New(slog.NewTextHandler(os.Stderr, nil)))
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	a := &app{stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, environ: os.Environ(), lookuper: envconfig.OsLookuper(), now: time.Now}
	limitMemory(a.environ)
	code := a.main(ctx, os.Args[1:])
	stop()
	os.Exit(code)
}

func (a *app) main(ctx context.Context, args []string) int {
	a.exact = a.stdout
	a.stdout, a.stderr = harmless{a.stdout}, harmless{a.stderr}
	if len(args) == 0 {
		a.help(a.stderr)
		return exitUsage
	}
	if args[0] == "help" || args[0] == "-h" || args[0] == "--help" {
		return a.helpOn(args[1:])
	}
	c, ok := findCommand(args[0])
	if !ok {
		return a.unknown(args[0])
	}
	err := a.runCommand(ctx, c, args[1:])
	switch {
	case err == nil || errors.Is(err, flag.ErrHelp):
		return exitOK
	case errors.Is(err, errTrouble): // it has been told
		return exitTrouble
	}
	_, _ = io.WriteString(a.stderr, "egissogw "+c.name+": "+errorText(err)+"\n")
	var usage usageError
	var lasting lastingError
	switch {
	case errors.As(err, &usage):
		fprintf(a.stderr, "Вызов: %s\n", c.call())
		return exitUsage
	case errors.Is(err, errInterrupted):
		return exitInterrupted
	case errors.As(err, &lasting):
		fprintf(a.stderr, "Новый запуск этого не исправит, поэтому служба сама не перезапустится (код %d).\n"+
			"Исправьте, проверьте командой egissogw check и запустите: systemctl restart egissogw\n", exitConfig)
		return exitConfig
	}
	return exitFailed
}

// errInterrupted is returned by a command that was told to stop and did.
var errInterrupted = errors.New("остановлено; ничего не осталось ни запущенным, ни на диске")

// errTrouble is returned by status when the list has trouble.
var errTrouble = errors.New("есть неисправности")

// errCrashed is returned for a command that panicked, which has been told.
var errCrashed = errors.New("работа прервана")

func (a *app) runCommand(ctx context.Context, c command, args []string) (err error) {
	defer func() {
		if value := recover(); value != nil {
			crashed(a.stderr, c.name, value)
			err = errCrashed
		}
	}()
	return c.run(ctx, a, args)
}

func findCommand(name string) (command, bool) {
	i := slices.IndexFunc(commands, func(c command) bool { return c.name == name })
	if i < 0 {
		return command{}, false
	}
	return commands[i], true
}

// call is how the command is written.
func (c command) call() string { return strings.TrimSpace("egissogw " + c.name + " " + c.args) }

func (a *app) unknown(name string) int {
	fprintf(a.stderr, "egissogw: нет команды %q; список команд: egissogw help\n", name)
	return exitUsage
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
		fprintf(a.stdout, "%s\n        %s\n", c.call(), c.summary)
		return exitOK
	}
	fprintf(a.stderr, "egissogw help: нужна одна команда или ни одной\n")
	return exitUsage
}

func (a *app) help(w io.Writer) {
	fprintf(w, "egissogw — шлюз между МИС и ЕГИССО через СМЭВ 3\n\nКоманды:\n")
	for _, c := range commands {
		fprintf(w, "  %s %s\n        %s\n", c.name, c.args, c.summary)
	}
	fprintf(w, "\nНастройки задаются переменными окружения EGISSOGW_…, см. config/README.md.\n"+
		"Вместо ФАЙЛ можно указать -, тогда читается стандартный ввод.\n"+
		"Коды завершения: 0 — успешно, 1 — ошибка, 2 — неверный вызов; у status ещё 3 — есть неисправности; у serve ещё 78 — неверны настройки,\n"+
		"ключ или ПИН-код: пока это не исправлено, запускать снова нельзя; у demo 130 — остановлена.\n")
}

// flags returns the flag set of a command; its errors become usage errors.
func (a *app) flags(name string) *flag.FlagSet {
	f := flag.NewFlagSet(name, flag.ContinueOnError)
	f.SetOutput(a.stderr)
	return f
}

// personFlags are the flags of a command that leaves a line in the log of operations.
func (a *app) personFlags(name string) *flag.FlagSet {
	f := a.flags(name)
	f.StringVar(&a.by, "by", "", "кто выполняет команду; останется в журнале операций со слов")
	return f
}

// parseFlags parses the arguments of a command that takes nothing but flags.
func parseFlags(f *flag.FlagSet, args []string) error {
	positional, err := parse(f, args)
	if err == nil && len(positional) > 0 {
		err = usageError{fmt.Sprintf("лишний аргумент %q", positional[0])}
	}
	return err
}

// parse parses args, flags and positional arguments in any order.
func parse(f *flag.FlagSet, args []string) (positional []string, err error) {
	for {
		if err := f.Parse(args); err != nil {
			if errors.Is(err, flag.ErrHelp) {
				return nil, err
			}
			return nil, usageError{err.Error()}
		}
		if f.NArg() == 0 {
			return positional, nil
		}
		positional = append(positional, f.Arg(0))
		args = f.Args()[1:]
	}
}
