package main

import (
	"context"
	"errors"
	"fmt"
	"text/tabwriter"
	"time"

	"egissogw/adapter/archive"
	"egissogw/adapter/smev"
	"egissogw/adapter/store"
	"egissogw/cmd/egissogw/internal/assemble"
	"egissogw/cmd/egissogw/internal/screen"
	"egissogw/config"
	"egissogw/crypto/cert"
	"egissogw/jobs"
)

// recoverArchive says what the archives of evidence hold that the database has lost, and
// brings it back, or lets work go on without it.
func recoverArchive(ctx context.Context, a *app, args []string) error {
	f := a.personFlags("recover")
	asJSON := a.jsonFlag(f)
	apply := f.Bool("apply", false, "вернуть в базу то, что она потеряла; без этого ничего не меняется")
	accept := f.Bool("accept-loss", false, "продолжать отправку без того, чего нет в базе")
	reason := f.String("reason", "", "причина; остаётся в журнале операций")
	folders, err := parse(f, args)
	if err != nil {
		return err
	}
	switch {
	case *apply && *accept:
		return usageError{"нужно одно: --apply или --accept-loss"}
	case (*apply || *accept) && *reason == "":
		return usageError{"укажите причину: --reason ТЕКСТ"}
	case *accept:
		return a.acceptLoss(ctx, *reason)
	}
	groups := []string{"database", "archive"}
	if *apply {
		groups = append(groups, "smev", "job")
	}
	c, err := a.loadFor(ctx, groups...)
	if err != nil {
		return err
	}
	files, err := archiveFiles(c, folders)
	if err != nil {
		return err
	}
	s, err := assemble.OpenStore(ctx, c.Database, a.storeOptions(c)...)
	if err != nil {
		return err
	}
	defer s.Close()
	bar := a.progress()
	defer bar.end()
	progress, entry := a.archiveReading(bar, *apply, *asJSON)
	if *apply {
		return a.bringBack(ctx, c, s, jobs.BringBack{Store: s, Files: files, Reason: *reason, Progress: progress, Entry: entry}, *asJSON)
	}
	found, err := jobs.Recover{Store: s, Files: files, Progress: progress}.Compare(ctx)
	if *asJSON {
		return errors.Join(a.printJSON(found), err)
	}
	return errors.Join(a.printRecovery(found), err)
}

// archiveReading tells how far an archive is read: on a terminal in one line, else in lines of
// standard error, unless silent; applied says that what is found is brought back.
func (a *app) archiveReading(bar *progress, applied, silent bool) (file func(done, total int), entry func(read int)) {
	file = func(done, total int) {
		if bar != nil {
			bar.at("Файлы архива прочитаны:", done, total)
		} else if (done%progressStep == 0 || applied && done == total) && !silent {
			screen.Fprintf(a.stderr, "прочитано файлов: %d из %d\n", done, total)
		}
	}
	said := a.now()
	entry = func(read int) {
		if bar != nil {
			bar.at("Сообщения прочитаны:", read, 0)
		} else if now := a.now(); now.Sub(said) >= progressPause && !silent {
			said = now
			screen.Fprintf(a.stderr, "прочитано сообщений: %d\n", read)
		}
	}
	return file, entry
}

func archiveFiles(c config.Config, folders []string) ([]string, error) {
	if len(folders) == 0 && c.Archive.Dir != "" {
		folders = []string{c.Archive.Dir}
	}
	if len(folders) == 0 {
		return nil, usageError{"укажите каталоги архива: " + config.Prefix + "ARCHIVE_DIR не задана"}
	}
	return archive.Files(folders...)
}

