package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"egissogw/adapter/egisso/lifecycle"
)

// BringProtocol brings back a protocol brought as a file, to be applied, between BeginRecovery
// and EndRecovery, in the name of who recovers; fresh is false if it is there.
func (s *Store) BringProtocol(ctx context.Context, id string, about, raw []byte) (fresh bool, err error) {
	var said struct {
		PackageID *uuid.UUID `json:"package_id"`
		At        time.Time  `json:"imported_at"`
		By        string     `json:"imported_by"`
		Reason    string     `json:"reason"`
	}
	if err := json.Unmarshal(about, &said); err != nil {
		return false, fmt.Errorf("read what the archive says of protocol %s: %w", id, err)
	}
	if err := s.pool.QueryRow(ctx, query("bring_protocol"), id, said.PackageID, raw, said.At, said.By, said.Reason).Scan(&fresh); err != nil {
		return false, fmt.Errorf("bring back protocol %s: %w", id, err)
	}
	return fresh, nil
}

// BringReply brings back a message of the bus that could not be read and was acknowledged
// because a person ordered it.
func (s *Store) BringReply(ctx context.Context, id string, about, raw []byte) (fresh bool, err error) {
	var said struct {
		Operation   string    `json:"operation"`
		At          time.Time `json:"received_at"`
		ContentType string    `json:"content_type"`
		Complete    bool      `json:"complete"`
		Problem     string    `json:"problem"`
	}
	if err := json.Unmarshal(about, &said); err != nil {
		return false, fmt.Errorf("read what the archive says of message %s: %w", id, err)
	}
	return s.bring(ctx, "bring_reply", said.Operation, id, said.ContentType, raw, said.Complete, said.Problem, said.At)
}

// Astray reports whether a verified answer is about nothing the database knew when it came.
func (s *Store) Astray(ctx context.Context, answerID string) (astray bool, err error) {
	if err := s.pool.QueryRow(ctx, query("answer_astray"), answerID).Scan(&astray); err != nil {
		return false, fmt.Errorf("ask what answer %s is about: %w", answerID, err)
	}
	return astray, nil
}

// JudgeAgain lets an answer be applied that came while the database did not know the message
// it is about; content and body are as in InAnswer. again is false for others.
func (s *Store) JudgeAgain(ctx context.Context, a InAnswer) (again bool, err error) {
	if !lifecycle.IsMessageID(a.OriginalMessageID) {
		return false, nil
	}
	return s.bring(ctx, "judge_again", a.ID, a.Content, a.Body, uuid.MustParse(a.OriginalMessageID))
}

func (s *Store) bring(ctx context.Context, name string, args ...any) (changed bool, err error) {
	tag, err := s.pool.Exec(ctx, query(name), args...)
	if err != nil {
		return false, fmt.Errorf("%s: %w", name, err)
	}
	return tag.RowsAffected() > 0, nil
}
