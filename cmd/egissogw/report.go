package main

import (
	"context"
	"encoding/csv"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"egissogw/adapter/store"
	"egissogw/cmd/egissogw/internal/screen"
)

// monthForm is how months are written in arguments and results.
const monthForm = "2006-01"

// reportFlags are what a report is asked for.
type reportFlags struct {
	from, to   string
	day        bool
	csv, excel bool
}

// report shows what was sent and accepted by month, provider and measure (egisso.fact_report), or
// the summary of a day (egisso.day_summary).
func report(ctx context.Context, a *app, args []string) error {
	f := a.flags("report")
	var o reportFlags
	f.StringVar(&o.from, "from", "", "с какого месяца, ГГГГ-ММ; без него — с начала этого года")
	f.StringVar(&o.to, "to", "", "по какой месяц; без него — по этот")
	f.BoolVar(&o.day, "day", false, "сводка за последние сутки")
	f.BoolVar(&o.csv, "csv", false, "вывод в CSV (UTF-8, через запятую)")
	f.BoolVar(&o.excel, "excel", false, "вывод в CSV для русского Excel (UTF-8 с BOM, через точку с запятой)")
	asJSON := a.jsonFlag(f)
	if err := parseFlags(f, args); err != nil {
		return err
	}
	if _, _, err := o.months(a.now()); err != nil {
		return err
	}
	s, err := a.openStore(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	// A standby, or a role that only reads, shows what a gateway counted in the last minute.
	_, _ = s.CountPackages(ctx)
	if o.day {
		lines, err := s.DaySummary(ctx)
		if err != nil {
			return operatorError(err)
		}
		if *asJSON {
			return a.printJSON(lines)
		}
		return printSummary(a.screen(), lines)
	}
	from, to, err := o.months(a.now().Local()) // the zone is known now
	if err != nil {
		return err
	}
	list, err := s.FactReport(ctx, from, to)
	switch {
	case err != nil:
		return operatorError(err)
	case *asJSON:
		return a.printJSON(reportMonths(list))
	case o.csv || o.excel:
		return writeReport(a.stdout, list, o.excel)
	}
	return printReport(a.stdout, list)
}

// months are the first days of the months asked for; by default those of the year of now.
func (o reportFlags) months(now time.Time) (from, to time.Time, err error) {
	switch {
	case o.csv && o.excel, (o.csv || o.excel) && o.day:
		return from, to, usageError{"--csv, --excel и --day нельзя вместе"}
	case o.day && (o.from != "" || o.to != ""):
		return from, to, usageError{"--day — это последние сутки, без --from и --to"}
	}
	to = time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC)
	from = time.Date(now.Year(), 1, 1, 0, 0, 0, 0, time.UTC)
	for _, m := range []struct {
		flag, text string
		into       *time.Time
	}{{"--to", o.to, &to}, {"--from", o.from, &from}} {
		if m.text == "" {
			continue
		}
		if *m.into, err = time.Parse(monthForm, m.text); err != nil {
			return from, to, usageError{m.flag + ": ожидается месяц ГГГГ-ММ, например 2026-01"}
		}
	}
	if o.from == "" && to.Before(from) {
		from = time.Date(to.Year(), 1, 1, 0, 0, 0, 0, time.UTC)
	}
	if to.Before(from) {
		return from, to, usageError{"--from позже --to"}
	}
	return from, to, nil
}

// reportMonth is a line of the report as JSON has it.
type reportMonth struct {
	Month string `json:"month"` // ГГГГ-ММ
	store.ReportLine
}

func reportMonths(list []store.ReportLine) []reportMonth {
	lines := make([]reportMonth, 0, len(list))
	for _, l := range list {
		lines = append(lines, reportMonth{l.Month.Format(monthForm), l})
	}
	return lines
}

// reportColumns are the titles of a report for spreadsheets, in their order.
var reportColumns = []string{"Месяц", "Поставщик", "Ключ меры", "Номер меры", "Код меры", "Мера", "Передано", "Принято", "Отклонено", "Без ответа", "Позже срока"}

// writeReport writes the report as CSV. A spreadsheet in Russian wants the mark of UTF-8 and
// semicolons, and must not take a title for a formula.
func writeReport(w io.Writer, list []store.ReportLine, excel bool) error {
	out := csv.NewWriter(w)
	if excel {
		if _, err := io.WriteString(w, "\ufeff"); err != nil {
			return err
		}
		out.Comma, out.UseCRLF = ';', true
	}
	if err := out.Write(reportColumns); err != nil {
		return err
	}
	for _, l := range list {
		row := []string{l.Month.Format(monthForm), l.Provider, l.MeasureKey, l.MeasureNo, l.MeasureCode, l.MeasureTitle,
			strconv.Itoa(l.Sent), strconv.Itoa(l.Accepted), strconv.Itoa(l.Rejected), strconv.Itoa(l.Unanswered), lateText(l.Late, "")}
		for i := range row {
			if excel && row[i] != "" && strings.ContainsRune("=+-@\t\r", rune(row[i][0])) {
				row[i] = "'" + row[i]
			}
		}
		if err := out.Write(row); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// lateText is a number that is not known without a term.
func lateText(late *int, unknown string) string {
	if late == nil {
		return unknown
	}
	return strconv.Itoa(*late)
}

func printReport(w io.Writer, list []store.ReportLine) error {
	if len(list) == 0 {
		_, err := screen.Fprintln(w, "За эти месяцы фактов не передавали.")
		return err
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	screen.Fprintf(t, "МЕСЯЦ\tПОСТАВЩИК\tПЕРЕДАНО\tПРИНЯТО\tОТКЛ.\tБЕЗ ОТВЕТА\tПОЗЖЕ СРОКА\tМЕРА\n")
	for _, l := range list {
		screen.Fprintf(t, "%s\t%s\t%d\t%d\t%d\t%d\t%s\t%s\n", l.Month.Format(monthForm), l.Provider, l.Sent, l.Accepted, l.Rejected, l.Unanswered,
			lateText(l.Late, "—"), measureText(l))
	}
	return t.Flush()
}

// measureText names a measure as far as it is known.
func measureText(l store.ReportLine) string {
	switch {
	case l.MeasureTitle != "":
		return strings.TrimSpace(l.MeasureCode + " " + screen.OneLine(l.MeasureTitle))
	case l.MeasureKey != "":
		return "ключ " + l.MeasureKey
	}
	return "не известна"
}

// summaryTitles are the sections of the summary of a day.
var summaryTitles = map[string]string{
	store.SummaryLeft: "Ушло", store.SummaryReturned: "Вернулось", store.SummaryWaiting: "Ждёт ответа", store.SummaryNeeds: "Кому что делать",
}

func printSummary(w io.Writer, lines []store.SummaryLine) error {
	if len(lines) == 0 {
		_, err := screen.Fprintln(w, "За сутки ничего не ушло и не вернулось, человека ничего не ждёт.")
		return err
	}
	section, who := "", ""
	for _, l := range lines {
		if l.Section != section {
			section, who = l.Section, ""
			screen.Fprintln(w, summaryTitles[section]+":")
		}
		if l.Who != who {
			who = l.Who
			screen.Fprintln(w, "  "+who+":")
		}
		text := l.Text
		if l.Count > 1 || l.Section != store.SummaryNeeds {
			text += " — " + strconv.Itoa(l.Count)
		}
		if _, err := screen.Fprintln(w, "  - "+text); err != nil {
			return err
		}
	}
	return nil
}
