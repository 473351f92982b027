package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/google/uuid"

	"egissogw/adapter/egisso"
	"egissogw/adapter/store"
	"egissogw/cmd/egissogw/internal/assemble"
	"egissogw/cmd/egissogw/internal/private"
	"egissogw/cmd/egissogw/internal/screen"
	"egissogw/jobs"
)

// previewReport is what would leave of a register, and what would not.
type previewReport struct {
	Register string `json:"register"`
	store.RegisterState
	Packages []previewPackage `json:"packages"`
}

// previewPackage is a package that would be formed.
type previewPackage struct {
	Provider string         `json:"provider"`
	Records  int            `json:"records"`
	Kinds    map[string]int `json:"kinds"`
	Bytes    int            `json:"bytes"`
	File     string         `json:"file,omitempty"`
	Problem  string         `json:"problem,omitempty"`
}

// preview builds and checks the packages of a register, or of all, and keeps nothing of it:
// nothing is read from the source, formed or signed.
func preview(ctx context.Context, a *app, args []string) error {
	f := a.personFlags("preview")
	asJSON := a.jsonFlag(f)
	out := f.String("out", "", "каталог, куда записать XML пакетов; в них персональные данные")
	positional, err := parse(f, args)
	if err != nil {
		return err
	}
	registers, err := previewedRegisters(positional)
	if err != nil {
		return err
	}
	if info, err := os.Stat(*out); *out != "" && (err != nil || !info.IsDir()) {
		return fmt.Errorf("каталога %s нет", *out)
	}
	c, err := a.loadFor(ctx, "database", "package", "job")
	if err != nil {
		return err
	}
	policy, err := assemble.PoliciesOf(c)
	if err != nil {
		return err
	}
	xsd, err := assemble.OpenSchema(c.Package, policy.Versions)
	if err != nil {
		return err
	}
	s, err := assemble.OpenStore(ctx, c.Database, a.storeOptions(c)...)
	if err != nil {
		return err
	}
	defer s.Close()
	form := assemble.FormJob(c, policy.Versions, s, a.logger(c.Log))
	var reports []previewReport
	for _, register := range registers {
		report, err := previewRegister(ctx, s, jobs.Preview{Form: form, Register: register, Schema: xsd}, *out)
		if err != nil {
			return operatorError(err)
		}
		reports = append(reports, report)
	}
	if *asJSON && len(positional) > 0 {
		return a.printJSON(reports[0])
	}
	if *asJSON {
		return a.printJSON(reports)
	}
	for i, report := range reports {
		if i > 0 {
			screen.Fprintf(a.stdout, "\n")
		}
		if err := a.printPreview(report, registers[i].Named()); err != nil {
			return err
		}
	}
	return nil
}

// previewedRegisters are the one that was named, or all.
func previewedRegisters(positional []string) ([]egisso.Register, error) {
	if len(positional) == 0 {
		return egisso.Registers(), nil
	}
	name, err := oneArgument(positional, "реестр")
	if err != nil {
		return nil, err
	}
	register, err := registerNamed(name)
	return []egisso.Register{register}, err
}

// previewRegister previews one register, and writes its packages to the folder out unless
// that is "".
func previewRegister(ctx context.Context, s *store.Store, job jobs.Preview, out string) (previewReport, error) {
	report := previewReport{Register: string(job.Register), Packages: []previewPackage{}}
	if out != "" {
		if err := s.NoteViewing(ctx, "view_preview", report.Register, uuid.Nil, "Пакеты, которые были бы собраны, записаны в каталог"); err != nil {
			return report, err
		}
	}
	var err error
	if report.RegisterState, err = s.RegisterState(ctx, report.Register); err != nil {
		return report, err
	}
	return report, job.Run(ctx, func(p jobs.PreviewedPackage) error {
		shown := previewPackage{Provider: p.Provider, Records: p.Records, Kinds: p.Kinds, Bytes: len(p.Content)}
		if p.Err != nil {
			shown.Problem = p.Err.Error()
		} else if out != "" {
			shown.File = fmt.Sprintf("preview_%s_%03d.xml", report.Register, len(report.Packages)+1)
			if err := private.Write(filepath.Join(out, shown.File), true, private.Bytes(p.Content)); err != nil {
				return err
			}
		}
		report.Packages = append(report.Packages, shown)
		return nil
	})
}

func (a *app) printPreview(r previewReport, title string) error {
	t := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	screen.Fprintf(t, "%s\n", title)
	screen.Fprintf(t, "Готовы к отправке\t%d\n", r.Ready)
	screen.Fprintf(t, "Ожидают\t%d\n", r.Waiting)
	screen.Fprintf(t, "Требуют исправления\t%d\n", r.Blocked)
	screen.Fprintf(t, "Изменились в источнике, решения ещё нет\t%d\n", r.Undecided)
	if r.TakenOver > 0 {
		screen.Fprintf(t, "Уже есть в ЕГИССО со слов источника, не отправляются\t%d\n", r.TakenOver)
		screen.Fprintf(t, "  из них принятая версия не названа, содержание взято на веру\t%d\n", r.OnTrust)
	}
	if r.Rest != nil {
		screen.Fprintf(t, "Почему не отправляется\t%s\n", r.Rest.Text)
	}
	if len(r.Findings) > 0 {
		screen.Fprintf(t, "\nПравило\tВид\tЗаписей\tНапример, запись\n")
	}
	for _, f := range r.Findings {
		kind := "Предупреждение"
		if f.Severity == "error" {
			kind = "Ошибка"
		}
		screen.Fprintf(t, "%s\t%s\t%d\t%s\n", f.Code, kind, f.Records, f.Example)
	}
	screen.Fprintf(t, "\nПакетов было бы: %d\n", len(r.Packages))
	for i, p := range r.Packages {
		var kinds []string
		for _, k := range slices.Sorted(maps.Keys(p.Kinds)) {
			kinds = append(kinds, fmt.Sprintf("%s %d", k, p.Kinds[k]))
		}
		screen.Fprintf(t, "%d\tпоставщик %s\tзаписей %d\t%s\tбайт %d\t%s%s\n", i+1, p.Provider, p.Records, strings.Join(kinds, ", "), p.Bytes, p.File, p.Problem)
	}
	return t.Flush()
}
