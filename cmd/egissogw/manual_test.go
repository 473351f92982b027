package main

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"egissogw/adapter/store"
	"egissogw/crypto/signertest"
)

// TestManualExchange takes local measures and then facts to ЕГИССО by hand: the
// facts wait for the protocol of the measures, a rejected fact is retried.
func TestManualExchange(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	if out := s.run(t, "export", "--register", "fact", t.TempDir()); !strings.Contains(out, "Нет данных для выгрузки") {
		t.Errorf("facts were exported before their measures: %s", out)
	}
	dir, measures := s.exported(t, "lmsz")
	content := readFile(t, filepath.Join(dir, measures.File))
	if !bytes.Contains(content, []byte(measures.Package.String())) || !bytes.Contains(content, []byte("10.05.I/2.1.0")) {
		t.Errorf("the file is not the package: %.200s", content)
	}
	if !regexp.MustCompile(`^0042_10\.05\.I_[0-9a-f-]{36}\.xml$`).MatchString(measures.File) {
		t.Errorf("file name %s", measures.File)
	}
	if info, err := os.Stat(filepath.Join(dir, measures.File)); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v: %v", info.Mode(), err)
	}
	if out := s.run(t, "journal"); !strings.Contains(out, "Выгружен в файл") {
		t.Errorf("journal: %s", out)
	}
	out := s.run(t, "import-protocol", protocolFile(t, "10.05.I/2.1.0", measures, ""))
	if !strings.Contains(out, "Протокол применён") {
		t.Errorf("import: %s", out)
	}
	s.decide(t)

	_, facts := s.exported(t, "fact")
	if facts.Records != siteFacts {
		t.Errorf("%d facts exported, want %d", facts.Records, siteFacts)
	}
	rejected := s.text(t, `select id from egisso.record where register = 'fact' order by id limit 1`)
	protocol := protocolFile(t, "", facts, rejected)
	s.run(t, "import-protocol", protocol)
	if out := s.run(t, "import-protocol", protocol); !strings.Contains(out, "уже загружен") || !strings.Contains(out, "Принято записей") {
		t.Errorf("the same protocol again: %s", out)
	}
	other := filepath.Join(t.TempDir(), "protocol.xml")
	if err := os.WriteFile(other, append(readFile(t, protocol), '\n'), 0o600); err != nil {
		t.Fatal(err)
	}
	if out := s.run(t, "import-protocol", other); !strings.Contains(out, "Протокол применён") || !strings.Contains(out, "ничего не изменилось") {
		t.Errorf("the same protocol in another file: %s", out)
	}
	if got := s.text(t, `select string_agg(state || ' ' || n, ', ' order by state) from (select state, count(*) n from egisso.record where register = 'fact' group by state) c`); got != fmt.Sprintf("accepted %d, rejected 1", siteFacts-1) {
		t.Errorf("facts are %s", got)
	}
	if out := s.run(t, "journal", facts.Package.String()); !strings.Contains(strings.Join(strings.Fields(out), " "), "протокол загружен из файла") || !strings.Contains(out, "026") {
		t.Errorf("journal entry: %s", out)
	}
	if out := s.run(t, "record", rejected); !strings.Contains(out, "Отклонён") || !strings.Contains(out, "026 Форма предоставления не совпадает") || !strings.Contains(out, "Пакет выгружен в файл") {
		t.Errorf("record: %s", out)
	}
	s.showsWarnings(t, facts.Package.String(), rejected)
	s.run(t, "retry", rejected, "--reason", "мера исправлена")
	s.decide(t)
	if _, again := s.exported(t, "fact"); again.Records != 1 {
		t.Errorf("%d facts in the next export, want the rejected one", again.Records)
	}
}

