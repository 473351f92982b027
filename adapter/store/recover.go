package store

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// BroughtMessage is a message of ours, or the file of a package for upload by hand, as the
// archive holds it.
type BroughtMessage struct {
	Kind     string // of the entry: sent or export
	ID       string // of the message, or of the package
	About    []byte // as Evidence
	Elements []byte // as Evidence
	Content  []byte // the envelope, or the file
	Files    []EvidenceFile
	Digest   []byte // of Content
	Stale    bool   // its id is too old to be offered to the bus again
}

// aboutMessage is what MessageEvidence and ExportEvidence say.
type aboutMessage struct {
	MadeAt        time.Time `json:"made_at"`
	Certificate   hexBytes  `json:"certificate"`
	Answers       string    `json:"answers"`
	PackageID     uuid.UUID `json:"package_id"`
	Register      string    `json:"register"`
	Format        string    `json:"format"`
	FormatVersion string    `json:"format_version"`
	Provider      string    `json:"provider"`
	Classifier    string    `json:"classifier"`
	FormedAt      time.Time `json:"formed_at"`
	FileName      string    `json:"file_name"`
	Files         []struct {
		UUID     uuid.UUID `json:"uuid"`
		FileName string    `json:"file_name"`
		MimeType string    `json:"mime_type"`
		Hash     hexBytes  `json:"hash"`
	} `json:"files"`
}

// element is a line of what elementLines writes.
type element struct {
	ID         uuid.UUID       `json:"id"`
	Register   string          `json:"register"`
	RowKey     string          `json:"row_key"`
	RecordNo   string          `json:"record_no"`
	Kind       string          `json:"kind"`
	Provider   string          `json:"provider"`
	Hash       hexBytes        `json:"hash"`
	Generation int32           `json:"generation"`
	Events     int32           `json:"events"`
	Change     string          `json:"change"`
	Settles    bool            `json:"settles"`
	Content    json.RawMessage `json:"content"`
	Becomes    json.RawMessage `json:"becomes"`
	Held       struct {        // by ЕГИССО when it was sent
		ID       *uuid.UUID      `json:"id"`
		Event    *uuid.UUID      `json:"event"`
		Hash     hexBytes        `json:"hash"`
		Provider *string         `json:"provider"`
		Code     *string         `json:"code"`
		Content  json.RawMessage `json:"content"`
	} `json:"held"`
}

// hexBytes are octets written as hexadecimal digits; null is nil.
type hexBytes []byte

// UnmarshalText implements encoding.TextUnmarshaler.
func (b *hexBytes) UnmarshalText(text []byte) (err error) {
	*b, err = hex.DecodeString(string(text))
	return err
}

// BringMessage brings back a message or a file, with its package, its members and what is
// known of their rows, in one transaction. A message may have left: it is in doubt, and the
// same bytes go again unless an answer comes; an old reply to a request of others, of which
// nothing more is heard, counts as delivered. fresh is false if the database has it; a
// message that waits there for its first attempt is in doubt from then on.
//
// A row the database does not know is made, as one the source was not read of. Of one it
// knows the records go on from what the archive says, if that is newer than what the
// database says of the row; otherwise the member is evidence and decides nothing.
func (s *Store) BringMessage(ctx context.Context, m BroughtMessage) (fresh bool, err error) {
	var about aboutMessage
	if err := json.Unmarshal(m.About, &about); err != nil {
		return false, fmt.Errorf("read what the archive says of %s %s: %w", m.Kind, m.ID, err)
	}
	lines, err := readElements(m.Elements)
	if err != nil {
		return false, fmt.Errorf("read the members of %s %s: %w", m.Kind, m.ID, err)
	}
	err = s.inTx(ctx, "bring back "+m.Kind+" "+m.ID, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, query("lock_recovery")); err != nil {
			return err
		}
		unknown, err := collectIn[ArchiveID](ctx, tx, "unknown_evidence", []string{m.Kind}, []string{m.ID})
		if err != nil {
			return err
		}
		if fresh = len(unknown) > 0; fresh {
			if err := bringMessage(ctx, tx, m, about, lines); err != nil {
				return err
			}
		} else if m.Kind == "sent" {
			if _, err := tx.Exec(ctx, query("message_may_have_left"), m.ID); err != nil {
				return err
			}
		}
		_, err = tx.Exec(ctx, query("note_archived"), m.Kind, m.ID, m.Digest)
		return err
	})
	return fresh, err
}

