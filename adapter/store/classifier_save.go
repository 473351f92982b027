package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"egissogw/adapter/egisso"
)

// ClassifierSource says how something about the classifier came.
type ClassifierSource string

// Sources.
const (
	ClassifierAsked     ClassifierSource = "10.02.I" // answer to a request
	ClassifierPublished ClassifierSource = "10.01.O" // ЕГИССО sent a new version
	ClassifierActivated ClassifierSource = "10.03.O" // ЕГИССО said which version is active
	ClassifierFile      ClassifierSource = "file"    // loaded by an administrator
)

// ClassifierNews is what became of a message about the classifier.
type ClassifierNews struct {
	Changed bool     `json:"changed"` // false: all of it was known already
	Pull    bool     `json:"pull"`    // versions are missing: the active one is asked for
	Notes   []string `json:"notes"`   // Russian; texts of the gateway's own
}

// SaveClassifierAnswer stores what 10.02.I answered. body is the document it
// came in. What is known already changes nothing.
func (s *Store) SaveClassifierAnswer(ctx context.Context, a *egisso.ClassifierAnswer, body []byte, source ClassifierSource) (news ClassifierNews, err error) {
	err = s.inTx(ctx, "store classifier "+a.Code, func(tx pgx.Tx) error {
		news, err = saveClassifierAnswer(ctx, tx, a, body, source)
		return err
	})
	return news, err
}

// SavePublication stores a version ЕГИССО published (10.01.O).
func (s *Store) SavePublication(ctx context.Context, p *egisso.Publication, body []byte, source ClassifierSource) (news ClassifierNews, err error) {
	err = s.inTx(ctx, fmt.Sprintf("store the publication of version %d of КМСЗ", p.KMSZ.Number), func(tx pgx.Tx) error {
		news, err = saveKMSZ(ctx, tx, p.KMSZ, body, source, egisso.KMSZBook.Publish)
		return err
	})
	return news, err
}

// SaveActivation stores the statuses 10.03.O tells.
func (s *Store) SaveActivation(ctx context.Context, headers []egisso.KMSZVersion, source ClassifierSource) (news ClassifierNews, err error) {
	err = s.inTx(ctx, "store the activation of a version of КМСЗ", func(tx pgx.Tx) error {
		book, err := lockedBook(ctx, tx)
		if err != nil {
			return err
		}
		headers = slices.Clone(headers)
		for i := range headers {
			headers[i] = storable(headers[i])
		}
		news, err = applyPlan(ctx, tx, book.Activate(headers), nil, nil, source)
		return err
	})
	return news, err
}

func saveClassifierAnswer(ctx context.Context, tx pgx.Tx, a *egisso.ClassifierAnswer, body []byte, source ClassifierSource) (ClassifierNews, error) {
	if a.KMSZ != nil {
		return saveKMSZ(ctx, tx, a.KMSZ, body, source, egisso.KMSZBook.Receive)
	}
	if _, err := lockedBook(ctx, tx); err != nil {
		return ClassifierNews{}, err
	}
	var changed bool
	var err error
	title, n := "Справочник периодичности", len(a.Periodicities)
	if a.Units != nil {
		title, n = "Справочник единиц измерения", len(a.Units)
		changed, err = saveUnits(ctx, tx, a.Units)
	} else {
		changed, err = savePeriodicities(ctx, tx, a.Periodicities)
	}
	news := ClassifierNews{Changed: changed}
	if err != nil || !changed {
		return news, err
	}
	news.Notes = []string{fmt.Sprintf("%s обновлён, записей: %d", title, n)}
	if err := note(ctx, tx, source, news.Notes); err != nil {
		return news, err
	}
	_, err = tx.Exec(ctx, query("classifier_changed"), a.Units != nil)
	return news, err
}

// lockedBook makes whoever changes the classifier wait for each other.
func lockedBook(ctx context.Context, tx pgx.Tx) (egisso.KMSZBook, error) {
	var revision int64
	if err := tx.QueryRow(ctx, query("lock_classifier")).Scan(&revision); err != nil {
		return nil, err
	}
	return kmszBook(ctx, tx)
}