// showsWarnings: what the checks warned of is shown with the record and the package that left
// with it.
func (s site) showsWarnings(t *testing.T, pkg, record string) {
	t.Helper()
	if _, err := s.conn.Exec(t.Context(), `update egisso.package_record set findings =
		'[{"code": "L-DUP", "severity": "warning", "field": "", "text": "Уже есть такой факт"}]' where record_id = $1`, record); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		want []string
	}{
		{[]string{"record", record}, []string{"Замечания\n", "До отправки", "После отправки", "Уже есть такой факт"}},
		{[]string{"record", "--json", record}, []string{`"code":"L-DUP"`, `"current":true`}},
		{[]string{"journal"}, []string{"с предупреждениями проверок: 1"}},
		{[]string{"journal", pkg}, []string{"Замечания проверок до отправки", "L-DUP", "Детализация отправки пакета", "026"}},
		{[]string{"status"}, []string{"Предупреждения проверок, по правилам", "L-DUP", "Отклонены ЕГИССО, по правилам"}},
	} {
		out := s.run(t, c.args...)
		for _, want := range c.want {
			if !strings.Contains(out, want) && !strings.Contains(strings.ReplaceAll(out, `": `, `":`), want) {
				t.Errorf("%v does not say %q:\n%s", c.args, want, out)
			}
		}
	}
}

// TestExportAgainWritesTheSameOctets: into another directory, into an archive, and
// after a crash between the file and the note of it.
func TestExportAgainWritesTheSameOctets(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	dir, file := s.exported(t, "lmsz")
	first := readFile(t, filepath.Join(dir, file.File))
	other := t.TempDir()
	s.run(t, "export", "--again", file.Package.String(), other)
	if again := readFile(t, filepath.Join(other, file.File)); !bytes.Equal(first, again) {
		t.Error("the same package gave other octets")
	}
	if out := s.run(t, "message", file.Package.String(), "--file"); out != string(first) {
		t.Error("message --file gives other octets")
	}
	var files []exportedFile
	if err := json.Unmarshal([]byte(s.run(t, "export", "--zip", "--json", "--again", file.Package.String(), other)), &files); err != nil || len(files) != 1 {
		t.Fatalf("%+v: %v", files, err)
	}
	archive, err := zip.OpenReader(filepath.Join(other, files[0].File))
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	entry, err := archive.Open(file.File)
	if err != nil {
		t.Fatal(err)
	}
	if inside, err := io.ReadAll(entry); err != nil || !bytes.Equal(inside, first) {
		t.Errorf("the archive holds other octets: %v", err)
	}
	if _, err := s.conn.Exec(t.Context(), `alter table egisso.package disable trigger guard_package_state; update egisso.package set state = 'formed';
		alter table egisso.package enable trigger guard_package_state; update egisso.package_file set exported_at = null`); err != nil {
		t.Fatal(err)
	}
	third := t.TempDir()
	s.run(t, "export", third)
	if again := readFile(t, filepath.Join(third, file.File)); !bytes.Equal(first, again) {
		t.Error("after a crash the package gave other octets")
	}
	s.fails(t, "нет файла для ручной загрузки", "export", "--again", "00000000-0000-4000-8000-000000000000", other)
	s.fails(t, "нет", "export", filepath.Join(other, "missing"))

	s.run(t, "release", file.Package.String(), "--reason", "в кабинете его нет", "--not-loaded")
	empty := t.TempDir()
	s.fails(t, "освобождены", "export", "--again", file.Package.String(), empty)
	if left, err := os.ReadDir(empty); err != nil || len(left) != 0 {
		t.Errorf("a released package was written again: %v, %v", left, err)
	}
	if out := s.run(t, "message", file.Package.String(), "--file"); out != string(first) {
		t.Error("the evidence of a released package is gone")
	}
}

