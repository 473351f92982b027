package main

import (
	"context"
	"slices"
	"strings"
)

// command is one subcommand. Help, man page, completion and the table of config/dist/README.md
// are made of it and of the flags its function defines.
type command struct {
	name     string
	args     string // after the name: every flag but --config with the name of its value, then arguments
	summary  string
	run      func(ctx context.Context, a *app, args []string) error
	examples []string // after the name
}

// commands in the order of the help; set by init, since some of them print it.
var commands []command

func init() {
	commands = slices.Concat(runningCommands(), watchingCommands(), carryingCommands(), decidingCommands(), sendingCommands(), signatureCommands(), programCommands())
}

// runningCommands prepare the gateway and run it.
func runningCommands() []command {
	return []command{
		{"serve", "", "работать до остановки: читать изменения, проверять, подписывать, отправлять, принимать протоколы", serve, nil},
		{"check", "[--as-service [--unit ЮНИТ]] [--json]", "проверить настройки, базы, представления МИС, подпись, связь и часы; сообщает обо всём сразу", checkSite,
			[]string{"", "--as-service"}},
		{"setup", "[--answers ФАЙЛ] [--root КАТАЛОГ] [--force] [--json]", "настроить шлюз впервые: спросить или взять из файла ответы и записать настройки, секреты и SQL ролей; говорит, что делать дальше", setUp,
			[]string{"", "--answers ответы.env"}},
		{"scaffold", "[--out ФАЙЛ] [--force] [--json] [--example|ФАЙЛ]", "написать SQL представлений МИС по ответам в файле и каталогу её базы; ничего не выполняет: SQL — для администратора МИС. --example — образец ответов с подсказками по именам таблиц и столбцов", scaffoldViews,
			[]string{"--example --out answers.env", "--out views.sql answers.env"}},
		{"migrate", "[--json]", "создать или обновить схему egisso в базе шлюза", migrate, nil},
	}
}

// watchingCommands show how things stand.
func watchingCommands() []command {
	return []command{
		{"status", "[--watch] [--json]", "показать, что не так и что с этим делать, худшее первым; потом — что в работе, что ждёт и почему. Тот же список — представление egisso.health", status,
			[]string{"", "--watch"}},
		{"journal", "[--json] [--limit N] [ПАКЕТ]", "показать журнал запросов или детализацию одного пакета", journal,
			[]string{"--limit 5", "1f0e3dad-9990-4345-b743-9f8ffabdffc4"}},
		{"preview", "[--by ИМЯ] [--out КАТАЛОГ] [--json] [РЕЕСТР]", "показать, какие пакеты (без реестра — всех реестров) были бы собраны сейчас, что мешает остальным записям и что уже есть в ЕГИССО со слов источника; --out пишет их XML; ничего не меняется", preview,
			[]string{"fact"}},
	}
}

// carryingCommands bring files and evidence out of the gateway and into it.
func carryingCommands() []command {
	return []command{
		{"export", "[--by ИМЯ] [--date ДАТА] [--register РЕЕСТРЫ] [--zip] [--again ПАКЕТ] [--json] КАТАЛОГ", "записать файлы для загрузки вручную в кабинете поставщика", export,
			[]string{"--register fact,lmsz --zip /srv/cabinet"}},
		{"import-protocol", "[--package ПАКЕТ] [--reason ТЕКСТ] [--by ИМЯ] [--json] ФАЙЛ", "применить протокол, взятый из кабинета поставщика", importProtocol,
			[]string{"protocol.xml"}},
		{"reconcile", "[--accept-gone] [--by ИМЯ] [--json]", "сверить весь источник с тем, что знает шлюз: найти незамеченные изменения и удаления", reconcile, nil},
		{"recover", "[--apply|--accept-loss] [--reason ТЕКСТ] [--by ИМЯ] [--json] [КАТАЛОГ...]",
			"сравнить архив доказательств с базой: что из отправленного и полученного база потеряла; --apply возвращает это в базу, --accept-loss продолжает без него", recoverArchive,
			[]string{"", "--apply --reason 'база восстановлена из копии'"}},
		{"record", "[--register РЕЕСТР] [--json] КЛЮЧ", "показать, где запись, почему и вся её история; КЛЮЧ — ключ, номер или UUID записи", showRecord,
			[]string{"50275"}},
		{"message", "[--file|--answer] [--by ИМЯ] [--out ФАЙЛ] [--force] ID", "вывести байт в байт отправленное сообщение, его файл (--file) или ответ (--answer); ID сообщения, пакета или ответа", message,
			[]string{"--answer --out answer.bin 1f0e3dad-9990-4345-b743-9f8ffabdffc4"}},
		{"evidence", "[--register РЕЕСТР] [--whole] [--reason ТЕКСТ] [--out ФАЙЛ] [--force] [--archive КАТАЛОГ] [--by ИМЯ] [--json] КЛЮЧ|ПАКЕТ, или hold|free [--register РЕЕСТР] --reason ТЕКСТ [--by ИМЯ] КЛЮЧ",
			"записать zip с доказательствами о записи или пакете для третьей стороны; hold, free — хранить их, пока идёт спор, независимо от срока", evidenceCommand,
			[]string{"50275", "hold --reason 'обращение в прокуратуру' 50275"}},
		{"inbox", "[list [--all]|show ИД [--out ФАЙЛ] [--force]|ack ИД|retry ИД|done ИД] [--reason ТЕКСТ] [--by ИМЯ] [--message-id ИД] [--json]",
			"пришедшее, которое не понято, не подтверждено подписью, ни к чему не относится или отложено: показать, снять с очереди СМЭВ, прочитать снова, отметить просмотренным", inboxCommand,
			[]string{"", "done 1f0e3dad-9990-4345-b743-9f8ffabdffc4 --reason 'разобрано с поддержкой'"}},
	}
}