func (a *app) acceptLoss(ctx context.Context, reason string) error {
	s, err := a.openStore(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	archives, err := s.AcceptLoss(ctx, reason)
	if err != nil {
		return operatorError(err)
	}
	if archives == 0 {
		_, err = screen.Fprintf(a.stdout, "Принимать нечего: шлюз не нашёл архивов, которые опережают базу\n")
		return err
	}
	_, err = screen.Fprintf(a.stdout, "Потеря принята: отправка продолжается без того, чего нет в базе\n")
	return err
}

// bringBack plugs together what reads messages of the bus once more.
func (a *app) bringBack(ctx context.Context, c config.Config, s *store.Store, b jobs.BringBack, asJSON bool) error {
	b.Log = a.logger(config.Log{Level: max(c.Log.Level, 4), Format: c.Log.Format}) // a line for each message is too much
	version, err := assemble.BusVersion(c.SMEV)
	if err != nil {
		return err
	}
	trust, err := assemble.BusTrust(c.SMEV)
	if err != nil {
		return err
	}
	believed, err := assemble.BelievedBy(c.SMEV)
	if err != nil {
		return err
	}
	s.BelieveBy(believed)
	s.KeepUnbelieved(c.SMEV.UnverifiedLimit)
	moment := a.now()
	client, err := smev.NewClient(smev.Options{
		URL: c.SMEV.URL, Version: version, Signer: noSigner{}, Now: func() time.Time { return moment },
		Trust:  func(crt *cert.Certificate) error { return trust.Check(crt, moment) },
		Limits: smev.Limits{Body: c.SMEV.ReplyLimit},
	})
	if err != nil {
		return err
	}
	b.Answers = jobs.Answers{
		Bus: smev.Port{Client: client}, Files: smev.Storage{}, FileLimit: c.SMEV.FileLimit, Senders: assemble.Senders(c.SMEV),
		At: func(at time.Time) { moment = at },
	}
	b.Stale = func(made time.Time) bool { return a.now().Sub(made) > c.Job.MessageIDLimit }
	b.Handle = jobs.Handle{
		Store: s, Handlers: []jobs.IncomingHandler{jobs.ClassifierPush{Store: s, Senders: assemble.Senders(c.SMEV), Log: b.Log}},
		RejectUnexpected: c.SMEV.RejectUnexpected, Lease: c.Job.Lease, Log: b.Log,
	}
	brought, err := b.Run(ctx)
	if asJSON {
		return errors.Join(a.printJSON(brought), operatorError(err))
	}
	return errors.Join(a.printBrought(brought), operatorError(err))
}

// noSigner is for who only reads.
type noSigner struct{}

// Certificate is that of nobody.
func (noSigner) Certificate() *cert.Certificate { return nil }

// SignDigest refuses.
func (noSigner) SignDigest(context.Context, []byte) ([]byte, error) {
	return nil, errors.New("nothing is signed here")
}

// progressStep is how many files of the archive are read between two lines.
const progressStep = 100

// progressPause is how long nothing is said while one file, of a busy day, is brought back.
const progressPause = 5 * time.Second

// evidenceTexts are the kinds of entries for people.
var evidenceTexts = map[archive.Kind]string{
	archive.Sent: "отправленные сообщения", archive.Answer: "ответы", archive.Incoming: "входящие сообщения",
	archive.Export: "файлы для кабинета", archive.Protocol: "загруженные протоколы",
}

func (a *app) printRecovery(r jobs.Recovery) error {
	if r.First == nil {
		_, err := screen.Fprintf(a.stdout, "Архив пуст: файлов %d, записей нет\n", r.Files)
		return err
	}
	screen.Fprintf(a.stdout, "Архив: файлов %d, с %s по %s\n\n", r.Files, screen.TimeIfKnown(r.First), screen.TimeIfKnown(r.Last))
	lost := 0
	t := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	screen.Fprintf(t, "Что\tВ архиве\tНет в базе\tВ них записей\n")
	for _, k := range r.Kinds {
		lost += k.Lost
		screen.Fprintf(t, "%s\t%d\t%d\t%d\n", evidenceTexts[k.Kind], k.Entries, k.Lost, k.Records)
	}
	err := t.Flush()
	a.printDamage(r.Damage)
	if lost == 0 {
		screen.Fprintf(a.stdout, "\nВсё, что есть в архиве, есть и в базе.\n")
	} else {
		screen.Fprintf(a.stdout, "\nБаза потеряла то, что уже отправлено или получено. Вернуть всё, чего в ней нет: egissogw recover --apply --reason ТЕКСТ с каталогами всех шлюзов. До этого\nне включайте подпись (egissogw signing off --reason ТЕКСТ): записи ушли бы ещё раз.\n")
	}
	return err
}

func (a *app) printDamage(damage []archive.DamageError) {
	for _, d := range damage {
		where := "прочитать нельзя"
		if d.End {
			where = "конец не дописан или повреждён"
		}
		screen.Fprintf(a.stdout, "\n%s: %s: байт %d, начиная с %d", d.File, where, d.Length, d.Offset)
	}
	if len(damage) > 0 {
		screen.Fprintf(a.stdout, "\n")
	}
}

func (a *app) printBrought(b *jobs.Brought) error {
	t := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	screen.Fprintf(t, "Что\tВозвращено\tБыло в базе\tНе возвращено\n")
	for _, k := range b.Kinds {
		screen.Fprintf(t, "%s\t%d\t%d\t%d\n", evidenceTexts[k.Kind], k.Back, k.Known, k.Left)
	}
	err := t.Flush()
	a.printDamage(b.Damage)
	for _, l := range b.Left {
		screen.Fprintf(a.stdout, "\nне возвращено: %s %s: %s", evidenceTexts[l.Kind], l.ID, l.Why)
	}
	if len(b.Left) > 0 {
		screen.Fprintf(a.stdout, "\n")
	}
	for _, m := range b.Missing {
		screen.Fprintf(a.stdout, "\nНет в названных каталогах: %s %s. Назовите каталоги всех шлюзов; до этого ничего не отправляется.\n", evidenceTexts[archive.Kind(m.Kind)], m.ID)
	}
	return err
}

// lostFrom says what of the newest entries of an archive the database does not know, "" if it
// knows all.
func lostFrom(ctx context.Context, c config.Config) (string, error) {
	newest, err := archive.Newest(c.Archive.Dir)
	if err != nil || len(newest) == 0 {
		return "", err
	}
	s, err := store.Open(ctx, c.Database.URL.Reveal(), store.WithTimeout(c.Database.Timeout))
	if err != nil {
		return "", err
	}
	defer s.Close()
	var ids []store.ArchiveID
	for _, e := range newest {
		ids = append(ids, store.ArchiveID{Kind: string(e.Kind), ID: e.ID})
	}
	lost, err := s.Missed(ctx, ids)
	if err != nil || len(lost) == 0 {
		return "", err
	}
	last := newest[0]
	for _, e := range newest {
		if e.At.After(last.At) {
			last = e
		}
	}
	return fmt.Sprintf("архив опережает базу (последняя запись %s): база потеряна или восстановлена старая копия, ничего не будет отправлено; egissogw recover", screen.Time(last.At)), nil
}
