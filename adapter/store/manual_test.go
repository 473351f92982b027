package store_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/lifecycle"
	"egissogw/adapter/store"
)

// formManual forms a package for upload by hand of what was decided by day.
func (f fixture) formManual(t *testing.T, day egisso.Date) (uuid.UUID, int) {
	t.Helper()
	id := uuid.New()
	n, err := f.FormPackage(t.Context(), store.PackagePlan{
		ID: id, Register: egisso.RegisterFact, Format: "10.06.S", Version: "1.1.0", KindOrder: []string{"fact"},
		MaxRecords: 1000, MaxBytes: 1 << 20, RetryMin: time.Hour, RetryMax: time.Hour, Channel: store.ChannelManual, DecidedBy: day,
	})
	if err != nil {
		t.Fatal(err)
	}
	return id, n
}

// exported brings rows to a package whose file lies in a directory.
func (f fixture) exported(t *testing.T, keys ...string) uuid.UUID {
	t.Helper()
	for _, key := range keys {
		f.saveRows(t, row(key, "first"))
	}
	f.decideAll(t, lifecycle.Ready)
	id, _ := f.formManual(t, egisso.Date{})
	p, err := f.ClaimManual(t.Context(), time.Minute)
	if err != nil || p == nil || p.ID != id {
		t.Fatalf("claimed %v: %v", p, err)
	}
	if err := f.StoreFile(t.Context(), p, "0042_"+id.String()+".xml", []byte("<data/>")); err != nil {
		t.Fatal(err)
	}
	files, err := f.FilesToExport(t.Context(), egisso.Registers())
	if err != nil || len(files) != 1 {
		t.Fatalf("files to export %v: %v", files, err)
	}
	if err := f.MarkExported(t.Context(), files[0]); err != nil {
		t.Fatal(err)
	}
	return id
}

func TestManualPackageIsNeverSigned(t *testing.T) {
	f := open(t)
	f.saveRows(t, row("1", "a"))
	f.decideAll(t, lifecycle.Ready)
	id, _ := f.formManual(t, egisso.Date{})
	if p, err := f.ClaimFormed(t.Context(), time.Minute); err != nil || p != nil {
		t.Fatalf("the signer claims %v: %v", p, err)
	}
	if _, err := f.conn.Exec(t.Context(), `update egisso.package set state = 'signed'`); err == nil {
		t.Error("a package for upload by hand was marked as signed")
	}
	if _, err := f.SendPackage(t.Context(), id); err == nil {
		t.Error("a package for upload by hand was sent")
	}
}

