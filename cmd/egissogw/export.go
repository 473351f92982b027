package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/google/uuid"

	"egissogw/adapter/egisso"
	"egissogw/adapter/store"
	"egissogw/cmd/egissogw/internal/assemble"
	"egissogw/cmd/egissogw/internal/private"
	"egissogw/cmd/egissogw/internal/screen"
	"egissogw/config"
	"egissogw/jobs"
)

// exportedFile is one file as `egissogw export` lists it.
type exportedFile struct {
	Package  uuid.UUID `json:"package"`
	Register string    `json:"register"`
	Kind     string    `json:"kind"`
	Records  int       `json:"records"`
	File     string    `json:"file"`
}

// export writes files for upload in the provider's cabinet: for records that are
// ready, or again for a package that was exported before.
func export(ctx context.Context, a *app, args []string) error {
	f := a.personFlags("export")
	date := f.String("date", "", "на какую дату данные, ГГГГ-ММ-ДД; по умолчанию сегодня")
	names := f.String("register", "", "реестры через запятую; по умолчанию все")
	again := f.String("again", "", "записать ещё раз файл этого пакета, байт в байт")
	zipped := f.Bool("zip", false, "записать один архив zip")
	asJSON := a.jsonFlag(f)
	positional, err := parse(f, args)
	if err != nil {
		return err
	}
	dir, err := oneArgument(positional, "каталог")
	if err != nil {
		return err
	}
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return fmt.Errorf("каталога %s нет", dir)
	}
	c, err := a.loadFor(ctx, "database", "package", "job")
	if err != nil {
		return err
	}
	day, err := exportDate(*date, a.now().In(c.Job.TimeZone.Location))
	if err != nil {
		return err
	}
	registers, err := exportRegisters(*names)
	if err != nil {
		return err
	}
	s, err := assemble.OpenStore(ctx, c.Database, a.storeOptions(c)...)
	if err != nil {
		return err
	}
	defer s.Close()
	bar := a.progress()
	done := bar.busy("Пакеты формируются")
	files, troubles := a.filesToWrite(ctx, s, c, *again, registers, day)
	done()
	written, err := writeExport(ctx, s, files, dir, day.String(), *zipped, bar)
	bar.end()
	if err := errors.Join(troubles, err); err != nil {
		return operatorError(err)
	}
	if *asJSON {
		return a.printJSON(written)
	}
	waiting, err := s.WaitingForApproval(ctx, registers)
	if err != nil {
		return err
	}
	return a.printExport(written, waiting, dir)
}

// filesToWrite are the files of one package exported before, or all that were
// not, made now of what is ready.
func (a *app) filesToWrite(ctx context.Context, s *store.Store, c config.Config, again string, registers []egisso.Register, day egisso.Date) ([]store.ManualFile, error) {
	if again != "" {
		id, err := uuid.Parse(again)
		if err != nil {
			return nil, usageError{notPackage}
		}
		file, found, err := s.FileOf(ctx, id)
		if err == nil && !found {
			err = fmt.Errorf("у пакета %s нет файла для ручной загрузки", id)
		}
		if err == nil && file.Released {
			err = fmt.Errorf("записи пакета %s освобождены и уйдут в другом: загружать его нельзя", id)
		}
		if err != nil {
			return nil, err
		}
		return []store.ManualFile{file}, nil
	}
	policy, err := assemble.PoliciesOf(c)
	if err != nil {
		return nil, err
	}
	xsd, err := assemble.OpenSchema(c.Package, policy.Versions)
	if err != nil {
		return nil, err
	}
	e := jobs.Export{
		Schema: xsd,
		Form:   assemble.FormJob(c, policy.Versions, s, a.logger(c.Log)), Registers: registers, Date: day, Lease: c.Job.Lease, Log: a.logger(c.Log),
		FileName: func(p store.FormedPackage) string {
			return c.Package.ExportName(p.ID.String(), p.Provider, p.Format, day.String())
		},
	}
	return e.Prepare(ctx)
}

func exportDate(text string, now time.Time) (egisso.Date, error) {
	if text == "" {
		return egisso.DateOf(now), nil
	}
	day, err := egisso.ParseDate(text)
	if err != nil {
		return day, usageError{"--date: ожидается дата ГГГГ-ММ-ДД"}
	}
	return day, nil
}

func exportRegisters(names string) ([]egisso.Register, error) {
	if names == "" {
		return egisso.Registers(), nil
	}
	var wanted []egisso.Register
	for name := range strings.SplitSeq(names, ",") {
		r, err := registerNamed(strings.TrimSpace(name))
		if err != nil {
			return nil, err
		}
		wanted = append(wanted, r)
	}
	// In sending order, whatever order they were named in.
	return slices.DeleteFunc(egisso.Registers(), func(r egisso.Register) bool { return !slices.Contains(wanted, r) }), nil
}

// writeExport writes the files, then notes that they were written: a crash between
// leaves files that the next export writes again, the same octets.
func writeExport(ctx context.Context, s *store.Store, files []store.ManualFile, dir, date string, zipped bool, bar *progress) ([]exportedFile, error) {
	written := []exportedFile{}
	if len(files) == 0 || files[0].Name == "" {
		return written, nil
	}
	archive := ""
	if zipped {
		archive = "egisso_" + date + "_" + files[0].PackageID.String()[:8] + ".zip"
		content := func(f store.ManualFile) ([]byte, error) { return exportedContent(ctx, s, f) }
		if err := writeArchive(dir, archive, files, content); err != nil {
			return written, err
		}
	}
	for i, f := range files {
		bar.at("Файлы записываются:", i+1, len(files))
		name := archive
		if !zipped {
			name = f.Name
			content, err := exportedContent(ctx, s, f)
			if err != nil {
				return written, err
			}
			if err := private.Write(filepath.Join(dir, name), true, private.Bytes(content)); err != nil {
				return written, err
			}
		}
		if err := s.MarkExported(ctx, f); err != nil {
			return written, err
		}
		written = append(written, exportedFile{f.PackageID, string(f.Register), f.Format + " " + f.Version, f.Records, name})
	}
	return written, nil
}

// exportedContent gives the octets of a package's file after the log of operations
// says who takes them.
func exportedContent(ctx context.Context, s *store.Store, f store.ManualFile) ([]byte, error) {
	if err := s.NoteExport(ctx, f); err != nil {
		return nil, err
	}
	return s.FileContent(ctx, f.PackageID)
}

func (a *app) printExport(files []exportedFile, waiting int, dir string) error {
	if waiting > 0 {
		screen.Fprintf(a.stdout, "Ждут утверждения, не выгружены: пакетов %d (egissogw journal, egissogw approve)\n", waiting)
	}
	if len(files) == 0 {
		if waiting > 0 {
			return nil
		}
		_, err := screen.Fprintf(a.stdout, "Нет данных для выгрузки: записей, готовых к отправке, нет\n")
		return err
	}
	t := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	screen.Fprintf(t, "Записано в %s:\n", dir)
	for _, f := range files {
		screen.Fprintf(t, "%s\t%s\tзаписей %d\t%s\n", f.File, f.Kind, f.Records, egisso.Register(f.Register).Named())
	}
	screen.Fprintf(t, "Загрузите файлы в кабинете поставщика информации, а протоколы — командой import-protocol.\n")
	return t.Flush()
}