// TestProtocolFilesAreNotBelievedEasily: what is not a protocol of a package of
// ours that left changes nothing.
func TestProtocolFilesAreNotBelievedEasily(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	_, file := s.exported(t, "lmsz")
	stranger := file
	stranger.Package[0] ^= 0xff
	write := func(content string) string { return writeFile(t, filepath.Join(t.TempDir(), "p.xml"), content) }
	messageError := `<protocol xmlns="urn://egisso-ru/types/package-protocol/2.3.0"><messageResult><receivingTime>2026-01-01T10:00:00Z</receivingTime><processingTime>2026-01-01T10:00:00Z</processingTime><errors><error><message>Не прошёл проверку</message></error></errors></messageResult></protocol>`
	for name, c := range map[string]struct{ file, want string }{
		"unknown package": {protocolFile(t, "10.05.I/2.1.0", stranger, ""), "нет в журнале"},
		"no XML":          {write("протокол"), "не читается"},
		"another XML":     {write(`<a xmlns="urn:a"/>`), "не читается"},
		"a document type": {write(`<!DOCTYPE a><protocol/>`), "не читается"},
		"only a reference": {write(`<response xmlns="urn://egisso-ru/msg/10.10.I/1.0.4"><attachment>true</attachment></response>`),
			"загрузите файл самого протокола"},
		"no package named":           {write(messageError), "укажите его"},
		"protocol of another kind":   {protocolFile(t, "10.10.I/1.0.3", file, ""), "другого реестра"},
		"a file that does not exist": {filepath.Join(t.TempDir(), "x.xml"), "не найден"},
	} {
		t.Run(name, func(t *testing.T) { s.fails(t, c.want, "import-protocol", c.file) })
	}
	s.fails(t, "другой пакет", "import-protocol", "--package", stranger.Package.String(), protocolFile(t, "10.05.I/2.1.0", file, ""))
	if got := s.text(t, `select string_agg(distinct state, ',') from egisso.record where register = 'lmsz'`); got != "packed" {
		t.Errorf("measures are %s", got)
	}
	// A message error names no package: who brings it does.
	s.run(t, "import-protocol", "--package", file.Package.String(), write(messageError))
	if got := s.text(t, `select result || ' ' || info from egisso.journal`); !strings.HasPrefix(got, "rejected Пакет отклонен. Ошибка: Не прошёл проверку") {
		t.Errorf("journal: %s", got)
	}
	if got := s.text(t, `select string_agg(distinct state, ',') from egisso.record where register = 'lmsz'`); got != "ready" {
		t.Errorf("measures of the refused package are %s, want ready again", got)
	}
}

// TestPreviewChangesNothing: it shows what would go and writes it where asked.
func TestPreviewChangesNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.measuresLoaded(t)
	before := s.text(t, `select string_agg(r::text, '|' order by r.id) from egisso.record r`)
	dir := t.TempDir()
	var report previewReport
	if err := json.Unmarshal([]byte(s.run(t, "preview", "--json", "--out", dir, "fact")), &report); err != nil {
		t.Fatal(err)
	}
	if report.Ready != siteFacts || len(report.Packages) != 1 || report.Packages[0].Records != siteFacts || report.Packages[0].Problem != "" {
		t.Errorf("%+v", report)
	}
	if content := readFile(t, filepath.Join(dir, report.Packages[0].File)); bytes.Count(content, []byte("<p:fact>")) != siteFacts {
		t.Errorf("the previewed package does not hold the facts: %.300s", content)
	}
	if out := s.run(t, "preview", "fact"); !strings.Contains(out, "Пакетов было бы: 1") {
		t.Errorf("preview: %s", out)
	}
	if after := s.text(t, `select string_agg(r::text, '|' order by r.id) from egisso.record r`); after != before {
		t.Error("a preview changed records")
	}
	if got := s.text(t, `select count(*) from egisso.package where register = 'fact'`); got != "0" {
		t.Errorf("a preview left %s packages", got)
	}
}