func TestExportedFileStaysAndItsPackageWaits(t *testing.T) {
	f := open(t)
	id := f.exported(t, "1", "2")
	f.want(t, `select status || ' ' || state || ' ' || channel from egisso.journal`, "Выгружен в файл queued manual")
	f.want(t, `select string_agg(distinct status, ',') from egisso.record_status`, "Отправляется")
	if files, err := f.FilesToExport(t.Context(), egisso.Registers()); err != nil || len(files) > 0 {
		t.Errorf("still to export %v: %v", files, err)
	}
	file, found, err := f.FileOf(t.Context(), id)
	if err != nil || !found || file.Records != 2 || file.ExportedAt == nil {
		t.Errorf("file %+v, %v, %v", file, found, err)
	}
	if content, err := f.FileContent(t.Context(), id); err != nil || string(content) != "<data/>" {
		t.Errorf("content %q: %v", content, err)
	}
	if _, err := f.conn.Exec(t.Context(), `update egisso.package_file set content = 'x'`); err == nil {
		t.Error("an exported file was changed")
	}
	if _, err := f.Expire(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	f.want(t, `select info from egisso.journal`, "Протокол не загружен в установленный срок")
	if n, err := f.ReleasePackage(t.Context(), id, "файл не загружали"); err != nil || n != 2 {
		t.Errorf("%d records released: %v", n, err)
	}
}

func TestExportTakesFactsDecidedByTheDay(t *testing.T) {
	f := open(t)
	for key, day := range map[string]string{"1": "2024-03-01", "2": "2024-03-02", "3": ""} {
		r := row(key, "a")
		r.Content = []byte(`{"decisionDate": "` + day + `"}`)
		if day == "" {
			r.Content = []byte(`{"assignmentFactUuid": "x"}`)
		}
		f.saveRows(t, r)
	}
	f.decideAll(t, lifecycle.Ready)
	if _, n := f.formManual(t, egisso.Date{Year: 2024, Month: 3, Day: 1}); n != 2 {
		t.Errorf("%d records, want the fact of that day and the event", n)
	}
	f.want(t, `select row_key from egisso.record where state = 'ready'`, "2")
}

// judged is a judge that takes the file for a protocol of the package.
func judged(id uuid.UUID, v lifecycle.Verdict) func(lifecycle.ProtocolFile, store.PackageFinder) (store.FileVerdict, error) {
	return func(f lifecycle.ProtocolFile, find store.PackageFinder) (store.FileVerdict, error) {
		p, err := find(id)
		if p == nil {
			return store.FileVerdict{Refused: "нет такого пакета"}, err
		}
		return store.FileVerdict{Verdict: v, Package: p}, err
	}
}

func TestProtocolFileDecidesLikeAnAnswer(t *testing.T) {
	f := open(t)
	id := f.exported(t, "1", "2")
	file, fresh, err := f.StoreProtocol(t.Context(), uuid.Nil, []byte("<protocol/>"), "")
	if err != nil || !fresh {
		t.Fatalf("fresh %v: %v", fresh, err)
	}
	verdict := lifecycle.Verdict{Result: lifecycle.PackageAccepted, Info: "принят", Outcomes: outcomes(lifecycle.Accepted, "1", "2")}
	if found, err := f.ApplyNextProtocol(t.Context(), "", judged(id, verdict)); err != nil || !found {
		t.Fatalf("found %v: %v", found, err)
	}
	f.want(t, `select state || ' ' || result from egisso.package`, "answered accepted")
	f.want(t, `select string_agg(distinct state, ',') from egisso.record`, "accepted")
	f.want(t, `select status || ': ' || note from egisso.protocol_import`, "Применён: принят")
	if again, fresh, err := f.StoreProtocol(t.Context(), uuid.Nil, []byte("<protocol/>"), ""); err != nil || fresh || again != file {
		t.Errorf("the same file again: %s %v %v", again, fresh, err)
	}
	if found, err := f.ApplyNextProtocol(t.Context(), "", judged(id, verdict)); err != nil || found {
		t.Errorf("the same file is applied again: %v %v", found, err)
	}
	f.want(t, `select count(*) from egisso.operation_log where action = 'import_protocol'`, "1")
}

func TestRefusedProtocolFileMayBeBroughtAgain(t *testing.T) {
	f := open(t)
	id, _, err := f.StoreProtocol(t.Context(), uuid.Nil, []byte("<protocol/>"), "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.ApplyNextProtocol(t.Context(), id, judged(uuid.New(), lifecycle.Verdict{})); err != nil {
		t.Fatal(err)
	}
	o, err := f.Protocol(t.Context(), id)
	if err != nil || o.State != "refused" || o.Note != "нет такого пакета" {
		t.Errorf("%+v: %v", o, err)
	}
	if _, fresh, err := f.StoreProtocol(t.Context(), uuid.Nil, []byte("<protocol/>"), ""); err != nil || !fresh {
		t.Errorf("a refused file is not taken again: %v", err)
	}
	boom := errors.New("boom")
	found, err := f.ApplyNextProtocol(t.Context(), "", func(lifecycle.ProtocolFile, store.PackageFinder) (store.FileVerdict, error) {
		return store.FileVerdict{}, boom
	})
	if !found || !errors.Is(err, boom) {
		t.Errorf("found %v: %v", found, err)
	}
	f.want(t, `select status from egisso.protocol_import`, "Ожидает разбора")
	f.want(t, `select (next_apply_at > now())::text from egisso.protocol_file`, "true")
}

func TestScreensImportProtocolsByTheFunction(t *testing.T) {
	f := open(t)
	id := f.text(t, `select egisso.import_protocol(E'\ufeff<?xml version="1.0" encoding="windows-1251"?><protocol/>')`)
	if !strings.HasPrefix(id, "sha256:") {
		t.Errorf("id %q", id)
	}
	f.want(t, `select convert_from(raw, 'UTF8') from egisso.protocol_file`, "<protocol/>")
	f.want(t, `select egisso.import_protocol('<protocol/>')`, id)
	stored, fresh, err := f.StoreProtocol(t.Context(), uuid.Nil, []byte("<protocol/>"), "")
	if err != nil || fresh || stored != id {
		t.Errorf("the command and the function give one file two ids: %s, %s: %v", id, stored, err)
	}
	if _, err := f.conn.Exec(t.Context(), `select egisso.import_protocol('  ')`); err == nil {
		t.Error("an empty protocol was stored")
	}
}

// TestProtocolFileLargerThanAny: it is refused where it is handed in, and not fetched
// where an earlier version took it.
func TestProtocolFileLargerThanAny(t *testing.T) {
	f := open(t)
	const large = 8<<20 + 1
	for _, statement := range []string{
		`select egisso.import_protocol('<protocol>' || repeat('x', 8388609) || '</protocol>')`,
		`select egisso.import_protocol(repeat('я', 4194305))`,
	} {
		if _, err := f.conn.Exec(t.Context(), statement); err == nil || !strings.Contains(err.Error(), "больше 8 МиБ") {
			t.Errorf("%s: %v", statement, err)
		}
	}
	if _, _, err := f.StoreProtocol(t.Context(), uuid.Nil, make([]byte, large), ""); err == nil || !strings.Contains(err.Error(), "больше 8 МиБ") {
		t.Errorf("error %v", err)
	}
	if _, _, err := f.StoreProtocol(t.Context(), uuid.Nil, make([]byte, large-1), ""); err != nil {
		t.Error(err)
	}
	f.exec(t, `delete from egisso.protocol_file;
		insert into egisso.protocol_file (id, raw, imported_by) values ('sha256:0', convert_to(repeat('x', 70000000), 'UTF8'), 'test')`)
	found, err := f.ApplyNextProtocol(t.Context(), "", func(p lifecycle.ProtocolFile, _ store.PackageFinder) (store.FileVerdict, error) {
		if len(p.Raw) != 0 {
			t.Errorf("%d bytes were fetched", len(p.Raw))
		}
		return store.FileVerdict{Refused: "велик"}, nil
	})
	if !found || err != nil {
		t.Errorf("found %v: %v", found, err)
	}
	if found, err := f.ApplyNextProtocol(t.Context(), "", nil); found || err != nil {
		t.Errorf("it comes again: %v", err)
	}
}

func TestPreviewLeavesNothingBehind(t *testing.T) {
	f := open(t)
	f.saveRows(t, row("1", "a"), row("2", "b"), row("3", "c"))
	f.decideAll(t, lifecycle.Ready)
	var sizes []int
	err := f.Preview(t.Context(), func() (store.PackagePlan, error) {
		return store.PackagePlan{ID: uuid.New(), Register: egisso.RegisterFact, Format: "10.06.S", Version: "1.1.0", MaxRecords: 2, MaxBytes: 1 << 20}, nil
	}, func(p store.FormedPackage) error {
		sizes = append(sizes, len(p.Elements))
		return nil
	})
	if err != nil || len(sizes) != 2 || sizes[0] != 2 || sizes[1] != 1 {
		t.Errorf("packages of %v records: %v", sizes, err)
	}
	f.want(t, `select count(*) from egisso.package`, "0")
	f.want(t, `select string_agg(distinct state, ',') from egisso.record`, "ready")
	st, err := f.RegisterState(t.Context(), "fact")
	if err != nil || st.Ready != 3 || st.Blocked != 0 {
		t.Errorf("%+v: %v", st, err)
	}
}
