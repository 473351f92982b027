package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// Contour is whom a database was made for: what the ЕГИССО of one contour accepted, that of
// another one never has, and what one МИС says another one does not.
type Contour struct {
	Bus         string    `json:"bus"`          // host and port of the bus
	Test        bool      `json:"test"`         // messages are marked as tests
	Source      string    `json:"source"`       // database and schema of the МИС
	SourceHosts []string  `json:"source_hosts"` // where it is; several if it may move
	Provider    string    `json:"provider"`     // the gateway's own participant code
	Since       time.Time `json:"since"`        // of one remembered
}

// String says it in Russian.
func (c Contour) String() string {
	test := ""
	if c.Test {
		test = " (тестовый признак)"
	}
	return fmt.Sprintf("СМЭВ %s%s, МИС %s на %s, поставщик %s", c.Bus, test, c.Source, strings.Join(c.SourceHosts, ", "), c.Provider)
}

// OtherContourError refuses to work in a database that was made for another contour.
type OtherContourError struct{ Differences []string }

func (e *OtherContourError) Error() string {
	return "база шлюза — другого контура, и переданное в нём не передано в этом: " + strings.Join(e.Differences, "; ") +
		". Исправьте настройки; если контур сменился: egissogw contour"
}

// Against compares the settings of a gateway with the contour a database remembers. A МИС
// that may be in several places is the same if one of them is. The error is an
// [OtherContourError].
func (c Contour) Against(remembered Contour) error {
	var d []string
	differ := func(what, have, remembered string) {
		if have != remembered {
			d = append(d, fmt.Sprintf("%s — %s, а база помнит %s", what, have, remembered))
		}
	}
	differ("СМЭВ", c.Bus, remembered.Bus)
	marked := map[bool]string{true: "задан", false: "не задан"}
	differ("тестовый признак (EGISSOGW_SMEV_TEST_MESSAGE)", marked[c.Test], marked[remembered.Test])
	differ("поставщик", c.Provider, remembered.Provider)
	return others(append(d, c.sourceAgainst(remembered)...))
}

// SourceAgainst is Against of the МИС alone.
func (c Contour) SourceAgainst(remembered Contour) error { return others(c.sourceAgainst(remembered)) }

func (c Contour) sourceAgainst(remembered Contour) []string {
	one := func(host string) bool { return slices.Contains(remembered.SourceHosts, host) }
	if c.Source == remembered.Source && slices.ContainsFunc(c.SourceHosts, one) {
		return nil
	}
	return []string{fmt.Sprintf("МИС — %s на %s, а база помнит %s на %s",
		c.Source, strings.Join(c.SourceHosts, ", "), remembered.Source, strings.Join(remembered.SourceHosts, ", "))}
}

func others(differences []string) error {
	if len(differences) == 0 {
		return nil
	}
	return &OtherContourError{differences}
}

// Contour is the one remembered; known is false before a gateway ran.
func (s *Store) Contour(ctx context.Context) (c Contour, known bool, err error) {
	c, known, err = contour(ctx, s.pool)
	if err != nil {
		return c, false, fmt.Errorf("read the contour of the database: %w", err)
	}
	return c, known, nil
}

func contour(ctx context.Context, from rower) (c Contour, known bool, err error) {
	return scanContour(from.QueryRow(ctx, query("contour")))
}

func scanContour(row pgx.Row) (c Contour, known bool, err error) {
	err = row.Scan(&c.Bus, &c.Test, &c.Source, &c.SourceHosts, &c.Provider, &c.Since)
	if errors.Is(err, pgx.ErrNoRows) {
		return c, false, nil
	}
	return c, err == nil, err
}

// InContour returns an [OtherContourError], which it notes for status, if the database was
// made for another contour.
func (s *Store) InContour(ctx context.Context, c Contour) error {
	remembered, known, err := s.Contour(ctx)
	if err != nil || !known {
		return err
	}
	err = c.Against(remembered)
	if other := (*OtherContourError)(nil); errors.As(err, &other) {
		if _, noted := s.pool.Exec(ctx, query("note_refused_contour"), strings.Join(other.Differences, "; ")); noted != nil {
			return errors.Join(err, fmt.Errorf("note a refused contour: %w", noted))
		}
	}
	return err
}

// RememberContour makes the database one of this contour unless it is of one already, and
// then answers as InContour.
func (s *Store) RememberContour(ctx context.Context, c Contour) error {
	if _, err := s.pool.Exec(ctx, query("remember_contour"), c.Bus, c.Test, c.Source, c.SourceHosts, c.Provider); err != nil {
		return fmt.Errorf("remember the contour of the database: %w", err)
	}
	return s.InContour(ctx, c)
}

// ResetContour makes the database one of another contour and returns, in Russian, what
// follows. same: ЕГИССО, МИС and provider are those they were, and only addresses or names
// are others; otherwise nothing may have been sent yet.
func (s *Store) ResetContour(ctx context.Context, c Contour, same bool, reason string) (string, error) {
	return s.command(ctx, "reset_contour", c.Bus, c.Test, c.Source, c.SourceHosts, c.Provider, same, reason)
}