func saveKMSZ(ctx context.Context, tx pgx.Tx, k *egisso.KMSZ, body []byte, source ClassifierSource,
	plan func(egisso.KMSZBook, *egisso.KMSZ) egisso.KMSZPlan) (ClassifierNews, error) {
	book, err := lockedBook(ctx, tx)
	if err != nil {
		return ClassifierNews{}, err
	}
	c := *k
	c.KMSZVersion = storable(c.KMSZVersion)
	return applyPlan(ctx, tx, plan(book, &c), &c, body, source)
}

// storable cuts times to what the database keeps, so that a header compares
// equal when it comes again.
func storable(v egisso.KMSZVersion) egisso.KMSZVersion {
	v.StartDate, v.FinishDate = v.StartDate.Truncate(time.Microsecond), v.FinishDate.Truncate(time.Microsecond)
	return v
}

// applyPlan does what the plan says; k is the content it may ask to store.
func applyPlan(ctx context.Context, tx pgx.Tx, plan egisso.KMSZPlan, k *egisso.KMSZ, body []byte, source ClassifierSource) (ClassifierNews, error) {
	news := ClassifierNews{Changed: plan.Store || len(plan.Headers) > 0, Pull: plan.Pull, Notes: plan.Notes}
	// The version that becomes active comes last: there is never more than one.
	slices.SortStableFunc(plan.Headers, func(a, b egisso.KMSZVersion) int {
		switch {
		case a.Status == b.Status:
			return 0
		case a.Status == egisso.StatusActive:
			return 1
		case b.Status == egisso.StatusActive:
			return -1
		}
		return 0
	})
	stored := false
	for _, h := range plan.Headers {
		if plan.Store && h.Number == k.Number {
			if err := putVersion(ctx, tx, h, k, body, source); err != nil {
				return news, err
			}
			stored = true
		} else if _, err := tx.Exec(ctx, query("put_version_header"), h.Number, h.Status, h.StartDate, optional(h.FinishDate), h.Document, h.Note); err != nil {
			return news, err
		}
	}
	if plan.Store && !stored { // other content under the header that is known
		if err := replaceContent(ctx, tx, k, body, source); err != nil {
			return news, err
		}
	}
	if plan.Store {
		news.Notes = append([]string{fmt.Sprintf("Получена версия КМСЗ %d: мер %d, категорий %d, правил %d", k.Number,
			len(k.Facets[egisso.FacetMSZ]), len(k.Facets[egisso.FacetCategories]), len(k.Rules))}, news.Notes...)
	}
	for _, h := range plan.Headers {
		news.Notes = append(news.Notes, fmt.Sprintf("Версия КМСЗ %d: статус «%s»", h.Number, h.Status.Title()))
	}
	if plan.Pull {
		if err := wantClassifier(ctx, tx, egisso.ClassifierKMSZ, "Пропущена версия КМСЗ"); err != nil {
			return news, err
		}
	}
	if err := note(ctx, tx, source, news.Notes); err != nil || !news.Changed {
		return news, err
	}
	_, err := tx.Exec(ctx, query("classifier_changed"), false)
	return news, err
}

func note(ctx context.Context, tx pgx.Tx, source ClassifierSource, notes []string) error {
	for _, text := range notes {
		if _, err := tx.Exec(ctx, query("add_classifier_note"), source, text); err != nil {
			return err
		}
	}
	return nil
}

func replaceContent(ctx context.Context, tx pgx.Tx, k *egisso.KMSZ, body []byte, source ClassifierSource) error {
	known, err := loadHeader(ctx, tx, k.Number)
	if err != nil {
		return err
	}
	return putVersion(ctx, tx, known, k, body, source)
}

func putVersion(ctx context.Context, tx pgx.Tx, h egisso.KMSZVersion, k *egisso.KMSZ, body []byte, source ClassifierSource) error {
	hash := k.ContentHash()
	_, err := tx.Exec(ctx, query("put_version"), h.Number, h.Status, h.StartDate, optional(h.FinishDate), h.Document, h.Note, hash[:], source, body)
	if err != nil {
		return err
	}
	for _, name := range []string{"forget_positions", "forget_rules", "forget_acts"} {
		if _, err := tx.Exec(ctx, query(name), k.Number); err != nil {
			return err
		}
	}
	if err := copyPositions(ctx, tx, k); err != nil {
		return err
	}
	return copyRules(ctx, tx, k)
}

