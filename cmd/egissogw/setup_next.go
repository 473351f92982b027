package main

import (
	"io"

	"egissogw/cmd/egissogw/internal/screen"
	"egissogw/config/setup"
)

// nextSteps lead from written settings to a service that sends.
func nextSteps(answers setup.Answers) []string {
	return []string{
		"sudo -u postgres psql -X" + portOption(answers.Port()) + " <" + setup.Roles,
		"sudo -u postgres psql -X" + portOption(answers.SourcePort()) + " -d '" + answers.SourceDatabase() + "' <" + setup.SourceRole,
		"egissogw migrate",
		"systemctl daemon-reload",
		"egissogw check --as-service",
		"systemctl enable --now egissogw",
		"egissogw status",
		"egissogw signing on --reason 'начало работы'",
	}
}

// portOption names a server that psql would not find by itself.
func portOption(port string) string {
	if port == "" || port == "5432" {
		return ""
	}
	return " -p " + port
}

// stepRemarks say of each step what it is for.
var stepRemarks = []string{
	"роли и база шлюза; выполняет администратор PostgreSQL",
	"роль для чтения в базе МИС, когда её представления есть (egissogw scaffold); выполняет её администратор",
	"схема egisso в базе шлюза",
	"systemd читает дополнение юнита с секретами",
	"всё, что увидит служба; повторяйте, пока есть замечания",
	"служба работает, но ничего не подписывает и не отправляет",
	"что не так, что готово и что ждёт",
	"с этого момента пакеты уходят",
}

func (r setupReport) print(w io.Writer) error {
	for _, part := range []struct {
		title string
		lines []string
	}{{"Записано:", r.Written}, {"Не изменилось:", r.Unchanged}, {"Прежнее сохранено:", r.Saved}, {"Этих файлов из настроек ещё нет, положите их:", r.Absent}} {
		if len(part.lines) == 0 {
			continue
		}
		if err := printList(w, part.title, part.lines); err != nil {
			return err
		}
	}
	var steps []string
	for i, step := range r.Next {
		steps = append(steps, "# "+stepRemarks[i], step)
	}
	return printList(w, "Дальше по порядку:", steps)
}

func printList(w io.Writer, title string, lines []string) error {
	if _, err := screen.Fprintf(w, "%s\n", title); err != nil {
		return err
	}
	for _, line := range lines {
		if _, err := screen.Fprintf(w, "  %s\n", line); err != nil {
			return err
		}
	}
	return nil
}
