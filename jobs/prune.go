package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"egissogw/adapter/store"
	"egissogw/crypto/xmldsig"
	"egissogw/crypto/xmlsafe"
)

// Prune removes documents whose term is over: messages with their files, answers, protocols,
// and what records said. What proves them stays (README.md#keeping). Each package is a
// transaction of its own, so that a run that is broken off is simply begun again.
type Prune struct {
	Store *store.Store
	// Keep is how long documents are kept after their package was closed or they came; 0: for ever.
	Keep    time.Duration
	Archive *Forget // nil: no archive, or it keeps everything
	Now     func() time.Time
	Log     *slog.Logger
}

// pruneBatch is how many packages are looked at, or documents removed, at once.
const pruneBatch = 100

// droppedBatch is how many records that never left lose what they said in one transaction.
const droppedBatch = 5000

// Name implements Job.
func (Prune) Name() string { return "prune" }

// Run implements Job. Done counts packages, documents without one, and files of the archive.
func (p Prune) Run(ctx context.Context) (report Report, err error) {
	if p.Keep <= 0 {
		return Report{Skipped: true}, nil
	}
	r := pruning{Prune: p, before: p.Now().Add(-p.Keep)}
	for _, step := range []func(context.Context) error{r.packages, r.documents, r.dropped} {
		if err = step(ctx); err != nil {
			break
		}
	}
	if r.done() > 0 { // also of a run that failed
		err = errors.Join(err, p.Store.NotePruning(context.WithoutCancel(ctx), r.text()))
		p.Log.Info("documents removed whose term is over", "packages", r.packagesDone, "documents", r.documentsDone, "records", r.droppedDone, "bytes", r.octets)
	}
	report.Done = r.done()
	if err == nil && p.Archive != nil {
		files, failed := p.Archive.forget(ctx)
		report.Done, err = report.Done+files, failed
	}
	return report, err
}

// pruning is one run.
type pruning struct {
	Prune
	before                                   time.Time
	packagesDone, documentsDone, droppedDone int
	octets                                   int64
}

func (r *pruning) done() int { return r.packagesDone + r.documentsDone + r.droppedDone }

// text is for the log of operations.
func (r *pruning) text() string {
	return fmt.Sprintf("Удалено по сроку хранения: пакетов %d, других документов %d, содержания неотправленных записей %d; байт %d", r.packagesDone, r.documentsDone, r.droppedDone, r.octets)
}

func (r *pruning) packages(ctx context.Context) error {
	var last store.ClosedPackage
	for {
		batch, err := r.Store.ClosedPackages(ctx, r.before, last, pruneBatch)
		if err != nil || len(batch) == 0 {
			return err
		}
		for _, c := range batch {
			if last = c; c.Kept != "" {
				continue
			}
			documents, err := r.Store.SignedDocuments(ctx, c.ID)
			if err != nil {
				return err
			}
			octets, pruned, err := r.Store.PrunePackage(ctx, c.ID, r.before, signaturesOf(documents))
			if err != nil {
				return err
			}
			if pruned {
				r.packagesDone, r.octets = r.packagesDone+1, r.octets+octets
			}
		}
	}
}

func (r *pruning) documents(ctx context.Context) error {
	for {
		batch, err := r.Store.SettledDocuments(ctx, r.before, pruneBatch)
		if err != nil {
			return err
		}
		before := r.documentsDone
		for _, d := range batch {
			documents, err := r.Store.SettledSigned(ctx, d)
			if err != nil {
				return err
			}
			octets, pruned, err := r.Store.PruneDocument(ctx, d, r.before, signaturesOf(documents))
			if err != nil {
				return err
			}
			if pruned {
				r.documentsDone, r.octets = r.documentsDone+1, r.octets+octets
			}
		}
		if len(batch) < pruneBatch || r.documentsDone == before {
			return nil
		}
	}
}

func (r *pruning) dropped(ctx context.Context) error {
	for {
		n, err := r.Store.PruneDropped(ctx, r.before, droppedBatch)
		if r.droppedDone += n; err != nil || n < droppedBatch {
			return err
		}
	}
}

// Signature is what is kept of one signature of a document that was removed: with them and
// the certificate OpenSSL tells that the digest was signed, whoever has the document.
type Signature struct {
	Place       string `json:"place"`       // path of the ds:Signature
	SignedInfo  []byte `json:"signed_info"` // canonical; the digest of the signed element is in it
	Value       []byte `json:"value"`
	Certificate []byte `json:"certificate"` // DER
}

// signaturesOf gives the signatures of documents as PrunePackage takes them. What cannot be
// read has none.
func signaturesOf(documents []store.SignedDocument) []byte {
	all := map[string][]Signature{}
	for _, d := range documents {
		doc, err := xmldsig.Outline(d.Raw, xmlsafe.Limits{AllowDuplicateIDs: true})
		if err != nil {
			continue
		}
		for _, m := range xmldsig.Materials(doc.Root, nil) {
			key := d.Kind + " " + d.ID
			all[key] = append(all[key], Signature{Place: m.Place, SignedInfo: m.SignedInfo, Value: m.Value, Certificate: m.Certificate.Raw})
		}
	}
	text, err := json.Marshal(all)
	if err != nil {
		panic(err) // strings and octets
	}
	return text
}