func collectIn[T any](ctx context.Context, tx pgx.Tx, name string, args ...any) ([]T, error) {
	rows, err := tx.Query(ctx, query(name), args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[T])
}

// readElements reads the lines, each record once.
func readElements(text []byte) (lines []element, err error) {
	for line := range slices.Values(splitLines(text)) {
		var e element
		if err := json.Unmarshal(line, &e); err != nil {
			return nil, err
		}
		lines = append(lines, e)
	}
	return lines, nil
}

func bringMessage(ctx context.Context, tx pgx.Tx, m BroughtMessage, about aboutMessage, lines []element) error {
	if m.Kind == "export" {
		if _, err := bringPackage(ctx, tx, about, "manual", about.FormedAt, lines); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, query("bring_file"), about.PackageID, about.FileName, m.Content, about.FormedAt)
		return err
	}
	state := "in_doubt"
	if about.PackageID != uuid.Nil {
		open, err := bringPackage(ctx, tx, about, "smev", about.MadeAt, lines)
		if err != nil {
			return err
		}
		if !open {
			state = "refused"
		}
	}
	batch := &pgx.Batch{}
	if about.Answers != "" {
		if m.Stale {
			state = "refused"
		}
		batch.Queue(query("end_other_replies"), about.Answers)
	}
	batch.Queue(query("bring_message"), m.ID, nullableID(about.PackageID), nullable(about.Answers), m.Content, []byte(about.Certificate), state, about.MadeAt)
	batch.Queue(query("bring_attempt"), m.ID, about.MadeAt)
	for _, f := range about.Files {
		i := slices.IndexFunc(m.Files, func(e EvidenceFile) bool { return e.Name == f.UUID.String() })
		if i < 0 {
			return fmt.Errorf("file %s is not with it", f.UUID)
		}
		batch.Queue(query("insert_attachment"), f.UUID, m.ID, f.FileName, f.MimeType, m.Files[i].Content, []byte(f.Hash), m.Files[i].Signature)
	}
	if about.Answers != "" {
		batch.Queue(query("bring_reply_state"), about.Answers, about.MadeAt, m.Stale)
	}
	return tx.SendBatch(ctx, batch).Close()
}

// bringPackage brings back a package that left at a moment. open is false if the database
// has it already and knows that it went on otherwise.
func bringPackage(ctx context.Context, tx pgx.Tx, about aboutMessage, channel string, left time.Time, lines []element) (open bool, err error) {
	rows, err := tx.Query(ctx, query("empty_package_if_formed"), about.PackageID)
	if err != nil {
		return false, err
	}
	members, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return false, err
	}
	if _, err := tx.Exec(ctx, query("take_out"), flat(members)); err != nil {
		return false, err
	}
	if about.Classifier != "" {
		if _, err := tx.Exec(ctx, query("end_other_requests"), about.Classifier, about.PackageID); err != nil {
			return false, err
		}
	}
	state := "signed"
	if channel == "manual" {
		state = "queued"
	}
	tag, err := tx.Exec(ctx, query("bring_package"), about.PackageID, about.Register, about.Format, about.FormatVersion, about.Provider, about.Classifier,
		about.FormedAt, left, state, len(lines), channel)
	if err == nil && about.Classifier != "" {
		_, err = tx.Exec(ctx, query("bring_classifier_asked"), about.Classifier, about.PackageID, about.FormedAt)
	}
	if err != nil || tag.RowsAffected() == 0 || len(lines) == 0 {
		return tag.RowsAffected() > 0, err
	}
	return true, brought{about, lines}.members(ctx, tx)
}
