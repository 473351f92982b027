package jobs_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/google/uuid"

	"egissogw/adapter/archive"
	"egissogw/adapter/bus"
	"egissogw/adapter/smev"
	"egissogw/adapter/store"
	"egissogw/adapter/store/pgtest"
	"egissogw/jobs"
)

// packed writes packages of 1,000 facts to an archive, so many facts in all, about as large
// as they are.
func packed(b *testing.B, facts int) *disk {
	b.Helper()
	d := newDisk(b)
	for p := range (facts + 999) / 1000 {
		var lines, file bytes.Buffer
		for i := p * 1000; i < min(facts, p*1000+1000); i++ {
			content := fmt.Sprintf(`{"snils": "%011d", "familyName": "Выдуманный%d", "firstName": "Имя", "decisionDate": "2025-02-01", "filler": "%s"}`, i, i, bytes.Repeat([]byte("x"), 700))
			fmt.Fprintf(&lines, `{"id": "%s", "register": "fact", "row_key": "%d", "record_no": "%d", "kind": "fact", "provider": "0042.000001", "hash": "%064x", "generation": 0, "events": 0, "change": "", "settles": true, "content": %s, "becomes": null, "held": null}`+"\n",
				uuid.NewSHA1(uuid.NameSpaceOID, []byte(strconv.Itoa(i))), i, i, i, content)
			file.WriteString(content)
		}
		message, pkg, at := uuid.Must(uuid.NewUUID()).String(), uuid.New(), time.Now()
		about := fmt.Sprintf(`{"message_id": "%s", "made_at": "%s", "package_id": "%s", "register": "fact", "format": "10.06.S", "format_version": "1.1.0", "provider": "0042.000001", "formed_at": "%s"}`,
			message, at.Format(time.RFC3339Nano), pkg, at.Format(time.RFC3339Nano))
		if err := d.Append(archive.Entry{Kind: archive.Sent, ID: message, At: at, Parts: []archive.Part{
			{Name: "about.json", Content: []byte(about)}, {Name: "envelope.xml", Content: file.Bytes()}, {Name: "elements.jsonl", Content: lines.Bytes()},
		}}); err != nil {
			b.Fatal(err)
		}
		protocol := processed(pkg.String(), bytes.Count(lines.Bytes(), []byte("\n")))
		if err := d.Append(archive.Entry{Kind: archive.Answer, ID: uuid.NewString(), At: at, Parts: []archive.Part{
			{Name: "about.json", Content: fmt.Appendf(nil, `{"about": "%s"}`, message)}, {Name: "message.xml", Content: []byte(message + protocol)},
		}}); err != nil {
			b.Fatal(err)
		}
	}
	return d
}

// paperBus reads answers of which nothing is signed: the id of the message and the protocol.
type paperBus struct{ smev.Port }

func (paperBus) Kept(q bus.Queue, contentType string, raw []byte) *bus.Reply {
	return &bus.Reply{Queue: q, ContentType: contentType, Raw: raw}
}

func (paperBus) ReadAnswer(r *bus.Reply) (*bus.Answer, error) {
	return &bus.Answer{About: string(r.Raw[:36]), Sender: known.EGISSO[0], Kind: bus.AnswerContent, Content: r.Raw[36:], Raw: r.Raw}, nil
}

// BenchmarkBringBack brings packages of 1,000 facts back into an empty database, 3,000 facts
// or as many as EGISSOGW_BENCH_ROWS says, and their answers, whose signatures are not among it.
func BenchmarkBringBack(b *testing.B) {
	facts := 3000
	if more, err := strconv.Atoi(os.Getenv("EGISSOGW_BENCH_ROWS")); err == nil {
		facts = more
	}
	d := packed(b, facts)
	files, err := archive.Files(d.folder)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		b.StopTimer()
		s, err := store.Open(context.Background(), pgtest.Database(b))
		if err != nil {
			b.Fatal(err)
		}
		peak := jobs.PeakHeap()
		b.StartTimer()
		brought, err := jobs.BringBack{
			Store: s, Files: files, Reason: "измерение", Log: slog.New(slog.DiscardHandler),
			Answers: jobs.Answers{Bus: paperBus{}, Senders: known, At: func(time.Time) {}},
		}.Run(context.Background())
		b.ReportMetric(peak(), "MiB-heap")
		if err != nil || len(brought.Left) > 0 || brought.Kinds[0].Back != (facts+999)/1000 {
			b.Fatalf("%+v, %v", brought, err)
		}
		counts, err := s.RecordCounts(context.Background())
		if err != nil || len(counts) != 1 || counts[0].State != "accepted" || counts[0].Count != facts {
			b.Fatalf("%+v, %v", counts, err)
		}
		s.Close()
	}
}