// decidingCommands say what people decided.
func decidingCommands() []command {
	return []command{
		{"retry", "--reason ТЕКСТ [--as correction|replacement] [--by ИМЯ] [--register РЕЕСТР] [--json] КЛЮЧ|ПАКЕТ", "попробовать снова: отклонённую или задержанную предупреждением запись, неотправленный пакет", tryAgain,
			[]string{"--reason 'мера исправлена в ЕГИССО' 50275"}},
		{"agree", "[--seen ХЭШ] [--reason ТЕКСТ] [--json] ПАКЕТ", "согласовать пакет, который уходит только утверждённым (EGISSOGW_APPROVAL), под своей ролью в базе", agree, nil},
		{"approve", "[--seen ХЭШ] [--reason ТЕКСТ] [--json] ПАКЕТ", "утвердить такой пакет: его подпишут или выгрузят", approve, nil},
		{"disapprove", "--reason ТЕКСТ [--json] ПАКЕТ", "отказать такому пакету: он не уйдёт, пока не изменится его состав", disapprove, nil},
		{"dissolve", "[--by ИМЯ] [--json] ПАКЕТ", "расформировать пакет, который ещё не отправлялся: его записи решаются заново и уходят в следующем", dissolve, nil},
		{"release", "--reason ТЕКСТ [--by ИМЯ] [--json] ПАКЕТ --not-loaded", "освободить записи пакета, на который не пришёл ответ: они уйдут ещё раз", release,
			[]string{"--reason 'в кабинете пакета нет' 1f0e3dad-9990-4345-b743-9f8ffabdffc4 --not-loaded"}},
		{"senders", "[--json] [confirm|refuse [--bus] --reason ТЕКСТ [--by ИМЯ] МНЕМОНИКА]", "показать, кто отвечает от имени ЕГИССО и СМЭВ; подтвердить отправителя, тогда применяется всё сохранённое от него, или отклонить; без мнемоники — none", senders,
			[]string{"", "confirm --reason 'письмо оператора' EGISSO"}},
		{"changes", "[--json] [release|drop РЕЕСТР ИЗМЕНЕНИЕ [--set НАБОР] [--all] [--provider КОД] --reason ТЕКСТ | expect РЕЕСТР ИЗМЕНЕНИЕ ЧИСЛО --until ВРЕМЯ --reason ТЕКСТ] [--by ИМЯ]", "показать массовые изменения, которые ждут человека; отправить или отменить ровно тот набор, который вы видели, или объявить заранее; изменение: removal, termination, alteration", changes,
			[]string{"release fact removal --set 12-0f3c55a1d2e4b687 --reason 'закрыт филиал'"}},
		{"refusals", "[--json] [mean ВИД already-loaded|unknown-target|other --reason ТЕКСТ [--by ИМЯ]]", "показать виды отказов ЕГИССО и что они значат; сказать, что отказ значит: запись уже есть (already-loaded), такой нет (unknown-target), ошибка в записи (other)", refusals, nil},
		{"adopt", "--reason ТЕКСТ [--by ИМЯ] [--json] РЕЕСТР КЛЮЧ UUID", "принять запись, которую человек видел в ЕГИССО под этим UUID", adopt, nil},
		{"unconfirmed", "[--json] [send РЕЕСТР [КЛЮЧ] --reason ТЕКСТ [--by ИМЯ]]", "сколько записей есть в ЕГИССО с неподтверждённым содержанием; отправить их содержание изменением", unconfirmed, nil},
		{"contour", "[--json] [reset [--same] --reason ТЕКСТ] [--by ИМЯ]", "показать, для какого контура создана база шлюза (СМЭВ, тестовый признак, МИС, поставщик); сменить его на контур настроек", contour, nil},
	}
}

