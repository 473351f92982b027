package main

import (
	"context"
	"errors"
	"text/tabwriter"

	"egissogw/adapter/archive"
	"egissogw/config"
	"egissogw/jobs"
)

// recoverArchive says what the archives of evidence hold that the database has lost.
func recoverArchive(ctx context.Context, a *app, args []string) error {
	f := a.flags("recover")
	asJSON := f.Bool("json", false, "вывод в JSON")
	folders, err := parse(f, args)
	if err != nil {
		return err
	}
	c, err := a.loadFor(ctx, "database", "archive")
	if err != nil {
		return err
	}
	if len(folders) == 0 && c.Archive.Dir != "" {
		folders = []string{c.Archive.Dir}
	}
	if len(folders) == 0 {
		return usageError{"укажите каталоги архива: " + config.Prefix + "ARCHIVE_DIR не задана"}
	}
	files, err := archive.Files(folders...)
	if err != nil {
		return err
	}
	s, err := openStore(ctx, c.Database)
	if err != nil {
		return err
	}
	defer s.Close()
	found, err := jobs.Recover{Store: s, Files: files, Progress: func(done, total int) {
		if done%progressStep == 0 && !*asJSON {
			fprintf(a.stderr, "прочитано файлов: %d из %d\n", done, total)
		}
	}}.Compare(ctx)
	if *asJSON {
		return errors.Join(a.printJSON(found), err)
	}
	return errors.Join(a.printRecovery(found), err)
}

// progressStep is how many files of the archive are read between two lines.
const progressStep = 100

// evidenceTexts are the kinds of entries for people.
var evidenceTexts = map[archive.Kind]string{
	archive.Sent: "отправленные сообщения", archive.Answer: "ответы", archive.Incoming: "входящие сообщения",
	archive.Export: "файлы для кабинета", archive.Protocol: "загруженные протоколы",
}

func (a *app) printRecovery(r jobs.Recovery) error {
	if r.First == nil {
		_, err := fprintf(a.stdout, "Архив пуст: файлов %d, записей нет\n", r.Files)
		return err
	}
	fprintf(a.stdout, "Архив: файлов %d, с %s по %s\n\n", r.Files, r.First.Local().Format(humanTime), r.Last.Local().Format(humanTime))
	lost := 0
	t := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	fprintf(t, "Что\tВ архиве\tНет в базе\tВ них записей\n")
	for _, k := range r.Kinds {
		lost += k.Lost
		fprintf(t, "%s\t%d\t%d\t%d\n", evidenceTexts[k.Kind], k.Entries, k.Lost, k.Records)
	}
	err := t.Flush()
	for _, d := range r.Damage {
		where := "прочитать нельзя"
		if d.End {
			where = "конец не дописан или повреждён"
		}
		fprintf(a.stdout, "\n%s: %s: байт %d, начиная с %d", d.File, where, d.Length, d.Offset)
	}
	if len(r.Damage) > 0 {
		fprintf(a.stdout, "\n")
	}
	if lost == 0 {
		fprintf(a.stdout, "\nВсё, что есть в архиве, есть и в базе.\n")
	} else {
		fprintf(a.stdout, "\nБаза потеряла то, что уже отправлено или получено. Не включайте подпись (egissogw signing off --reason ТЕКСТ), пока это не разобрано: записи ушли бы ещё раз.\n")
	}
	return err
}
