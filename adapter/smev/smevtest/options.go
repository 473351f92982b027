package smevtest

import (
	"context"
	"log/slog"
	"time"

	"egissogw/adapter/smev/smevtest/filestore"
	"egissogw/adapter/smev/smevtest/receiver"
	"egissogw/crypto/cert"
)

// Signer signs for the bus and for the receiver behind it.
type Signer interface {
	Certificate() *cert.Certificate
	SignDigest(ctx context.Context, digest []byte) ([]byte, error)
}

// Sender is a participant the bus knows.
type Sender struct {
	Mnemonic    string
	Name        string // shown in MessageMetadata
	Certificate *cert.Certificate
}

// Variation says how often the bus uses one of two legal forms.
type Variation int

// Alternate is the default: a correct client copes with both.
const (
	Alternate Variation = iota // every other time
	Never
	Always
)

// Options configure a Bus. Only Signer is obligatory.
type Options struct {
	Signer         Signer // ЭП-СМЭВ
	ReceiverSigner Signer // ЭП-ОВ of ЕГИССО; the bus's own if nil
	Impostor       Signer // signs in the bus's place where a Rule says so
	Senders        []Sender

	Listen    string // SOAP; "127.0.0.1:0" if empty
	FTPListen string // file storage; "127.0.0.1:0" if empty
	FTPDir    string // folder of the file storage; a temporary one, removed at the end, if empty
	Ledger    string // file of the ledger; in memory only if empty
	Save      string // folder every message and package is written to; none if empty

	Now func() time.Time // clock; time.Now if nil. See Clock

	Delay   time.Duration // how long ЕГИССО takes to answer
	Interim bool          // send a protocol with packageStatus 2 before the final one
	Answers AnswerForm    // how protocols for 10.10.I come: in the message, or as a file

	// Redelivery (adapter/smev/SPEC.md#flow; the real rules are not known).
	RedeliverAfter time.Duration // an unacknowledged answer is delivered again after this; 15 minutes if 0, at once if negative
	RedeliverLimit int           // so often at most; without limit if 0
	Blocking       bool          // an unacknowledged answer holds back those behind it
	Statuses       StatusRoute   // which call hands out the bus's own statuses
	StatusAck      bool          // messages of GetStatus, too, come again until acknowledged

	// Limits.
	MessageIDAge     time.Duration // older ids are stale; 48 hours if 0
	MessageIDAhead   time.Duration // ids from the future are refused beyond this; 5 minutes if 0
	TimestampMargin  time.Duration // how far Timestamp of a request may be from now; 10 minutes if 0
	AttachmentsLimit int64         // bytes of inline attachments; 5 MiB if 0
	Quota            int64         // bytes of files each sender may have in the bus: QuoteLimitExceeded; no quota if 0
	QuotaHold        time.Duration // how long a file counts; 24 hours if 0
	QueueLimit       int           // messages ЕГИССО may be behind, and answers a participant: DestinationOverflow; no limit if 0
	Rate             Rate          // of calls of each sender; no limit if zero

	// Forms.
	Multipart  Variation // replies as multipart/related instead of text/xml
	XOP        Variation // binary values of such replies as parts, also inside signed blocks
	EmptyAck   Variation // an empty soap:Body instead of AckResponse
	BareFaults Variation // faults declared Void without Code and Description

	// Files handed out (adapter/smev/SPEC.md#receiving-a-file).
	Logins         filestore.Logins
	LoginsEndAtAck bool // an acknowledgement ends the logins of the message's files
	Subfolder      bool // the file is found only with CWD uuid
	NoEPSV, NoSIZE bool // commands the file storage refuses

	Receiver receiver.Options
	Script   *Script
	Log      *slog.Logger // discarded if nil
}

// AnswerForm is how a protocol comes.
type AnswerForm string

// Forms of answers to 10.10.I.
const (
	AnswerInline     AnswerForm = "inline"     // in the primary content (10.10.I-1.0.3); the default
	AnswerFile       AnswerForm = "file"       // as a file in the storage (10.10.I-1.0.4)
	AnswerAttachment AnswerForm = "attachment" // as an attachment of the message (10.10.I-1.0.4)
)

// StatusRoute is the way of AsyncProcessingStatus to a participant.
type StatusRoute string

// Ways of statuses.
const (
	StatusByGetResponse StatusRoute = "GetResponse" // the default
	StatusByGetStatus   StatusRoute = "GetStatus"
	StatusByBoth        StatusRoute = "both"
)

// Rate limits calls.
type Rate struct {
	Calls int           // so many are let through
	Per   time.Duration // in any window of this length, by the clock of the bus
	Fault string        // name of the fault given to the others; HTTP 503 with Retry-After if empty
}

// Mnemonics of the two systems the simulator plays.
const (
	busMnemonic      = "SMEV"
	busName          = "СМЭВ"
	receiverMnemonic = "EGISSO"
	receiverName     = "ЕГИССО"
)

func (o Options) withDefaults() Options {
	if o.ReceiverSigner == nil {
		o.ReceiverSigner = o.Signer
	}
	for _, d := range []struct {
		field *time.Duration
		value time.Duration
	}{
		{&o.RedeliverAfter, 15 * time.Minute},
		{&o.MessageIDAge, 48 * time.Hour},
		{&o.MessageIDAhead, 5 * time.Minute},
		{&o.TimestampMargin, 10 * time.Minute},
		{&o.QuotaHold, 24 * time.Hour},
	} {
		if *d.field == 0 {
			*d.field = d.value
		}
	}
	for _, s := range []*string{&o.Listen, &o.FTPListen} {
		if *s == "" {
			*s = "127.0.0.1:0"
		}
	}
	if o.AttachmentsLimit == 0 {
		o.AttachmentsLimit = 5 << 20
	}
	if o.Answers == "" {
		o.Answers = AnswerInline
	}
	if o.Statuses == "" {
		o.Statuses = StatusByGetResponse
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Script == nil {
		o.Script = &Script{}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o
}