// sendingCommands form and count what is sent.
func sendingCommands() []command {
	return []command{
		{"form", "[--by ИМЯ] [--json] РЕЕСТР", "сформировать пакеты реестра сейчас; для реестров из EGISSOGW_FORM_ON_COMMAND — только так", order,
			[]string{"lmsz"}},
		{"report", "[--from МЕСЯЦ] [--to МЕСЯЦ] [--day] [--csv|--excel] [--json]", "отчёт: сколько фактов передано, принято, отклонено и принято позже срока по месяцам, поставщикам и мерам; --day — сводка за сутки: что ушло, что вернулось, кому что делать", report,
			[]string{"--from 2026-01 --to 2026-12 --excel >отчёт.csv", "--day"}},
		{"exports", "[--json]", "показать последние выгрузки по расписанию EGISSOGW_EXPORT_TIMES", showExports, nil},
		{"send", "[--by ИМЯ] [--json] ПАКЕТ", "отправить пакет, сформированный по команде", sendHeld, nil},
		{"kmsz", "request|show|diff ВЕРСИЯ ВЕРСИЯ|load ФАЙЛ [--by ИМЯ] [--json]", "классификатор мер: запросить обновления; показать версии, число позиций и какие ЛМСЗ не соответствуют действующей и опубликованной; сравнить две версии; загрузить файл", kmsz,
			[]string{"show"}},
		{"checks", "[--json]", "перечислить правила проверки записей: код, что читает, что требует и что делает сейчас (EGISSOGW_RULE_POLICY)", checks, nil},
		{"signing", "on|off|status [--reason ТЕКСТ] [--by ИМЯ] [--json]", "сервис подписи и отправки: включить, выключить, узнать", signing,
			[]string{"on --reason 'начало работы'", "status"}},
	}
}

// signatureCommands are about certificates and signatures.
func signatureCommands() []command {
	return []command{
		{"cert", "[--json]", "показать сертификат настроенной подписи и его сроки; предупреждает за 30 дней, код 1 — подписывать нельзя", showCertificate, nil},
		{"sign", "[--xml enveloped|detached] [--id ID] [--plain] [--pem] [--out ФАЙЛ] [--force] [--json] ФАЙЛ", "подписать файл настроенной подписью: CMS отдельно от файла или XML; это действие администратора, выключатель signing его не останавливает", signFile,
			[]string{"заявка.pdf", "--xml detached --id ID сообщение.xml"}},
		{"verify", "[--content ФАЙЛ] [--at МОМЕНТ] [--trust ФАЙЛ] [--json] ФАЙЛ", "объяснить по шагам, верна ли подпись и почему: сообщения СМЭВ, XML, CMS, архива evidence", verifyFile,
			[]string{"ответ.xml", "--at 2024-05-31 заявка.pdf.sig"}},
		{"transform", "[--id ID] ФАЙЛ", "вывести байты, с которых берётся дайджест: канонизация и трансформация СМЭВ корня документа или элемента с этим Id", transformFile, nil},
		{"digest", "[--512] [--json] ФАЙЛ", "вывести хэш Стрибог-256 файла в base64", digestFile, nil},
	}
}

// programCommands are about the program itself.
func programCommands() []command {
	return []command{
		{"demo", "[--keep] [--facts N] [--changes N] [--seed N] [--save КАТАЛОГ] [--sim ФАЙЛ]", "показать всю работу на этой машине: база, имитатор СМЭВ, учебная МИС", runDemo, nil},
		{"completion", "bash|zsh|fish", "вывести дополнение команд для оболочки (пакет его устанавливает)", completion,
			[]string{"bash >/etc/bash_completion.d/egissogw"}},
		{"man", "[settings]", "вывести страницу руководства: egissogw(1) или, с settings, egissogw.env(5) (пакет их устанавливает)", manual,
			[]string{"| man -l -"}},
		{"version", "[--json]", "показать версию программы", version, nil},
	}
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
