package smevtest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Rule is one kind of trouble for the next calls of one operation. The file
// form is {"rules":[{"on":"SendRequest","times":3,"fault":"SMEVFailure"}]};
// names are the ones below in lower camel case, durations are like "1.5s".
type Rule struct {
	// On is the operation (SendRequest, GetResponse, Ack, ...), "*" for every
	// SOAP operation, or of the file storage "LOGIN", "STOR" (an upload) or
	// "RETR" (a download).
	On string `json:"on"`
	// Skip lets that many calls pass first; Times is how many calls the rule
	// is for: 1 if 0, all if negative.
	Skip  int `json:"skip,omitempty"`
	Times int `json:"times,omitempty"`

	// Fault is the name of a fault to give instead of doing the call, such as
	// "SMEVFailure" or "SignatureVerificationFault/CertificateIsExpired".
	Fault string `json:"fault,omitempty"`
	// Status is the HTTP status of that fault, 500 if 0, or of Garbage, 200 if 0.
	Status int `json:"status,omitempty"`
	// Drop closes the connection without a reply: "before" or "after" the call
	// or transfer was done.
	Drop string `json:"drop,omitempty"`
	// Garbage replies with something that is not an answer after the call was
	// done; see GarbageNames.
	Garbage string `json:"garbage,omitempty"`
	// Form writes the reply in a legal but unusual form: "bom" before the XML,
	// "charRefs" for every character that is not ASCII.
	Form string `json:"form,omitempty"`
	// Tamper changes the signed part of the reply after signing, or a download.
	Tamper bool `json:"tamper,omitempty"`
	// Delay holds the reply back.
	Delay Duration `json:"delay,omitempty"`
	// Piece makes a reply or transfer come so many bytes at a time, with a pause
	// of Pace before each (Piece is 1 if only Pace is given); CutAfter breaks it
	// after that many bytes.
	Pace     Duration `json:"pace,omitempty"`
	Piece    int      `json:"piece,omitempty"`
	CutAfter int64    `json:"cutAfter,omitempty"`
	// Refuse makes the file storage reply with an error: "denied", "missing" or
	// "full".
	Refuse string `json:"refuse,omitempty"`

	// Of SendRequest and SendResponse: Reject makes the bus refuse
	// asynchronously with this fault; StatusBy is the way of that and of other
	// statuses, if not that of the Options.
	Reject   string      `json:"reject,omitempty"`
	StatusBy StatusRoute `json:"statusBy,omitempty"`

	// Of SendRequest: RequestRejected makes ЕГИССО refuse with this code;
	// Statuses are categories of AsyncProcessingStatus, RequestStatus is a
	// status of ЕГИССО, Interim a protocol with packageStatus 2, all sent before
	// the answer or, with StatusLast, after it; AnswerDelay is added to the time
	// the answer takes; NoAnswer leaves it out; Twice sends it under two ids.
	RequestRejected string   `json:"requestRejected,omitempty"`
	Statuses        []string `json:"statuses,omitempty"`
	RequestStatus   bool     `json:"requestStatus,omitempty"`
	Interim         bool     `json:"interim,omitempty"`
	StatusLast      bool     `json:"statusLast,omitempty"`
	AnswerDelay     Duration `json:"answerDelay,omitempty"`
	NoAnswer        bool     `json:"noAnswer,omitempty"`
	Twice           bool     `json:"twice,omitempty"`
	// Answers is the form of the answer, if not that of the Options; File spoils
	// an answer that is a file: "badHash", "badSignature" or "missing".
	Answers AnswerForm `json:"answers,omitempty"`
	File    string     `json:"file,omitempty"`
	// Protocol makes the final protocol odd: "withoutNumbers" says that the package
	// was processed and nothing else, "tooManySuccesses" names more than came.
	Protocol string `json:"protocol,omitempty"`
	// Oddity puts before the answer one that is not expected: "unknownContent"
	// of no known kind, "foreign" to a message nobody sent, "withoutOriginal"
	// which leaves out the id of what it answers.
	Oddity string `json:"oddity,omitempty"`

	// Of SendRequest, too: Stranger is the mnemonic of another system that answers
	// the message besides, by a message of the kind Says: "content" (what ЕГИССО
	// itself answers, if empty), "rejected", "status" or "asyncStatus"; AnswerFrom
	// takes ЕГИССО's place and StatusFrom the bus's, in the metadata of what they
	// say. "none" is nobody: no mnemonic at all.
	Stranger   string `json:"stranger,omitempty"`
	Says       string `json:"says,omitempty"`
	AnswerFrom string `json:"answerFrom,omitempty"`
	StatusFrom string `json:"statusFrom,omitempty"`
	// Of every operation: Impostor signs the reply with the key of Options.Impostor.
	Impostor bool `json:"impostor,omitempty"`

	// Of Get...: Duplicate delivers the message again at the next call; Newest
	// delivers the newest message instead of the oldest.
	// Of Ack: Duplicate delivers the message once more although acknowledged.
	Duplicate bool `json:"duplicate,omitempty"`
	Newest    bool `json:"newest,omitempty"`

	name string // of injected trouble
}

