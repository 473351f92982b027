package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// InFile is a file that came with an answer, as it was announced.
type InFile struct {
	Name               string // uuid in the file storage, or id inside the message
	Inline             bool   // Content is there already
	UserName, Password string // one-time login to the file storage
	FileName           string // as the sender calls it; never a local name
	Hash               string
	MimeType           string
	NamespaceURI       string
	Signature          []byte // detached CMS; nil if there is none
	Content            []byte
}

// FileState is what is known of a received file.
type FileState string

// States of received files.
const (
	FileDue     FileState = "due"     // to be fetched or checked
	FileChecked FileState = "checked" // its content may be believed
	FileRefused FileState = "refused" // never got, or not what was announced
)

// ReceivedFile is a settled file of an answer that is applied.
type ReceivedFile struct {
	Name     string
	MimeType string
	State    FileState
	Problem  string // English, of a refused one
	Content  []byte // may be used only if the file is checked
}

// DueFile is a file claimed to be fetched or checked.
type DueFile struct {
	InFile
	AnswerID string
	Attempts int           // earlier ones that failed
	Damaged  int           // those of them that brought something else than was announced
	Age      time.Duration // since it was announced
	id       int64
	epoch    int64
}

// FilesDue reports whether a file of an answer is still due: until then it is
// neither acknowledged nor applied.
func (s *Store) FilesDue(ctx context.Context, answerID string) (due bool, err error) {
	if err := s.pool.QueryRow(ctx, query("files_due"), answerID).Scan(&due); err != nil {
		return false, fmt.Errorf("look for files of answer %s: %w", answerID, err)
	}
	return due, nil
}

// storeFiles stores what an answer says of its files.
func storeFiles(ctx context.Context, tx pgx.Tx, answerID string, files []InFile) error {
	batch := &pgx.Batch{}
	for _, f := range files {
		batch.Queue(query("store_file"), answerID, f.Name, f.Inline, f.UserName, f.Password, f.FileName, f.Hash, f.MimeType, f.NamespaceURI,
			f.Signature, f.Content)
	}
	return tx.SendBatch(ctx, batch).Close()
}

// ClaimFile claims the file that is due longest; nil when none is due. Whoever has
// looked into it calls FileRead before anything else. ErrSetAside: that one is not to be
// touched, there may be others.
func (s *Store) ClaimFile(ctx context.Context, lease time.Duration) (*DueFile, error) {
	f, err := s.claimFile(ctx, lease)
	if err != nil || f == nil {
		return nil, err
	}
	if err := s.beginReading(ctx, readingFile, fmt.Sprint(f.id)); err != nil {
		return nil, errors.Join(fmt.Errorf("file of answer %s: %w", f.AnswerID, err), s.ReleaseFile(ctx, f))
	}
	return f, nil
}

func (s *Store) claimFile(ctx context.Context, lease time.Duration) (*DueFile, error) {
	if due, err := s.due(ctx, "fetch"); err != nil || !due {
		return nil, err
	}
	var f DueFile
	var age float64
	err := s.pool.QueryRow(ctx, query("claim_file"), lease).
		Scan(&f.id, &f.AnswerID, &f.Name, &f.Inline, &f.UserName, &f.Password, &f.FileName, &f.Hash, &f.MimeType, &f.NamespaceURI,
			&f.Signature, &f.Content, &f.Attempts, &f.Damaged, &f.epoch, &age)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("claim a file to fetch: %w", err)
	}
	f.Age = time.Duration(age * float64(time.Second))
	return &f, nil
}

// FileRead notes that looking into a file did no harm: what happens to the process from
// now on is not its doing.
func (s *Store) FileRead(ctx context.Context, f *DueFile) error {
	return endReading(ctx, s.pool, readingFile, fmt.Sprint(f.id))
}

// FileChecked stores the content of a file that is what was announced.
func (s *Store) FileChecked(ctx context.Context, f *DueFile, content []byte) error {
	return s.settleFile(ctx, f, "file_checked", content)
}

// FileRefused stores why a file is given up. It is never believed.
func (s *Store) FileRefused(ctx context.Context, f *DueFile, problem string) error {
	return s.settleFile(ctx, f, "file_refused", problem)
}

// FileLater puts a file off that could not be fetched; damaged: it was, and is something
// else than was announced.
func (s *Store) FileLater(ctx context.Context, f *DueFile, problem string, damaged bool, after time.Duration) error {
	return s.settleFile(ctx, f, "file_retry", problem, after, damaged)
}

// ReleaseFile gives a claimed file back untouched.
func (s *Store) ReleaseFile(ctx context.Context, f *DueFile) error {
	return s.settleFile(ctx, f, "release_file")
}

// settleFile runs a query about a claimed file. ErrLost means that somebody else
// has it now.
func (s *Store) settleFile(ctx context.Context, f *DueFile, name string, args ...any) error {
	tag, err := s.pool.Exec(ctx, query(name), append([]any{f.id, f.epoch}, args...)...)
	if err == nil && tag.RowsAffected() == 0 {
		err = ErrLost
	}
	if err != nil {
		return fmt.Errorf("note what became of a file of answer %s: %w", f.AnswerID, err)
	}
	return nil
}

func filesOfAnswer(ctx context.Context, tx pgx.Tx, answerID string) ([]ReceivedFile, error) {
	rows, err := tx.Query(ctx, query("files_of_answer"), answerID)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[ReceivedFile])
}
