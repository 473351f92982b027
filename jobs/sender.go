package jobs

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"egissogw/adapter/bus"
	"egissogw/adapter/store"
)

// Senders are the mnemonics the configuration names. Every message is signed by the
// bus, whoever wrote it: who is believed is told by the mnemonic in the metadata,
// which the bus writes (adapter/smev/SPEC.md#messagemetadata). "" stands for a message
// that names nobody.
type Senders struct {
	// EGISSO may answer and broadcast. Nobody: the first who answers a message of ours
	// is believed until a person confirms somebody.
	EGISSO []string
	// Bus may say what became of our messages in the bus itself.
	Bus []string
}

// ofStatus speaks by GetStatus: that reply has no metadata, and the bus itself makes
// and signs what is in it (adapter/smev/SPEC.md#ack-getstatus-statistics).
var ofStatus = store.Speaker{Part: store.PartBus, Listed: true}

// ofAnswer tells who says an answer. A status made by the bus is nobody's word but
// the bus's.
func (s Senders) ofAnswer(a *bus.Answer) store.Speaker {
	who := mnemonicKey(a.Sender)
	switch a.Kind {
	case bus.AnswerByBus:
		return store.Speaker{Part: store.PartBus, Mnemonic: who, Listed: slices.Contains(s.Bus, who)}
	case bus.AnswerContent, bus.AnswerRejected, bus.AnswerStatus:
		speaker := s.ofEGISSO(who)
		speaker.Remember = len(s.EGISSO) == 0
		return speaker
	}
	return s.ofEGISSO(who) // what cannot be understood makes nobody known
}

// ofEGISSO tells whether ЕГИССО's word may come by this mnemonic.
func (s Senders) ofEGISSO(who string) store.Speaker {
	return store.Speaker{Part: store.PartEGISSO, Mnemonic: who, Listed: slices.Contains(s.EGISSO, who)}
}

// printable is a mnemonic that can be typed in a command and shown as it is; the
// configuration takes the same. Counted apart: a hundred repetitions of all letters take 5 MB.
func printable(mnemonic string) bool {
	return utf8.RuneCountInString(mnemonic) <= 100 && printableText.MatchString(mnemonic)
}

var printableText = regexp.MustCompile(`^[\p{L}\p{Nd}][\p{L}\p{Nd}._:/-]*$`)

// mnemonicKey is a mnemonic as it is kept, shown and typed. What strangers write may
// hold anything: of what is not printable, or means "nobody" in lists, the hash is kept.
func mnemonicKey(mnemonic string) string {
	mnemonic = strings.TrimSpace(mnemonic)
	if mnemonic == "" || printable(mnemonic) && mnemonic != "none" {
		return mnemonic
	}
	sum := sha256.Sum256([]byte(mnemonic))
	return "sha256:" + hex.EncodeToString(sum[:8])
}

// storeHeard stores an answer and tells when it waits for a person to say who sent it.
func storeHeard(ctx context.Context, s *store.Store, log *slog.Logger, a store.InAnswer) (fresh bool, err error) {
	if fresh, err = s.StoreAnswer(ctx, a); err != nil || !fresh || !a.Verified {
		return fresh, err
	}
	held, err := s.AnswerHeld(ctx, a.ID)
	if held {
		log.Warn("answer of a sender nobody confirmed: stored, not applied", "answer_id", a.ID, "original_message_id", a.OriginalMessageID)
	}
	return fresh, err
}
