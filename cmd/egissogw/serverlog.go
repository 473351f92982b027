package main

import (
	"context"
	"fmt"
	"strconv"

	"github.com/jackc/pgx/v5"
)

// querier asks a database.
type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// loggingSettings decide what PostgreSQL writes of our statements to its own log. Statements of
// ours pass people as parameters only, never in their text.
var loggingSettings = []string{
	"log_statement", "log_min_duration_statement", "log_min_duration_sample", "log_statement_sample_rate", "log_transaction_sample_rate",
	"log_parameter_max_length", "log_parameter_max_length_on_error", "debug_print_parse", "debug_print_rewritten", "debug_print_plan",
	"auto_explain.log_min_duration", "auto_explain.log_parameter_max_length", "pgaudit.log", "pgaudit.log_parameter",
}

// serverLog tells which settings, as they are for our role, put people into PostgreSQL's log.
func (r *checkResult) serverLog(ctx context.Context, db querier) {
	rows, err := db.Query(ctx, `select name, coalesce(setting, '') from pg_settings where name = any($1)`, loggingSettings)
	if err != nil {
		r.Notes = append(r.Notes, "журнал PostgreSQL не проверен: "+err.Error())
		return
	}
	settings := map[string]string{}
	var name, value string
	if _, err := pgx.ForEachRow(rows, []any{&name, &value}, func() error { settings[name] = value; return nil }); err != nil {
		r.Notes = append(r.Notes, "журнал PostgreSQL не проверен: "+err.Error())
		return
	}
	r.Notes = append(r.Notes, loggedPeople(settings)...)
}

// loggedPeople judges the settings.
func loggedPeople(settings map[string]string) (notes []string) {
	number := func(name string) float64 {
		n, err := strconv.ParseFloat(settings[name], 64)
		if err != nil {
			return -1 // a setting this server does not have
		}
		return n
	}
	note := func(name, cure string) {
		notes = append(notes, fmt.Sprintf("%s = %s: персональные данные попадут в журнал PostgreSQL, который читают другие; %s", name, settings[name], cure))
	}
	const forRole = "для роли шлюза: alter role … set "
	if number("log_parameter_max_length") != 0 { // of statements that are logged; 0 leaves parameters out
		const cure = forRole + "log_parameter_max_length = 0"
		if s := settings["log_statement"]; s == "all" || s == "mod" {
			note("log_statement", cure)
		}
		if number("log_min_duration_statement") >= 0 {
			note("log_min_duration_statement", cure)
		}
		if number("log_min_duration_sample") >= 0 && number("log_statement_sample_rate") != 0 {
			note("log_min_duration_sample", cure)
		}
		if number("log_transaction_sample_rate") > 0 {
			note("log_transaction_sample_rate", cure)
		}
	}
	if settings["log_parameter_max_length_on_error"] != "" && number("log_parameter_max_length_on_error") != 0 {
		note("log_parameter_max_length_on_error", forRole+"log_parameter_max_length_on_error = 0")
	}
	for _, name := range []string{"debug_print_parse", "debug_print_rewritten", "debug_print_plan"} {
		if settings[name] == "on" {
			note(name, forRole+name+" = off")
		}
	}
	if number("auto_explain.log_min_duration") >= 0 {
		note("auto_explain.log_min_duration", forRole+"auto_explain.log_min_duration = -1")
	}
	if s := settings["pgaudit.log"]; s != "" && s != "none" && settings["pgaudit.log_parameter"] == "on" {
		note("pgaudit.log_parameter", forRole+"pgaudit.log_parameter = off")
	}
	return notes
}
