package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"egissogw/adapter/store"
)

func TestReportMonths(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 29, 23, 0, 0, 0, time.UTC)
	for _, tc := range []struct {
		o        reportFlags
		from, to string // "" wrong
	}{
		{reportFlags{}, "2026-01", "2026-11"},
		{reportFlags{from: "2025-12"}, "2025-12", "2026-11"},
		{reportFlags{to: "2025-03"}, "2025-01", "2025-03"},
		{reportFlags{from: "2026-02", to: "2026-01"}, "", ""},
		{reportFlags{from: "01.2026"}, "", ""},
		{reportFlags{csv: true, excel: true}, "", ""},
		{reportFlags{day: true, from: "2026-01"}, "", ""},
		{reportFlags{day: true, csv: true}, "", ""},
	} {
		from, to, err := tc.o.months(now)
		if (err != nil) != (tc.from == "") || err == nil && (from.Format(monthForm) != tc.from || to.Format(monthForm) != tc.to) {
			t.Errorf("%+v: %s to %s, %v", tc.o, from, to, err)
		}
	}
}

// What a spreadsheet in Russian opens by a double click, and what a program reads.
func TestReportAsCSV(t *testing.T) {
	t.Parallel()
	late := 3
	list := []store.ReportLine{{Month: time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC), Provider: "0001.000001", MeasureKey: "=1+1", MeasureTitle: `Лекарства; "бесплатно"`,
		Sent: 10, Accepted: 7, Rejected: 1, Unanswered: 2, Late: &late}}
	for excel, want := range map[bool]string{
		true: "\ufeffМесяц;Поставщик;Ключ меры;Номер меры;Код меры;Мера;Передано;Принято;Отклонено;Без ответа;Позже срока\r\n" +
			"2026-10;0001.000001;'=1+1;;;\"Лекарства; \"\"бесплатно\"\"\";10;7;1;2;3\r\n",
		false: "Месяц,Поставщик,Ключ меры,Номер меры,Код меры,Мера,Передано,Принято,Отклонено,Без ответа,Позже срока\n" +
			"2026-10,0001.000001,=1+1,,,\"Лекарства; \"\"бесплатно\"\"\",10,7,1,2,3\n",
	} {
		var out bytes.Buffer
		if err := writeReport(&out, list, excel); err != nil || out.String() != want {
			t.Errorf("excel %v: %q, %v", excel, out.String(), err)
		}
	}
	list[0].Late = nil
	var out bytes.Buffer
	if err := printReport(&out, list); err != nil || !strings.Contains(out.String(), "2026-10  0001.000001  10        7        1      2           —            Лекарства") {
		t.Errorf("%s, %v", out.String(), err)
	}
}
