package jobs_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"

	"egissogw/adapter/archive"
	"egissogw/adapter/egisso"
	"egissogw/adapter/retry"
	"egissogw/adapter/smev"
	"egissogw/adapter/store"
	"egissogw/jobs"
)

// disk is an archive in a folder whose disk may be full.
type disk struct {
	testing.TB
	folder string
	writer *archive.Writer
	full   bool
}

func newDisk(t testing.TB) *disk {
	d := &disk{TB: t, folder: t.TempDir()}
	d.writer = archive.NewWriter(d.folder, time.Now)
	t.Cleanup(func() {
		if err := d.writer.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

// Append implements what an Archive writes to.
func (d *disk) Append(e archive.Entry) error {
	if d.full {
		return syscall.ENOSPC
	}
	return d.writer.Append(e)
}

func (d *disk) probe() error {
	if d.full {
		return syscall.ENOSPC
	}
	return archive.Probe(d.folder)
}

func (d *disk) newest() ([]archive.Entry, error) { return archive.Newest(d.folder) }

// entries are those of a kind.
func (d *disk) entries(kind archive.Kind) (entries []archive.Entry) {
	d.Helper()
	files, err := archive.Files(d.folder)
	if err != nil {
		d.Fatal(err)
	}
	for e, err := range archive.Read(files...) {
		if err != nil {
			d.Fatal(err)
		}
		if e.Kind == kind {
			entries = append(entries, e)
		}
	}
	return entries
}

// has fails the test unless the archive holds an entry.
func (d *disk) has(kind archive.Kind, id string) {
	d.Helper()
	if !slices.ContainsFunc(d.entries(kind), func(e archive.Entry) bool { return e.ID == id }) {
		d.Errorf("%s %s is not in the archive", kind, id)
	}
}

func (w *world) archive(d *disk) *jobs.Archive {
	return &jobs.Archive{
		Store: w.store, To: d, Probe: d.probe, Newest: d.newest, Able: &jobs.Ability{Pauses: retry.Backoff{Min: time.Minute, Max: time.Minute}}, Now: w.clock.Now, Log: w.log,
	}
}

// lookingBus looks into the archive before anything leaves or is acknowledged.
type lookingBus struct {
	smev.Port
	disk        *disk
	sent, acked int
}

// SendRequest implements what Send asks of the bus.
func (b *lookingBus) SendRequest(ctx context.Context, id string, message []byte) error {
	b.sent++
	b.disk.has(archive.Sent, id)
	return b.Port.SendRequest(ctx, id, message)
}

// Ack implements what Receive and Listen ask of it.
func (b *lookingBus) Ack(ctx context.Context, id string, accepted bool) error {
	b.acked++
	b.disk.has(archive.Answer, id)
	return b.Port.Ack(ctx, id, accepted)
}

// lookingStorage looks for a file before it is uploaded.
type lookingStorage struct {
	smev.Storage
	disk     *disk
	uploaded int
}

// Upload implements what Send asks of a file storage.
func (s *lookingStorage) Upload(ctx context.Context, id, name string, content io.ReadSeeker) error {
	s.uploaded++
	if !slices.ContainsFunc(s.disk.entries(archive.Sent), func(e archive.Entry) bool { return e.Part("file-"+id) != nil && e.Part("file-"+id+".p7s") != nil }) {
		s.disk.Errorf("file %s is not in the archive", id)
	}
	return s.Storage.Upload(ctx, id, name, content)
}

// withArchive lets the jobs of a world keep their evidence.
func withArchive(w *world) (*disk, *lookingBus, *lookingStorage) {
	d := newDisk(w)
	b, s := &lookingBus{Port: w.client, disk: d}, &lookingStorage{Storage: w.files, disk: d}
	w.send.Bus, w.send.Files, w.send.Archive = b, s, w.archive(d)
	w.receive.Bus, w.receive.Archive = b, w.archive(d)
	return d, b, s
}

// Every message is in the archive before it or its file leaves, every answer before it is
// acknowledged, and each once.
func TestEvidenceIsKeptBeforeAnythingLeaves(t *testing.T) {
	w := newWorld(t, 2, io.Discard, nil)
	w.form.MaxRecords = 1000
	d, b, s := withArchive(w)
	w.everything()
	w.everything() // the facts, when the measures are accepted
	w.everything()
	if open := w.count(`select count(*) from egisso.record where state <> 'accepted'`); open > 0 || b.sent == 0 || b.acked == 0 || s.uploaded == 0 {
		t.Fatalf("%d records are open; %d messages sent, %d answers acknowledged, %d files uploaded", open, b.sent, b.acked, s.uploaded)
	}
	sent, answers := d.entries(archive.Sent), d.entries(archive.Answer)
	if len(sent) != w.count(`select count(*) from egisso.message`) || len(answers) != w.count(`select count(*) from egisso.answer`) {
		t.Errorf("%d messages and %d answers in the archive", len(sent), len(answers))
	}
	members := 0
	for _, e := range sent {
		var envelope []byte
		if err := w.pool.QueryRow(t.Context(), `select envelope from egisso.message where id = $1`, e.ID).Scan(&envelope); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(e.Part("envelope.xml"), envelope) {
			t.Errorf("message %s is another one in the archive", e.ID)
		}
		for line := range strings.Lines(string(e.Part("elements.jsonl"))) {
			members++
			w.isMember(e, line)
		}
	}
	if members != w.count(`select count(*) from egisso.package_record`) {
		t.Errorf("%d elements in the archive", members)
	}
	for _, e := range answers {
		if n := w.count(`select count(*) from egisso.answer where id = $1 and raw = $2`, e.ID, e.Part("message.xml")); n != 1 {
			t.Errorf("answer %s is another one in the archive", e.ID)
		}
	}
}

// isMember compares a line of the archive with the record it is about.
func (w *world) isMember(e archive.Entry, line string) {
	w.Helper()
	var about struct {
		Package uuid.UUID `json:"package_id"`
	}
	var element struct {
		ID         uuid.UUID
		Register   string
		RowKey     string `json:"row_key"`
		Hash       string
		Generation *int
		Events     *int
		Content    json.RawMessage
	}
	if err := errors.Join(json.Unmarshal(e.Part("about.json"), &about), json.Unmarshal([]byte(line), &element)); err != nil {
		w.Fatal(err)
	}
	n := w.count(`select count(*) from egisso.package_record p join egisso.record r on r.id = p.record_id join egisso.element_content e on e.id = r.id
		where p.package_id = $1 and r.id = $2 and r.register = $3 and r.row_key = $4 and encode(r.becomes_hash, 'hex') = $5 and e.content = $6`,
		about.Package, element.ID, element.Register, element.RowKey, element.Hash, element.Content)
	if n != 1 || element.Generation == nil || *element.Generation != 0 || element.Events == nil {
		w.Errorf("record %s of the archive is not the one of the database", element.ID)
	}
}

// archiveFindings counts what status says of the archive.
func (w *world) archiveFindings() (n int) {
	w.Helper()
	status, err := w.store.Status(context.Background())
	if err != nil {
		w.Fatal(err)
	}
	for _, f := range status.Findings {
		if f.Code == "archive" {
			n += f.Count
			if !strings.Contains(f.Detail, syscall.ENOSPC.Error()) {
				w.Errorf("the finding does not say why: %s", f.Detail)
			}
		}
	}
	return n
}

// While the archive cannot be written nothing leaves; others may send it at once.
func TestNothingLeavesWithoutItsEvidence(t *testing.T) {
	w := newWorld(t, 1, io.Discard, nil)
	w.form.MaxRecords = 1000
	for _, job := range []jobs.Job{w.decide, w.form, w.sign} {
		w.run(job)
	}
	other := w.send
	full, b, _ := withArchive(w)
	full.full = true
	if _, err := w.send.Run(t.Context()); !errors.Is(err, jobs.ErrNotArchived) || strings.Contains(err.Error(), full.folder) {
		t.Fatalf("a full disk: %v", err)
	}
	if report, err := w.send.Run(t.Context()); err != nil || !report.Skipped {
		t.Errorf("it claims again at once: %+v, %v", report, err)
	}
	if n := w.count(`select count(*) from egisso.message where attempts = 0 and claimed_until is null`); b.sent > 0 || n != 1 {
		t.Errorf("%d left, %d wait for others", b.sent, n)
	}
	if n := w.archiveFindings(); n != 1 {
		t.Errorf("status speaks of %d gateways", n)
	}
	roomy := newDisk(t)
	other.Bus, other.Archive = &lookingBus{Port: w.client, disk: roomy}, w.archive(roomy)
	if report, err := other.Run(t.Context()); err != nil || report.Done != 1 {
		t.Errorf("another gateway: %+v, %v", report, err)
	}
	if n := w.archiveFindings(); n != 1 {
		t.Errorf("that another can write ends the finding: %d", n)
	}
	// Nothing is left to send: the job finds out that there is room.
	full.full = false
	w.advance(2 * time.Minute)
	w.run(w.send.Archive)
	if n := w.archiveFindings(); n != 0 {
		t.Errorf("status speaks of %d gateways afterwards", n)
	}
}

// Nor is anything acknowledged. What came is stored meanwhile and goes into the archive
// before it is acknowledged, when that is possible again.
func TestNothingIsAcknowledgedWithoutItsEvidence(t *testing.T) {
	w := newWorld(t, 1, io.Discard, nil)
	w.form.MaxRecords = 1000
	d, b, _ := withArchive(w)
	for _, job := range []jobs.Job{w.decide, w.form, w.sign, w.send} {
		w.run(job)
	}
	w.idle()
	d.full = true
	if _, err := w.receive.Run(t.Context()); !errors.Is(err, jobs.ErrNotArchived) {
		t.Fatalf("a full disk: %v", err)
	}
	if n := w.count(`select count(*) from egisso.answer where acked_at is null and ack_attempts = 0`); n != 1 || b.acked > 0 {
		t.Errorf("%d answers wait, %d were acknowledged", n, b.acked)
	}
	if n := w.archiveFindings(); n != 1 {
		t.Errorf("status speaks of %d gateways", n)
	}
	d.full = false
	w.advance(2 * time.Minute)
	w.run(w.receive)
	if n := w.count(`select count(*) from egisso.answer where acked_at is null`); n != 0 || b.acked == 0 || w.archiveFindings() != 0 {
		t.Errorf("%d answers wait, %d were acknowledged", n, b.acked)
	}
}

// Files that people carry are put there by the job, each once.
func TestCarriedFilesAreArchived(t *testing.T) {
	w := newWorld(t, 1, io.Discard, nil)
	w.form.MaxRecords = 1000
	d := newDisk(t)
	job := w.archive(d)
	w.run(w.decide)
	export := jobs.Export{Form: w.form, Registers: []egisso.Register{egisso.RegisterMeasure}, FileName: func(store.FormedPackage) string { return "file.xml" }, Lease: time.Minute, Log: w.log}
	files, err := export.Prepare(t.Context())
	if err != nil || len(files) != 1 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	protocol, _, err := w.store.StoreProtocol(t.Context(), uuid.Nil, []byte("<protocol/>"), "")
	if err != nil {
		t.Fatal(err)
	}
	if done := w.run(job); done != 2 {
		t.Errorf("%d files", done)
	}
	if done := w.run(job); done != 0 {
		t.Errorf("%d files once more", done)
	}
	content, err := w.store.FileContent(t.Context(), files[0].PackageID)
	if err != nil {
		t.Fatal(err)
	}
	exported, brought := d.entries(archive.Export), d.entries(archive.Protocol)
	if len(exported) != 1 || len(brought) != 1 || brought[0].ID != protocol || string(brought[0].Part("protocol.xml")) != "<protocol/>" {
		t.Fatalf("%d exported, %d brought", len(exported), len(brought))
	}
	if e := exported[0]; e.ID != files[0].PackageID.String() || !bytes.Equal(e.Part("package.xml"), content) || len(e.Part("elements.jsonl")) == 0 {
		t.Errorf("the file of package %s is another one in the archive", files[0].PackageID)
	}
}

// What the archives hold and another, empty database does not know is lost; the database
// they were written beside has lost nothing.
func TestRecoverSaysWhatWasLost(t *testing.T) {
	w := newWorld(t, 2, io.Discard, nil)
	w.form.MaxRecords = 1000
	one, _, _ := withArchive(w)
	w.everything()
	other := newDisk(t)
	w.send.Archive, w.receive.Archive = nil, w.archive(other) // another gateway takes the answers
	w.receive.Bus, w.send.Bus, w.send.Files = w.client, w.client, w.files
	w.everything()
	files, err := archive.Files(one.folder, other.folder)
	if err != nil {
		t.Fatal(err)
	}
	compare := func(s *store.Store) map[archive.Kind]jobs.KindRecovery {
		t.Helper()
		done := 0
		found, err := jobs.Recover{Store: s, Files: files, Progress: func(n, _ int) { done = n }}.Compare(t.Context())
		if err != nil || len(found.Damage) > 0 || found.First == nil || done != len(files) || done != 2 {
			t.Fatalf("%d of %d files: %+v, %v", done, len(files), found, err)
		}
		kinds := map[archive.Kind]jobs.KindRecovery{}
		for _, k := range found.Kinds {
			kinds[k.Kind] = *k
		}
		return kinds
	}
	sent, answers := len(one.entries(archive.Sent)), len(one.entries(archive.Answer))+len(other.entries(archive.Answer))
	for kind, k := range compare(w.store) {
		if k.Lost != 0 || k.Records != 0 || k.Entries == 0 {
			t.Errorf("%s: %+v", kind, k)
		}
	}
	members := w.count(`select count(*) from egisso.package_record m join egisso.message g on g.package_id = m.package_id
		where exists (select from egisso.archived a where a.id = g.id::text)`)
	empty := newWorld(t, 2, io.Discard, nil)
	want := map[archive.Kind]jobs.KindRecovery{
		archive.Sent:   {Kind: archive.Sent, Entries: sent, Lost: sent, Records: members},
		archive.Answer: {Kind: archive.Answer, Entries: answers, Lost: answers},
	}
	if got := compare(empty.store); !maps.Equal(got, want) {
		t.Errorf("lost %+v, want %+v", got, want)
	}
}
