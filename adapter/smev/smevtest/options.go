package smevtest

import (
	"context"
	"log/slog"
	"time"

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
	Senders        []Sender

	Listen    string // SOAP; "127.0.0.1:0" if empty
	FTPListen string // file storage; "127.0.0.1:0" if empty
	FTPDir    string // folder of the file storage; a temporary one, removed at the end, if empty
	Ledger    string // file of the ledger; in memory only if empty
	Save      string // folder every message and package is written to; none if empty

	Now func() time.Time // clock; time.Now if nil

	Delay            time.Duration // how long ЕГИССО takes to answer
	Interim          bool          // send a protocol with packageStatus 2 before the final one
	RedeliverAfter   time.Duration // an unacknowledged answer is delivered again after this; 15 minutes if 0
	Blocking         bool          // an unacknowledged answer holds back those behind it
	MessageIDAge     time.Duration // older ids are stale; 48 hours if 0
	MessageIDAhead   time.Duration // ids from the future are refused beyond this; 5 minutes if 0
	TimestampMargin  time.Duration // how far Timestamp of a request may be from now; 10 minutes if 0
	AttachmentsLimit int64         // bytes of inline attachments; 5 MiB if 0

	Multipart  Variation // replies as multipart/related instead of text/xml
	EmptyAck   Variation // an empty soap:Body instead of AckResponse
	BareFaults Variation // faults declared Void without Code and Description

	Receiver receiver.Options
	Script   *Script
	Log      *slog.Logger // discarded if nil
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