// Duration is a time.Duration written like "1.5s".
type Duration time.Duration

// MarshalText implements encoding.TextMarshaler.
func (d Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (d *Duration) UnmarshalText(text []byte) error {
	v, err := time.ParseDuration(string(text))
	*d = Duration(v)
	return err
}

var (
	soapOperations    = []string{"SendRequest", "SendResponse", "GetRequest", "GetResponse", "GetStatus", "Ack", "GetIncomingQueueStatistics"}
	storageOperations = []string{"LOGIN", "STOR", "RETR"}
)

// check reports everything that is not a rule.
func (r Rule) check() error {
	var errs []error
	if r.On != "*" && !slices.Contains(soapOperations, r.On) && !slices.Contains(storageOperations, r.On) {
		errs = append(errs, fmt.Errorf("no operation %q to script", r.On))
	}
	for _, f := range []string{r.Fault, r.Reject} {
		if name, _, _ := strings.Cut(f, "/"); f != "" && !slices.Contains(FaultNames(), name) {
			errs = append(errs, fmt.Errorf("no fault %q", f))
		}
	}
	for _, f := range []struct {
		field, value string
		allowed      []string
	}{
		{"drop", r.Drop, []string{"before", "after"}},
		{"garbage", r.Garbage, GarbageNames()},
		{"form", r.Form, []string{"bom", "charRefs"}},
		{"refuse", r.Refuse, []string{"denied", "missing", "full"}},
		{"answers", string(r.Answers), []string{string(AnswerInline), string(AnswerFile), string(AnswerAttachment)}},
		{"statusBy", string(r.StatusBy), []string{string(StatusByGetResponse), string(StatusByGetStatus), string(StatusByBoth)}},
		{"file", r.File, []string{"badHash", "badSignature", "missing"}},
		{"protocol", r.Protocol, []string{protocolWithoutNumbers, protocolTooManySuccesses}},
		{"oddity", r.Oddity, []string{"unknownContent", "foreign", "withoutOriginal"}},
		{"says", r.Says, []string{"content", "rejected", "status", "asyncStatus"}},
		{"requestRejected", r.RequestRejected, []string{"ACCESS_DENIED", "NO_DATA", "UNKNOWN_REQUEST_DESCRIPTION", "FAILURE"}},
	} {
		if f.value != "" && !slices.Contains(f.allowed, f.value) {
			errs = append(errs, fmt.Errorf("%s must be one of %s, not %q", f.field, strings.Join(f.allowed, ", "), f.value))
		}
	}
	return errors.Join(errs...)
}

// label says for the ledger what a rule did to a call.
func (r Rule) label() string {
	if r.name != "" {
		return r.name
	}
	var parts []string
	for _, p := range []struct {
		made bool
		text string
	}{
		{r.Fault != "", "fault"}, {r.Drop != "", "drop " + r.Drop}, {r.Garbage != "", "garbage " + r.Garbage},
		{r.Form != "", r.Form}, {r.Tamper, "tamper"}, {r.CutAfter > 0, "cut"}, {r.Pace > 0 || r.Piece > 0, "slow"}, {r.Delay > 0, "delay"},
		{r.Refuse != "", "refuse " + r.Refuse}, {r.Reject != "", "reject"}, {r.RequestRejected != "", "requestRejected"},
		{len(r.Statuses) > 0, "statuses"}, {r.RequestStatus, "requestStatus"}, {r.Interim, "interim"},
		{r.StatusLast, "statusLast"}, {r.AnswerDelay > 0, "late"}, {r.NoAnswer, "noAnswer"}, {r.Twice, "twice"},
		{r.Protocol != "", r.Protocol}, {r.Oddity != "", r.Oddity}, {r.File != "", r.File},
		{r.Stranger != "", "stranger"}, {r.AnswerFrom != "", "answerFrom"}, {r.StatusFrom != "", "statusFrom"}, {r.Impostor, "impostor"},
		{r.Duplicate, "duplicate"}, {r.Newest, "newest"},
	} {
		if p.made {
			parts = append(parts, p.text)
		}
	}
	return strings.Join(parts, ", ")
}