// TestOperatorCommandsAskForReasons: what cannot be undone is not done by accident.
func TestOperatorCommandsAskForReasons(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	_, file := s.exported(t, "lmsz")
	id := file.Package.String()
	for _, args := range [][]string{
		{"release", id}, {"release", id, "--reason", "x"}, {"release", id, "--not-loaded"}, {"release", "x", "--reason", "x", "--not-loaded"},
		{"retry", id}, {"retry", "--reason", "x"}, {"form"}, {"form", "patients"}, {"send", "x"}, {"record"}, {"preview", "x"},
		{"message", id, "--file", "--answer"}, {"export"}, {"export", "--date", "вчера", t.TempDir()},
	} {
		if code, _, errs := run(t, s.env, args...); code != exitUsage || errs == "" {
			t.Errorf("%v: code %d, %s", args, code, errs)
		}
	}
	s.fails(t, "export --again", "retry", id, "--reason", "x")
	s.fails(t, `записи "нет" нет`, "record", "нет")
	if out := s.run(t, "form", "fact"); !strings.Contains(out, "нет данных для отправки") {
		t.Errorf("form: %s", out)
	}
	if out := s.run(t, "release", id, "--reason", "файл не загружали", "--not-loaded"); !strings.Contains(out, "Освобождено записей") {
		t.Errorf("release: %s", out)
	}
	if who := s.text(t, `select who from egisso.operation_log where action = 'release_package'`); !strings.Contains(who, "(") {
		t.Errorf("the log does not say who released: %s", who)
	}
	for _, name := range []string{"lmsz", "local_measure", "10.05.I", "Реестр локальных мер социальной защиты"} {
		if out := s.run(t, "form", name); !strings.Contains(out, "(lmsz): записей к отправке") {
			t.Errorf("form: %s", out)
		}
	}
	s.env["EGISSOGW_TIME_ZONE"] = "Asia/Omsk" // texts of the database are in it, and say so
	until := time.Now().Add(48 * time.Hour).Truncate(time.Minute)
	want := until.In(time.FixedZone("+06", 6*60*60)).Format("02.01.2006 15:04 -07")
	if out := s.run(t, "changes", "expect", "fact", "removal", "5", "--until", until.Local().Format("2006-01-02T15:04"), "--reason", "филиал"); !strings.HasPrefix(out, "До "+want+" ") {
		t.Errorf("changes: %s, want %s", out, want)
	}
}

// TestReconcileByCommand: what a view lost is found and shown, many lost rows are
// not believed without a word.
func TestReconcileByCommand(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	if out := s.run(t, "reconcile"); !strings.Contains(out, "Реестр фактов назначений") {
		t.Errorf("reconcile: %s", out)
	}
	if _, err := s.conn.Exec(t.Context(), `insert into egisso.source_row (register, row_key, record_no, changed_at, content_hash, updated_at)
		select 'fact', 'ghost' || n, 'ghost' || n, now(), 'x', now() - interval '1 day' from generate_series(1, 30) n`); err != nil {
		t.Fatal(err)
	}
	s.fails(t, "исчезло записей 30 из 42", "reconcile")
	if out := s.run(t, "status"); !strings.Contains(out, "В источнике не видно записей: 30 из 42") {
		t.Errorf("status: %s", out)
	}
	var found []store.Reconciliation
	if err := json.Unmarshal([]byte(s.run(t, "reconcile", "--accept-gone", "--json")), &found); err != nil {
		t.Fatal(err)
	}
	gone := 0
	for _, r := range found {
		gone += r.Gone
	}
	if gone != 30 {
		t.Errorf("found %+v", found)
	}
}

// TestOfficialSchemasAreAskedBeforeAnythingLeaves: a record the schema refuses is
// named, and its package stays.
func TestOfficialSchemasAreAskedBeforeAnythingLeaves(t *testing.T) {
	t.Parallel()
	schemas := signertest.Shared(t, "schemas", "egisso")
	s := newSite(t)
	s.env["EGISSOGW_SCHEMA_DIR"] = schemas
	s.measuresLoaded(t)
	if out := s.run(t, "preview", "fact"); strings.Contains(out, "XSD") {
		t.Errorf("good facts are refused: %s", out)
	}
	// A schema that wants something else than ours refuses, and records are named.
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(schemas)); err != nil {
		t.Fatal(err)
	}
	changed := filepath.Join(dir, "schemas", "egisso", "assignment-fact-1.0.8.xsd")
	writeFile(t, changed, strings.ReplaceAll(string(readFile(t, changed)), `"oszCode"`, `"oszKey"`))
	s.env["EGISSOGW_SCHEMA_DIR"] = dir
	record := s.text(t, `select id from egisso.record where register = 'fact' order by created_at, id limit 1`)
	if out := s.run(t, "preview", "fact"); !strings.Contains(out, "L-XSD") || !strings.Contains(out, "запись "+record) {
		t.Errorf("preview does not name the record %s: %s", record, out)
	}
	s.fails(t, "L-XSD", "export", "--register", "fact", t.TempDir())
	if out := s.run(t, "journal"); !strings.Contains(out, "Файл пакета не записан: L-XSD") {
		t.Errorf("journal: %s", out)
	}
	s.env["EGISSOGW_SCHEMA_DIR"] = t.TempDir()
	s.fails(t, "EGISSOGW_SCHEMA_DIR", "preview", "fact")
}
