package jobs_test

import (
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"egissogw/adapter/retry"
	"egissogw/adapter/smev"
	"egissogw/adapter/smev/smevtest"
	"egissogw/crypto/cert"
	"egissogw/jobs"
)

// deadToken has a certificate and does not sign.
type deadToken struct{ certificate *cert.Certificate }

func (d deadToken) Certificate() *cert.Certificate { return d.certificate }

func (deadToken) SignDigest(context.Context, []byte) ([]byte, error) {
	return nil, errors.New("token is gone")
}

// A gateway whose signer fails gives the package back at once, to whoever can sign it,
// and takes none for a while.
func TestPackagesAreLeftToAGatewayThatCanSign(t *testing.T) {
	w := newWorld(t, 1, io.Discard, nil)
	w.measuresAccepted()
	w.exec(`update egisso.source_row set dirty = true where register = 'fact'`)
	w.run(w.decide)
	w.run(w.form)
	broken := w.sign
	broken.Signer = jobs.Gate(deadToken{w.ours.Certificate}, w.store)
	broken.Builder = smev.Port{Client: w.client.Client, Builder: smev.Builder{Version: smev.Version13, Signer: broken.Signer}}
	broken.Signing = &jobs.Ability{Pauses: retry.Backoff{Min: time.Minute, Max: time.Minute}}
	signs := func(want jobs.Report, job jobs.Sign) error {
		t.Helper()
		report, err := job.Run(t.Context())
		if report.Done != want.Done || report.More != want.More || report.Skipped != want.Skipped {
			t.Errorf("%+v, want %+v", report, want)
		}
		return err
	}
	var trouble *jobs.SignerError
	if err := signs(jobs.Report{}, broken); !errors.As(err, &trouble) {
		t.Fatalf("%v", err)
	}
	for range 3 { // it claims nothing
		if err := signs(jobs.Report{Skipped: true}, broken); err != nil {
			t.Error(err)
		}
	}
	if err := signs(jobs.Report{Done: 1, More: true}, w.sign); err != nil {
		t.Error(err)
	}
	w.advance(time.Hour)
	if err := signs(jobs.Report{}, broken); err != nil {
		t.Errorf("nothing is left to sign, but %v", err)
	}
}

// A gateway the file storage does not let in leaves messages with files to others.
func TestFilesAreLeftToAGatewayThatIsLetIn(t *testing.T) {
	w := newWorld(t, 1, io.Discard, nil)
	w.measuresAccepted()
	w.exec(`update egisso.source_row set dirty = true where register = 'fact'`)
	for _, job := range []jobs.Job{w.decide, w.form, w.sign} {
		w.run(job)
	}
	stranger := w.send
	stranger.Storage = &jobs.Ability{Pauses: retry.Backoff{Min: time.Minute, Max: time.Minute}}
	w.script(smevtest.Rule{On: "LOGIN", Refuse: "denied", Times: 1})
	if _, err := stranger.Run(t.Context()); err == nil {
		t.Error("it is let in")
	}
	if report, err := stranger.Run(t.Context()); err != nil || report.Done != 0 {
		t.Errorf("it takes the message again: %+v, %v", report, err)
	}
	if n := w.count(`select count(*) from egisso.package where review is not null`); n != 1 {
		t.Error("nobody is told")
	}
	if report, err := w.send.Run(t.Context()); err != nil || report.Done != 1 {
		t.Errorf("%+v, %v", report, err)
	}
	if n := w.count(`select count(*) from egisso.package where review is not null`); n != 0 {
		t.Error("people are still told")
	}
}

// The same with the answers to requests of others.
func TestAnswersAreLeftToAGatewayThatCanSign(t *testing.T) {
	w := newIncoming(t, smev.Version13)
	w.push(smevtest.Push{Name: "asked", Type: smevtest.PushRequest, Content: []byte(question)})
	w.run(w.listen)
	w.run(w.handle)
	broken := w.respond
	broken.Builder = smev.Port{Builder: smev.Builder{Version: smev.Version13, Signer: jobs.Gate(deadToken{w.ours.Certificate}, w.store)}}
	broken.Signing = &jobs.Ability{Pauses: retry.Backoff{Min: time.Minute, Max: time.Minute}}
	var trouble *jobs.SignerError
	if report, err := broken.Run(t.Context()); !errors.As(err, &trouble) || report.Done != 0 || report.More {
		t.Fatalf("%+v, %v", report, err)
	}
	if report, err := broken.Run(t.Context()); err != nil || !report.Skipped {
		t.Errorf("it claims again: %+v, %v", report, err)
	}
	if report, err := w.respond.Run(t.Context()); err != nil || report.Done != 1 {
		t.Errorf("others do not have it at once: %+v, %v", report, err)
	}
}
