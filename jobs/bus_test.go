package jobs

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"egissogw/adapter/bus"
	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/lifecycle"
	"egissogw/adapter/retry"
	"egissogw/adapter/smev"
	"egissogw/adapter/store"
	"egissogw/adapter/store/pgtest"
)

func TestMain(m *testing.M) {
	if url := os.Getenv(lifeVariable); url != "" {
		os.Exit(oneLife(url))
	}
	pgtest.Main(m, func(ctx context.Context, url string) error {
		_, _, err := store.Migrate(ctx, url)
		return err
	})
}

// gatewayDB is a gateway database with the service on and one signed message.
type gatewayDB struct {
	*store.Store
	conn    *pgx.Conn
	message uuid.UUID
	pkg     uuid.UUID
}

func signedMessage(t *testing.T) gatewayDB {
	t.Helper()
	ctx := t.Context()
	url := pgtest.Database(t)
	s, err := store.Open(ctx, url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	g := gatewayDB{Store: s, conn: conn, pkg: uuid.New()}
	if err := s.SetService(ctx, true, "проверка"); err != nil {
		t.Fatal(err)
	}
	fact := invented()
	hash := fact.ContentHash()
	if _, err := s.SaveRows(ctx, egisso.RegisterFact, []store.SourceRow{{Key: "1", RecordNo: "1", ChangedAt: testClock(), Content: []byte(`{}`), ContentHash: hash[:]}}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Decide(ctx, egisso.RegisterFact, 10, func(p lifecycle.Pending) (lifecycle.Decision, error) {
		return lifecycle.Decision{Record: &lifecycle.NewRecord{ID: first, Kind: egisso.KindFact, Provider: testProvider, Content: fact, BecomesHash: p.ContentHash, State: lifecycle.Ready}}, nil
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.FormPackage(ctx, store.PackagePlan{ID: g.pkg, Register: egisso.RegisterFact, Format: "10.06.S", Version: "1.1.0", MaxRecords: 10, MaxBytes: 1 << 20}); err != nil {
		t.Fatal(err)
	}
	p, err := s.ClaimFormed(ctx, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	g.message = uuid.MustParse(smev.NewMessageID(time.Now()))
	file := store.Attachment{UUID: uuid.New(), FileName: "facts.xml", MimeType: "application/xml", Content: []byte("<data/>"), Hash: []byte("h"), Signature: []byte("s")}
	if err := s.StoreSigned(ctx, p, store.Message{ID: g.message, Envelope: []byte("<final bytes/>"), Attachments: []store.Attachment{file}}); err != nil {
		t.Fatal(err)
	}
	return g
}

func (g gatewayDB) text(t *testing.T, query string) (value string) {
	t.Helper()
	if err := g.conn.QueryRow(t.Context(), "select coalesce(("+query+")::text, 'null')").Scan(&value); err != nil {
		t.Fatal(err)
	}
	return value
}

// fakeBus is the bus and the file storage as the test wants them.
type fakeBus struct {
	sendErr   []error // one for each call, the last one for all further calls
	uploadErr error
	sent      []string
	uploads   int

	answers []*bus.Answer
	getErr  []error
	acked   []string
	ackErr  error
}

func (*fakeBus) MessageTime(id string) (time.Time, bool) { return smev.Port{}.MessageTime(id) }

func (w *fakeBus) SendRequest(_ context.Context, _ string, envelope []byte) error {
	err := w.sendErr[min(len(w.sent), len(w.sendErr)-1)]
	w.sent = append(w.sent, string(envelope))
	return smev.PortError(err)
}

func (w *fakeBus) SendResponse(ctx context.Context, id string, envelope []byte) error {
	return w.SendRequest(ctx, id, envelope)
}

func (w *fakeBus) Upload(_ context.Context, _, _ string, content io.ReadSeeker) error {
	w.uploads++
	_, err := io.Copy(io.Discard, content)
	return errors.Join(err, smev.PortError(w.uploadErr))
}

func (w *fakeBus) Poll(_ context.Context, q bus.Queue) (*bus.Reply, error) {
	r := &bus.Reply{Queue: q}
	if len(w.answers) > 0 {
		r.Carries, r.Raw = true, append([]byte("Message "), w.answers[0].Raw...)
	}
	return r, nil
}

func (w *fakeBus) Kept(q bus.Queue, contentType string, raw []byte) *bus.Reply {
	return smev.Port{}.Kept(q, contentType, raw)
}

func (w *fakeBus) ReadAnswer(*bus.Reply) (*bus.Answer, error) {
	if len(w.answers) == 0 {
		return nil, nil
	}
	a, err := w.answers[0], error(nil)
	w.answers = w.answers[1:]
	if len(w.getErr) > 0 {
		err, w.getErr = w.getErr[0], w.getErr[1:]
	}
	return a, smev.PortError(err)
}

func (w *fakeBus) Ack(_ context.Context, id string, accepted bool) error {
	if !accepted {
		id += " refused"
	}
	w.acked = append(w.acked, id)
	return smev.PortError(w.ackErr)
}

func (g gatewayDB) sendJob(w *fakeBus) Send {
	return Send{
		Store: g.Store, Switch: g.Store, Bus: w, Files: w, Lease: time.Minute, RetryMin: time.Millisecond, RetryMax: 2 * time.Millisecond,
		MessageIDLimit: time.Hour, Now: time.Now, Log: slog.New(slog.DiscardHandler),
	}
}

// runUntil runs the job until a query says so: retries become due by the
// database's clock.
func (g gatewayDB) runUntil(t *testing.T, job Job, query, want string) {
	t.Helper()
	deadline := time.Now().Add(time.Minute)
	for g.text(t, query) != want {
		if time.Now().After(deadline) {
			t.Fatalf("%s is %q, want %q", query, g.text(t, query), want)
		}
		_, _ = job.Run(t.Context())
	}
}

func fault(name string) error { return &smev.Fault{Operation: smev.OpSendRequest, Name: name} }

func TestSendByTheFaultsClass(t *testing.T) {
	reset := &smev.TransportError{Operation: smev.OpSendRequest, Err: errors.New("connection reset")}
	cases := map[string]struct {
		errs    []error
		message string // state of the message
		pkg     string // state of the package
		record  string
		review  bool
	}{
		"taken at once":                             {[]error{nil}, "delivered", "queued", "packed", false},
		"connection lost, then taken":               {[]error{reset, nil}, "delivered", "queued", "packed", false},
		"connection lost, but it had arrived":       {[]error{reset, fault("MessageIsAlreadySent")}, "delivered", "queued", "packed", false},
		"bus down for long":                         {[]error{reset}, "in_doubt", "signed", "packed", false},
		"queue of the recipient is full, then free": {[]error{fault("DestinationOverflow"), nil}, "delivered", "queued", "packed", false},
		"content refused":                           {[]error{fault("InvalidContent")}, "refused", "send_failed", "ready", true},
		"no right to the kind of information":       {[]error{fault("AccessDenied")}, "in_doubt", "signed", "packed", true},
		"fault nobody knows":                        {[]error{fault("SomethingNew")}, "in_doubt", "signed", "packed", false},
		"first attempt already sent by somebody":    {[]error{fault("MessageIsAlreadySent")}, "in_doubt", "signed", "packed", true},
		"a new id is called stale":                  {[]error{fault("StaleMessageId")}, "in_doubt", "signed", "packed", true},
		"our certificate has ended":                 {[]error{&smev.Fault{Operation: smev.OpSendRequest, Name: "SignatureVerificationFault", SignatureCode: "CertificateIsExpired"}}, "refused", "send_failed", "ready", true},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			g := signedMessage(t)
			w := &fakeBus{sendErr: c.errs}
			job := g.sendJob(w)
			if len(c.errs) == 1 {
				_, _ = job.Run(t.Context())
			} else {
				g.runUntil(t, job, `select state from egisso.message`, c.message)
			}
			got := g.text(t, `select m.state || ' ' || p.state || ' ' || r.state from egisso.message m, egisso.package p, egisso.record r`)
			if want := c.message + " " + c.pkg + " " + c.record; got != want {
				t.Errorf("states %q, want %q", got, want)
			}
			if review := g.text(t, `select review is not null from egisso.package`); review != map[bool]string{true: "true", false: "false"}[c.review] {
				t.Errorf("review asked: %s, want %v", review, c.review)
			}
			for _, bytes := range w.sent {
				if bytes != "<final bytes/>" {
					t.Errorf("sent %q", bytes)
				}
			}
			if w.uploads != 1 {
				t.Errorf("the file was uploaded %d times", w.uploads)
			}
		})
	}
}

// What may have arrived is never given to a second message, and what somebody
// else sent under our id never becomes our success.
func TestRepeatedRefusals(t *testing.T) {
	reset := &smev.TransportError{Operation: smev.OpSendRequest, Err: errors.New("connection reset")}
	for name, errs := range map[string][]error{
		"stale after an attempt nobody answered":   {reset, fault("StaleMessageId")},
		"refused after an attempt nobody answered": {reset, fault("InvalidContent")},
		"somebody else's id, twice":                {fault("MessageIsAlreadySent"), fault("MessageIsAlreadySent")},
	} {
		t.Run(name, func(t *testing.T) {
			g := signedMessage(t)
			w := &fakeBus{sendErr: errs}
			job := g.sendJob(w)
			deadline := time.Now().Add(time.Minute)
			for len(w.sent) < 3 && time.Now().Before(deadline) {
				_, _ = job.Run(t.Context())
			}
			got := g.text(t, `select m.state || ' ' || p.state || ' ' || r.state || ' ' || (p.review is not null) from egisso.message m, egisso.package p, egisso.record r`)
			if got != "in_doubt signed packed true" {
				t.Errorf("states %q after %d attempts", got, len(w.sent))
			}
		})
	}
}

func TestNothingIsPostedBeforeItsFileIsStored(t *testing.T) {
	g := signedMessage(t)
	w := &fakeBus{uploadErr: &smev.FileStoreError{Step: "STOR", Err: errors.New("disk full")}}
	if _, err := g.sendJob(w).Run(t.Context()); err == nil {
		t.Error("a failed upload is no failure")
	}
	if len(w.sent) != 0 || g.text(t, `select state from egisso.message`) != "pending" {
		t.Errorf("posted %d times, message %s", len(w.sent), g.text(t, `select state from egisso.message`))
	}
}

func TestServiceOffStopsSendingAndPolling(t *testing.T) {
	g := signedMessage(t)
	if err := g.SetService(t.Context(), false, "проверка"); err != nil {
		t.Fatal(err)
	}
	w := &fakeBus{sendErr: []error{nil}, answers: []*bus.Answer{{ID: "a"}}}
	for _, job := range []Job{g.sendJob(w), Receive{Store: g.Store, Switch: g.Store, Bus: w, Now: time.Now, Log: slog.New(slog.DiscardHandler)}} {
		if report, err := job.Run(t.Context()); err != nil || report.Done != 0 {
			t.Errorf("%s: %+v, %v", job.Name(), report, err)
		}
	}
	if len(w.sent) != 0 || w.uploads != 0 || len(w.answers) != 1 || len(w.acked) != 0 {
		t.Errorf("something left although the service is off: %+v", w)
	}
	if _, err := Gate(nil, g.Store).SignDigest(t.Context(), nil); !errors.Is(err, ErrServiceOff) {
		t.Errorf("signature although the service is off: %v", err)
	}
}

func TestOldMessageIdIsNotTriedForTheFirstTime(t *testing.T) {
	g := signedMessage(t)
	w := &fakeBus{sendErr: []error{nil}}
	job := g.sendJob(w)
	job.Now = func() time.Time { return time.Now().Add(2 * time.Hour) }
	if _, err := job.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := g.text(t, `select p.state || ' ' || r.state from egisso.package p, egisso.record r`); got != "send_failed ready" || len(w.sent) != 0 {
		t.Errorf("states %q, sent %d times", got, len(w.sent))
	}
}

func TestReceiveStoresBeforeItAcknowledges(t *testing.T) {
	g := signedMessage(t)
	w := &fakeBus{answers: []*bus.Answer{{ID: "a1", About: g.message.String(), Kind: bus.AnswerStatus, Raw: []byte("raw")}}, ackErr: errors.New("connection reset")}
	job := Receive{Store: g.Store, Switch: g.Store, Bus: w, Now: time.Now, Log: slog.New(slog.DiscardHandler)}
	if _, err := job.Run(t.Context()); err == nil {
		t.Error("a failed acknowledgement is no failure")
	}
	if got := g.text(t, `select id || ' ' || (acked_at is null)::text from egisso.answer`); got != "a1 true" {
		t.Fatalf("stored %q", got)
	}
	w.ackErr = &smev.Fault{Operation: smev.OpAck, Name: "TargetMessageIsNotFound"} // the bus had heard us
	if _, err := g.conn.Exec(t.Context(), `update egisso.answer set next_ack_at = now()`); err != nil {
		t.Fatal(err)
	}
	if _, err := job.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := g.text(t, `select (acked_at is not null)::text from egisso.answer`); got != "true" {
		t.Error("the acknowledgement was not repeated")
	}
	if len(w.acked) != 2 {
		t.Errorf("acknowledged %v", w.acked)
	}
}

func TestAnswerThatCannotBeAcknowledgedDoesNotStopTheOthers(t *testing.T) {
	g := signedMessage(t)
	w := &fakeBus{ackErr: &smev.Fault{Operation: smev.OpAck, Name: "InvalidContent"}}
	for _, id := range []string{"a1", "a2", "a3"} {
		w.answers = append(w.answers, &bus.Answer{ID: id, Kind: bus.AnswerStatus, Raw: []byte(id)})
	}
	report, err := Receive{Store: g.Store, Switch: g.Store, Bus: w, Now: time.Now, Log: slog.New(slog.DiscardHandler)}.Run(t.Context())
	if err == nil || report.Done != 3 {
		t.Errorf("report %+v, %v", report, err)
	}
	if got := g.text(t, `select count(*) || ' ' || sum(ack_attempts) from egisso.answer`); got != "3 3" {
		t.Errorf("answers and attempts %q", got)
	}
}

func TestUnbelievedAnswerIsKeptAndTheQueueGoesOn(t *testing.T) {
	g := signedMessage(t)
	w := &fakeBus{
		answers: []*bus.Answer{{ID: "forged", Raw: []byte("f")}, {ID: "good", Kind: bus.AnswerStatus, Raw: []byte("g")}},
		getErr:  []error{smev.ErrUnverified, nil},
	}
	job := Receive{Store: g.Store, Switch: g.Store, Bus: w, Now: time.Now, Log: slog.New(slog.DiscardHandler)}
	report, err := job.Run(t.Context())
	if !errors.Is(err, smev.ErrUnverified) || report.Done != 1 {
		t.Errorf("report %+v, %v", report, err)
	}
	if len(w.acked) != 1 || w.acked[0] != "good" {
		t.Errorf("acknowledged %v", w.acked)
	}
	if got := g.text(t, `select string_agg(id || verified::text, ' ' order by id) from egisso.answer`); got != "forgedfalse goodtrue" {
		t.Errorf("stored %q", got)
	}
}

func TestUnbelievedAnswerIsRefusedWhereThatIsWanted(t *testing.T) {
	g := signedMessage(t)
	w := &fakeBus{answers: []*bus.Answer{{ID: "forged", Raw: []byte("f")}}, getErr: []error{smev.ErrUnverified}}
	job := Receive{Store: g.Store, Switch: g.Store, Bus: w, RefuseUnverified: true, Now: time.Now, Log: slog.New(slog.DiscardHandler)}
	if _, err := job.Run(t.Context()); !errors.Is(err, smev.ErrUnverified) {
		t.Error(err)
	}
	if len(w.acked) != 1 || w.acked[0] != "forged refused" || g.text(t, `select count(*) from egisso.answer where not verified`) != "1" {
		t.Errorf("acknowledged %v", w.acked)
	}
}

// Whatever a forged message calls itself, it is kept and the queue goes on.
func TestForgedIdIsNoTrouble(t *testing.T) {
	g := signedMessage(t)
	long := strings.Repeat("x", 100_000)
	w := &fakeBus{
		answers: []*bus.Answer{{ID: long, Raw: []byte("f")}, {Raw: []byte("g")}, {ID: "good", Kind: bus.AnswerStatus, Raw: []byte("h")}},
		getErr:  []error{smev.ErrUnverified, smev.ErrUnverified, nil},
	}
	job := Receive{Store: g.Store, Switch: g.Store, Bus: w, RefuseUnverified: true, Now: time.Now, Log: slog.New(slog.DiscardHandler)}
	if report, err := job.Run(t.Context()); !errors.Is(err, smev.ErrUnverified) || report.Done != 1 || strings.Contains(err.Error(), long) {
		t.Errorf("report %+v, %.200v", report, err)
	}
	if len(w.acked) != 1 || w.acked[0] != "good" {
		t.Errorf("acknowledged %.200v", w.acked)
	}
	if got := g.text(t, `select (select count(*) from egisso.answer) || ' ' || count(*) from egisso.raw_reply where state = 'unread'`); got != "1 2" {
		t.Errorf("stored %q", got)
	}
}

func TestBusThatIsDownIsLeftAlone(t *testing.T) {
	g := signedMessage(t)
	w := &fakeBus{sendErr: []error{&smev.TransportError{Operation: smev.OpSendRequest, Err: errors.New("connection refused")}}}
	now := time.Now()
	var changes []bus.BreakerChange
	breaker := &bus.Breaker{
		Policy:  bus.BreakerPolicy{Threshold: 3, Open: retry.Backoff{Min: time.Minute, Max: time.Minute}},
		Changed: func(c bus.BreakerChange, _ bus.BreakerState) { changes = append(changes, c) },
	}
	send := g.sendJob(w)
	send.Breaker, send.Now = breaker, func() time.Time { return now }
	deadline := time.Now().Add(time.Minute)
	for len(changes) == 0 && time.Now().Before(deadline) {
		_, _ = send.Run(t.Context())
	}
	down := len(w.sent)
	for range 20 {
		_, _ = send.Run(t.Context())
	}
	receive := Receive{Store: g.Store, Switch: g.Store, Bus: w, Breaker: breaker, Now: send.Now, Log: slog.New(slog.DiscardHandler)}
	w.answers = []*bus.Answer{{ID: "a", Kind: bus.AnswerStatus, Raw: []byte("a")}}
	if report, err := receive.Run(t.Context()); err != nil || !report.Skipped || len(w.answers) != 1 || len(w.sent) != down {
		t.Errorf("calls while the bus is down: %d posts after %d, %d answers left; %v", len(w.sent), down, len(w.answers), err)
	}
	now = now.Add(10 * time.Minute)
	if _, err := receive.Run(t.Context()); err != nil || len(w.answers) != 0 {
		t.Errorf("the probe did not come: %v", err)
	}
	if len(changes) != 2 || changes[0] != bus.BreakerOpened || changes[1] != bus.BreakerClosed {
		t.Errorf("told %v, want opened and closed once", changes)
	}
}
