package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// Part is whose word a message is.
type Part string

// The parts.
const (
	PartEGISSO Part = "egisso" // answers, and broadcasts about КМСЗ
	PartBus    Part = "bus"    // the bus's own statuses of messages
)

// Speaker is who says something, and what the configuration knows of them. The
// bus's signature proves the transport of a message and not its author.
type Speaker struct {
	Part     Part   // PartEGISSO if empty
	Mnemonic string // "" if the message names nobody
	Listed   bool   // the configuration names it
	// Remember lets the first who answers a message of ours be believed until a
	// person confirms somebody; only where the configuration names nobody.
	Remember bool
}

// standing is what the database knows of a speaker.
type standing struct {
	word      string // remembered, confirmed, refused; "" if nothing
	confirmed bool   // somebody is, in this part
}

// believed tells whether what the speaker says is applied.
func (s Speaker) believed(known standing) bool {
	return s.Listed || known.word == "confirmed" || s.Remember && known.word == "remembered" && !known.confirmed
}

func (s Speaker) part() Part {
	if s.Part == "" {
		return PartEGISSO
	}
	return s.Part
}

type queryer interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

func standingOf(ctx context.Context, q queryer, s Speaker) (known standing, err error) {
	err = q.QueryRow(ctx, query("sender_standing"), s.part(), s.Mnemonic).Scan(&known.word, &known.confirmed)
	return known, err
}

// noteSender notes who says an answer that was just stored, and holds it when it is
// about a message of ours and nobody knows who that is. Of other answers nothing
// follows, whoever sent them.
func noteSender(ctx context.Context, tx pgx.Tx, a InAnswer) error {
	about, request, err := ownMessage(ctx, tx, a.OriginalMessageID)
	if err != nil {
		return err
	}
	held := false
	if about != nil {
		known, err := standingOf(ctx, tx, a.Speaker)
		if err == nil && request && a.Speaker.Remember && known.word == "" && !known.confirmed {
			if _, err = tx.Exec(ctx, query("remember_sender"), a.Speaker.Mnemonic); err == nil {
				known, err = standingOf(ctx, tx, a.Speaker)
			}
		}
		if err != nil {
			return err
		}
		held = !a.Speaker.believed(known)
	}
	if _, err = tx.Exec(ctx, query("note_sender"), a.ID, a.Speaker.part(), a.Speaker.Mnemonic, about, held); err == nil && held {
		_, err = tx.Exec(ctx, query("package_held"), about, a.Speaker.Mnemonic)
	}
	return err
}

// rower is a pool, a connection or a transaction.
type rower interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// ownMessage gives the id of the message of ours an answer is about, nil if there is
// none. request: it is a request of ours and may have reached the bus.
func ownMessage(ctx context.Context, from rower, original string) (id *uuid.UUID, request bool, err error) {
	parsed, err := uuid.Parse(original)
	if err != nil {
		return nil, false, nil // not an id of ours
	}
	err = from.QueryRow(ctx, query("own_message"), parsed).Scan(&request)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, false, nil
	}
	return &parsed, request, err
}

// AnswerHeld tells whether an answer waits because nobody knows its sender.
func (s *Store) AnswerHeld(ctx context.Context, id string) (held bool, err error) {
	if err := s.pool.QueryRow(ctx, query("answer_is_held"), id).Scan(&held); err != nil {
		return false, fmt.Errorf("look whether answer %s is held: %w", id, err)
	}
	return held, nil
}

// Believes tells whether a broadcast of the speaker is applied: only the configured
// and the confirmed are believed, never who was the first. refused: a person said
// that it is a stranger.
func (s *Store) Believes(ctx context.Context, who Speaker) (believed, refused bool, err error) {
	who.Remember = false
	known, err := standingOf(ctx, s.pool, who)
	if err != nil {
		return false, false, fmt.Errorf("look who may speak: %w", err)
	}
	return who.believed(known), known.word == "refused", nil
}

// Listed lets go what was held of senders that the configuration names now. With a
// list of ЕГИССО's mnemonics nobody is believed for having been the first.
func (s *Store) Listed(ctx context.Context, egisso, bus []string) error {
	if due, err := s.due(ctx, "held"); err != nil || !due {
		return err
	}
	return s.inTx(ctx, "look who is listed", func(tx pgx.Tx) error {
		batch := &pgx.Batch{}
		batch.Queue(query("release_listed_answers"), notNil(egisso), notNil(bus))
		batch.Queue(query("release_listed_incoming"), notNil(egisso))
		if len(egisso) > 0 {
			batch.Queue(query("forget_remembered_sender"))
		}
		return tx.SendBatch(ctx, batch).Close()
	})
}

func notNil(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

// RequestIsOthers tells whether a cancellation names a request that is not its sender's.
func (s *Store) RequestIsOthers(ctx context.Context, cancels, sender string) (others bool, err error) {
	if err := s.pool.QueryRow(ctx, query("request_is_others"), cancels, sender).Scan(&others); err != nil {
		return false, fmt.Errorf("look whose request is withdrawn: %w", err)
	}
	return others, nil
}

// HintClassifier asks for a classifier because somebody who is not believed spoke of
// it: once a day at most, in Russian why.
func (s *Store) HintClassifier(ctx context.Context, code, reason string) error {
	if _, err := s.pool.Exec(ctx, query("hint_classifier"), code, reason); err != nil {
		return fmt.Errorf("ask for classifier %s: %w", code, err)
	}
	return nil
}

// Sender is who spoke, and what people said of them.
type Sender struct {
	Part     Part      `json:"part"`
	Mnemonic string    `json:"mnemonic"` // "none": the message names nobody
	Standing string    `json:"standing"` // unknown, remembered, confirmed, refused
	Since    time.Time `json:"since"`
	By       string    `json:"by"`
	Reason   string    `json:"reason"`
	Held     int       `json:"held"` // messages that wait
}

// Senders lists who spoke, those nobody knows first.
func (s *Store) Senders(ctx context.Context) ([]Sender, error) {
	return collect[Sender](ctx, s, "senders")
}

// ConfirmSender says that a sender is who it says, applies what waits of it and
// returns, in Russian, what follows. The reason is obligatory and kept.
func (s *Store) ConfirmSender(ctx context.Context, mnemonic string, part Part, reason string) (string, error) {
	return s.command(ctx, "confirm_sender", mnemonic, reason, part)
}

// RefuseSender says that a sender is a stranger: nothing waits for it any more.
func (s *Store) RefuseSender(ctx context.Context, mnemonic string, part Part, reason string) (string, error) {
	return s.command(ctx, "refuse_sender", mnemonic, reason, part)
}
