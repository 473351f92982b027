package smevtest

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"time"
)

// Script makes trouble on demand. Each call looks for the first rule for its
// operation that still has calls to spend. The zero Script makes none. It may
// be changed at any time.
type Script struct {
	mu    sync.Mutex
	rules []Rule
}

// Rule is one kind of trouble for the next calls of one operation. The file
// form is {"rules":[{"on":"SendRequest","times":3,"fault":"SMEVFailure"}]};
// names are the ones below in lower camel case, durations are like "1.5s".
type Rule struct {
	// On is the operation (SendRequest, GetResponse, Ack, ...), "STOR" for an
	// upload to the file storage, or "*" for every SOAP operation.
	On string `json:"on"`
	// Skip lets that many calls pass first; Times is how many calls the rule
	// is for: 1 if 0, all if negative.
	Skip  int `json:"skip,omitempty"`
	Times int `json:"times,omitempty"`

	// Fault is the name of a fault to give instead of doing the call, such as
	// "SMEVFailure" or "SignatureVerificationFault/CertificateIsExpired".
	Fault string `json:"fault,omitempty"`
	// Status is the HTTP status of that fault, 500 if 0.
	Status int `json:"status,omitempty"`
	// Drop closes the connection without a reply: "before" or "after" the call
	// was done.
	Drop string `json:"drop,omitempty"`
	// Garbage replies with something that is not an answer after the call was
	// done: "html", "truncated", "empty", "soap" (an envelope of something else).
	Garbage string `json:"garbage,omitempty"`
	// Tamper changes the signed part of the reply after signing.
	Tamper bool `json:"tamper,omitempty"`
	// Delay holds the reply back.
	Delay Duration `json:"delay,omitempty"`

	// Of SendRequest: Reject makes the bus refuse asynchronously with this
	// fault; RequestRejected makes ЕГИССО refuse with this code; RequestStatus
	// sends a status before the answer; AnswerDelay is added to the time the
	// answer takes; NoAnswer leaves it out.
	Reject          string   `json:"reject,omitempty"`
	RequestRejected string   `json:"requestRejected,omitempty"`
	RequestStatus   bool     `json:"requestStatus,omitempty"`
	AnswerDelay     Duration `json:"answerDelay,omitempty"`
	NoAnswer        bool     `json:"noAnswer,omitempty"`
	// Interim sends a protocol with packageStatus 2 first.
	Interim bool `json:"interim,omitempty"`

	// Of GetResponse: Duplicate delivers the answer again at the next call;
	// Newest delivers the newest answer instead of the oldest.
	// Of Ack: Duplicate delivers the answer once more although acknowledged.
	Duplicate bool `json:"duplicate,omitempty"`
	Newest    bool `json:"newest,omitempty"`

	// Of STOR: CutAfter breaks the upload after that many bytes.
	CutAfter int64 `json:"cutAfter,omitempty"`
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

// ReadScript reads a script from a JSON file.
func ReadScript(path string) (*Script, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read script: %w", err)
	}
	var file struct {
		Rules []Rule `json:"rules"`
	}
	dec := json.NewDecoder(strings.NewReader(string(b)))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&file); err != nil {
		return nil, fmt.Errorf("read script %s: %w", path, err)
	}
	s := &Script{}
	for i, r := range file.Rules {
		if err := s.Add(r); err != nil {
			return nil, fmt.Errorf("read script %s: rule %d: %w", path, i+1, err)
		}
	}
	return s, nil
}

var scriptable = []string{"*", "STOR", "SendRequest", "SendResponse", "GetRequest", "GetResponse",
	"GetStatus", "Ack", "GetIncomingQueueStatistics"}

// Add appends a rule.
func (s *Script) Add(r Rule) error {
	if !slices.Contains(scriptable, r.On) {
		return fmt.Errorf("no operation %q to script", r.On)
	}
	for _, f := range []string{r.Fault, r.Reject} {
		if name, _, _ := strings.Cut(f, "/"); f != "" && !slices.Contains(FaultNames(), name) {
			return fmt.Errorf("no fault %q", f)
		}
	}
	if !slices.Contains([]string{"", "before", "after"}, r.Drop) {
		return fmt.Errorf("drop must be before or after, not %q", r.Drop)
	}
	if _, ok := garbage[r.Garbage]; r.Garbage != "" && !ok {
		return fmt.Errorf("no garbage %q", r.Garbage)
	}
	if r.Times == 0 {
		r.Times = 1
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rules = append(s.rules, r)
	return nil
}

// Clear removes all rules.
func (s *Script) Clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rules = nil
}

// Left counts the rules that have calls to spend.
func (s *Script) Left() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, r := range s.rules {
		if r.Times != 0 {
			n++
		}
	}
	return n
}

// next spends one call of the rule for the operation.
func (s *Script) next(operation string) Rule {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.rules {
		r := &s.rules[i]
		if r.Times == 0 || r.On != operation && (r.On != "*" || operation == "STOR") {
			continue
		}
		if r.Skip > 0 {
			r.Skip--
			return Rule{}
		}
		if r.Times > 0 {
			r.Times--
		}
		return *r
	}
	return Rule{}
}

// label says for the ledger what a rule did to a call.
func (r Rule) label() string {
	switch {
	case r.Fault != "":
		return "fault"
	case r.Drop != "":
		return "drop " + r.Drop
	case r.Garbage != "":
		return "garbage " + r.Garbage
	case r.Tamper:
		return "tamper"
	}
	return ""
}