func copyPositions(ctx context.Context, tx pgx.Tx, k *egisso.KMSZ) error {
	var rows [][]any
	for _, facet := range egisso.Facets() {
		seen := make(map[string]bool, len(k.Facets[facet]))
		for i, p := range k.Facets[facet] {
			rows = append(rows, []any{k.Number, facet, i, p.Code, p.Name, p.Parent, seen[p.Code]})
			seen[p.Code] = true
		}
	}
	return copyRows(ctx, tx, "classifier_position", []string{"version", "facet", "ordinal", "code", "name", "parent", "repeated"}, rows)
}

func copyRules(ctx context.Context, tx pgx.Tx, k *egisso.KMSZ) error {
	known := map[egisso.RuleAct]int32{}
	var acts [][]any
	rules := make([][]any, len(k.Rules))
	for i := range k.Rules {
		r := &k.Rules[i]
		of := make([]int32, len(r.Reasons))
		for j, a := range r.Reasons {
			n, ok := known[a]
			if !ok {
				n = int32(len(acts))
				known[a] = n
				acts = append(acts, []any{k.Number, n, a.Number, a.Title, a.Date.Time(), a.Authority})
			}
			of[j] = n
		}
		rules[i] = []any{k.Number, i, r.MSZ, r.Category, r.Level, r.Source, r.Form, r.Part, of}
	}
	if err := copyRows(ctx, tx, "classifier_act", []string{"version", "ordinal", "number", "title", "date", "authority"}, acts); err != nil {
		return err
	}
	return copyRows(ctx, tx, "classifier_rule", []string{"version", "ordinal", "msz", "category", "level", "source", "form", "part", "acts"}, rules)
}

func copyRows(ctx context.Context, tx pgx.Tx, table string, columns []string, rows [][]any) error {
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"egisso", table}, columns, pgx.CopyFromRows(rows))
	return err
}

// savePeriodicities replaces the dictionary 022 unless it is the same.
func savePeriodicities(ctx context.Context, tx pgx.Tx, list []egisso.Periodicity) (changed bool, err error) {
	known, err := loadPeriodicities(ctx, tx)
	if err != nil || slices.EqualFunc(known, list, func(a, b egisso.Periodicity) bool {
		return a.Code == b.Code && a.Title == b.Title && sameMoment(a.StartDate, b.StartDate) && sameMoment(a.FinishDate, b.FinishDate)
	}) {
		return false, err
	}
	if _, err := tx.Exec(ctx, query("forget_periodicities")); err != nil {
		return false, err
	}
	rows := make([][]any, len(list))
	for i, p := range list {
		rows[i] = []any{i, p.Code, p.Title, p.StartDate, optional(p.FinishDate)}
	}
	return true, copyRows(ctx, tx, "classifier_periodicity", []string{"ordinal", "code", "title", "start_date", "finish_date"}, rows)
}

// saveUnits replaces the dictionary 023 unless it is the same.
func saveUnits(ctx context.Context, tx pgx.Tx, list []egisso.Unit) (changed bool, err error) {
	known, err := loadUnits(ctx, tx)
	if err != nil || slices.EqualFunc(known, list, func(a, b egisso.Unit) bool {
		return a.Code == b.Code && a.Title == b.Title && a.ShortTitle == b.ShortTitle && a.OKEI == b.OKEI &&
			sameMoment(a.StartDate, b.StartDate) && sameMoment(a.FinishDate, b.FinishDate)
	}) {
		return false, err
	}
	if _, err := tx.Exec(ctx, query("forget_units")); err != nil {
		return false, err
	}
	rows := make([][]any, len(list))
	for i, u := range list {
		rows[i] = []any{i, u.Code, u.Title, u.ShortTitle, u.OKEI, u.StartDate, optional(u.FinishDate)}
	}
	return true, copyRows(ctx, tx, "classifier_unit", []string{"ordinal", "code", "title", "short_title", "okei", "start_date", "finish_date"}, rows)
}

// sameMoment compares as the database keeps times.
func sameMoment(a, b time.Time) bool {
	return a.Truncate(time.Microsecond).Equal(b.Truncate(time.Microsecond))
}

func optional(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
