package store

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/check"
)

// classifierCache is the classifier in memory and the revision it was made from.
type classifierCache struct {
	mu       sync.Mutex
	revision int64
	known    bool
	value    *check.Classifier
}

// Classifier returns the active version of КМСЗ with the dictionaries, nil as
// long as nothing of them is known. It is kept in memory and read again when it
// changed, so asking costs one small query.
func (s *Store) Classifier(ctx context.Context) (*check.Classifier, error) {
	c := &s.classifier
	c.mu.Lock()
	defer c.mu.Unlock()
	var revision int64
	if err := s.besideTx.QueryRow(ctx, query("classifier_revision")).Scan(&revision); err != nil {
		return nil, fmt.Errorf("read the revision of the classifier: %w", err)
	}
	if c.known && c.revision == revision {
		return c.value, nil
	}
	err := snapshot(ctx, s.besideTx, "load the classifier", func(tx pgx.Tx) error {
		if err := tx.QueryRow(ctx, query("classifier_revision")).Scan(&revision); err != nil {
			return err
		}
		book, err := kmszBook(ctx, tx)
		if err != nil {
			return err
		}
		c.value, err = loadClassifier(ctx, tx, book.Active())
		return err
	})
	if err != nil {
		return nil, err
	}
	c.revision, c.known = revision, true
	return c.value, nil
}

// ClassifierOf returns a version of КМСЗ, whatever its status, with the
// dictionaries of today. It is read anew.
func (s *Store) ClassifierOf(ctx context.Context, number int) (c *check.Classifier, err error) {
	err = s.snapshot(ctx, fmt.Sprintf("load version %d of КМСЗ", number), func(tx pgx.Tx) error {
		c, err = loadClassifier(ctx, tx, number)
		return err
	})
	return c, err
}

// KMSZBook returns which versions of КМСЗ are stored.
func (s *Store) KMSZBook(ctx context.Context) (book egisso.KMSZBook, err error) {
	err = s.snapshot(ctx, "list versions of КМСЗ", func(tx pgx.Tx) error {
		book, err = kmszBook(ctx, tx)
		return err
	})
	return book, err
}

// KMSZ returns a version of КМСЗ whole, nil if it is not stored.
func (s *Store) KMSZ(ctx context.Context, number int) (k *egisso.KMSZ, err error) {
	err = s.snapshot(ctx, fmt.Sprintf("load version %d of КМСЗ", number), func(tx pgx.Tx) error {
		k, err = loadKMSZ(ctx, tx, number)
		return err
	})
	return k, err
}

// snapshot runs several reads over one state of the database.
func (s *Store) snapshot(ctx context.Context, what string, fn func(tx pgx.Tx) error) error {
	return snapshot(ctx, s.pool, what, fn)
}

func snapshot(ctx context.Context, pool *pgxpool.Pool, what string, fn func(tx pgx.Tx) error) error {
	options := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	if err := pgx.BeginTxFunc(ctx, pool, options, fn); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

func kmszBook(ctx context.Context, tx pgx.Tx) (egisso.KMSZBook, error) {
	rows, err := tx.Query(ctx, query("classifier_book"))
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(r pgx.CollectableRow) (v egisso.StoredVersion, err error) {
		var hash []byte
		var finish *time.Time
		err = r.Scan(&v.Number, &v.Status, &v.StartDate, &finish, &v.Document, &v.Note, &hash)
		v.FinishDate = moment(finish)
		copy(v.Hash[:], hash)
		return v, err
	})
}

// loadClassifier returns nil when neither the version nor a dictionary is known.
func loadClassifier(ctx context.Context, tx pgx.Tx, number int) (*check.Classifier, error) {
	k, err := loadKMSZ(ctx, tx, number)
	if err != nil {
		return nil, err
	}
	periods, err := loadPeriodicities(ctx, tx)
	if err != nil {
		return nil, err
	}
	units, err := loadUnits(ctx, tx)
	if err != nil || k == nil && periods == nil && units == nil {
		return nil, err
	}
	c := check.NewClassifier(k, periods, units)
	if k != nil {
		k.Rules = nil // the classifier keeps their codes, which is all it is asked for
	}
	return c, nil
}

func loadHeader(ctx context.Context, tx pgx.Tx, number int) (v egisso.KMSZVersion, err error) {
	var finish *time.Time
	err = tx.QueryRow(ctx, query("classifier_version"), number).
		Scan(&v.Number, &v.Status, &v.StartDate, &finish, &v.Document, &v.Note)
	v.FinishDate = moment(finish)
	return v, err
}

func loadKMSZ(ctx context.Context, tx pgx.Tx, number int) (*egisso.KMSZ, error) {
	header, err := loadHeader(ctx, tx, number)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	k := &egisso.KMSZ{KMSZVersion: header, Facets: map[egisso.Facet][]egisso.Position{}}
	rows, err := tx.Query(ctx, query("classifier_positions"), number)
	if err != nil {
		return nil, err
	}
	var facet egisso.Facet
	var p egisso.Position
	_, err = pgx.ForEachRow(rows, []any{&facet, &p.Code, &p.Name, &p.Parent}, func() error {
		k.Facets[facet] = append(k.Facets[facet], p)
		return nil
	})
	if err == nil {
		err = loadRules(ctx, tx, k)
	}
	return k, err
}

func loadRules(ctx context.Context, tx pgx.Tx, k *egisso.KMSZ) error {
	rows, err := tx.Query(ctx, query("classifier_acts"), k.Number)
	if err != nil {
		return err
	}
	acts, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (a egisso.RuleAct, err error) {
		var day time.Time
		err = r.Scan(&a.Number, &a.Title, &day, &a.Authority)
		a.Date = egisso.DateOf(day)
		return a, err
	})
	if err != nil {
		return err
	}
	if rows, err = tx.Query(ctx, query("classifier_rules"), k.Number); err != nil {
		return err
	}
	var r egisso.KMSZRule
	var of []int32
	_, err = pgx.ForEachRow(rows, []any{&r.Part, &r.MSZ, &r.Category, &r.Level, &r.Source, &r.Form, &of}, func() error {
		rule := r
		rule.Reasons = make([]egisso.RuleAct, len(of))
		for i, n := range of {
			rule.Reasons[i] = acts[n]
		}
		k.Rules = append(k.Rules, rule)
		return nil
	})
	return err
}

func loadPeriodicities(ctx context.Context, tx pgx.Tx) ([]egisso.Periodicity, error) {
	rows, err := tx.Query(ctx, query("periodicities"))
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(r pgx.CollectableRow) (p egisso.Periodicity, err error) {
		var finish *time.Time
		err = r.Scan(&p.Code, &p.Title, &p.StartDate, &finish)
		p.FinishDate = moment(finish)
		return p, err
	})
}

func loadUnits(ctx context.Context, tx pgx.Tx) ([]egisso.Unit, error) {
	rows, err := tx.Query(ctx, query("units"))
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(r pgx.CollectableRow) (u egisso.Unit, err error) {
		var finish *time.Time
		err = r.Scan(&u.Code, &u.Title, &u.ShortTitle, &u.OKEI, &u.StartDate, &finish)
		u.FinishDate = moment(finish)
		return u, err
	})
}

// moment is a time that may be absent.
func moment(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}
