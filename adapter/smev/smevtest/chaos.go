package smevtest

import (
	"errors"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// Chaos injects trouble of all kinds at random. What happens to the n-th call
// of an operation depends on the seed, the operation and n only, so a run can
// be repeated whatever the order in which different operations come.
//
// Nothing it does loses a message for good or decides its outcome, except what
// the kind "refusal" does, which has to be asked for: a gateway that is right
// gets everything through.
type Chaos struct {
	Seed  uint64  `json:"seed"`
	Share float64 `json:"share"`           // of calls that meet trouble, 0 to 1
	Calls int     `json:"calls,omitempty"` // of each operation; without end if 0
	// Kinds are the ones to make (see TroubleKinds); all but "refusal" if empty.
	Kinds []string `json:"kinds,omitempty"`
	// MaxDelay bounds the pauses of slow and late replies, by the machine's
	// clock: 20 ms if 0. MaxLate bounds how much later than usual an answer
	// comes, by the clock of the bus: a minute if 0.
	MaxDelay Duration `json:"maxDelay,omitempty"`
	MaxLate  Duration `json:"maxLate,omitempty"`
}

// refusal is the kind of trouble that decides a message's outcome.
const refusal = "refusal"

// trouble is one thing that may happen.
type trouble struct {
	kind, name string
	on         []string
	make       func(d *dice, r *rand.Rand) Rule
}

var (
	sending  = []string{"SendRequest", "SendResponse"}
	taking   = []string{"GetRequest", "GetResponse", "GetStatus"}
	everyone = slices.Concat(sending, taking, []string{"Ack", "GetIncomingQueueStatistics"})
	transfer = []string{"STOR", "RETR"}
)

// fixed is trouble without a choice.
func fixed(r Rule) func(*dice, *rand.Rand) Rule {
	return func(*dice, *rand.Rand) Rule { return r }
}

var troubles = []trouble{
	{"fault", "SMEVFailure", everyone, fixed(Rule{Fault: "SMEVFailure"})},
	{"fault", "DestinationOverflow", sending, fixed(Rule{Fault: "DestinationOverflow"})},
	{"fault", "QuoteLimitExceeded", sending, fixed(Rule{Fault: "QuoteLimitExceeded"})},
	{"fault", "fault with status 200", everyone, fixed(Rule{Fault: "SMEVFailure", Status: 200})},

	{"transport", "dropped before", everyone, fixed(Rule{Drop: "before"})},
	{"transport", "dropped after", everyone, fixed(Rule{Drop: "after"})},
	{"transport", "502", everyone, fixed(Rule{Garbage: "html", Status: 502})},
	{"transport", "503", everyone, fixed(Rule{Garbage: "empty", Status: 503})},

	{"garbage", "html", everyone, fixed(Rule{Garbage: "html"})},
	{"garbage", "empty", everyone, fixed(Rule{Garbage: "empty"})},
	{"garbage", "truncated", everyone, fixed(Rule{Garbage: "truncated"})},
	{"garbage", "other element", everyone, fixed(Rule{Garbage: "soap"})},
	{"garbage", "broken multipart", everyone, fixed(Rule{Garbage: "boundary"})},
	{"garbage", "unknown child", []string{"GetResponse"}, fixed(Rule{Garbage: "unknownChild", Duplicate: true})},

	{"stream", "cut", everyone, func(_ *dice, r *rand.Rand) Rule { return Rule{CutAfter: 1 + r.Int64N(2000)} }},
	{"stream", "slow", everyone, func(d *dice, r *rand.Rand) Rule {
		return Rule{Piece: 1 + r.IntN(500), Pace: d.pause(r) / 20}
	}},
	{"stream", "byte by byte", everyone, fixed(Rule{Piece: 1})},
	{"stream", "delayed", everyone, func(d *dice, r *rand.Rand) Rule { return Rule{Delay: d.pause(r)} }},

	{"form", "byte order mark", everyone, fixed(Rule{Form: "bom"})},
	{"form", "character references", everyone, fixed(Rule{Form: "charRefs"})},

	{"signature", "tampered", taking, fixed(Rule{Tamper: true, Duplicate: true})},

	{"answer", "statuses before", []string{"SendRequest"}, fixed(Rule{Statuses: []string{"requestIsAcceptedBySmev", "underProcessing"}, RequestStatus: true})},
	{"answer", "statuses after", []string{"SendRequest"}, fixed(Rule{Statuses: []string{"underProcessing"}, RequestStatus: true, Interim: true, StatusLast: true})},
	{"answer", "interim", []string{"SendRequest"}, fixed(Rule{Interim: true})},
	{"answer", "late", []string{"SendRequest"}, func(d *dice, r *rand.Rand) Rule {
		return Rule{AnswerDelay: Duration(1 + r.Int64N(int64(d.MaxLate)))}
	}},
	{"answer", "twice", []string{"SendRequest"}, fixed(Rule{Twice: true})},

	{"oddity", "unknown content", []string{"SendRequest"}, fixed(Rule{Oddity: "unknownContent"})},
	{"oddity", "foreign answer", []string{"SendRequest"}, fixed(Rule{Oddity: "foreign"})},

	{"delivery", "again", taking, fixed(Rule{Duplicate: true})},
	{"delivery", "out of order", []string{"GetResponse", "GetRequest"}, fixed(Rule{Newest: true})},
	{"delivery", "again after ack", []string{"Ack"}, fixed(Rule{Duplicate: true})},

	{"storage", "login refused", []string{"LOGIN"}, fixed(Rule{Refuse: "denied"})},
	{"storage", "login cut", []string{"LOGIN"}, fixed(Rule{Drop: "before"})},
	{"storage", "cut", transfer, func(_ *dice, r *rand.Rand) Rule { return Rule{CutAfter: 1 + r.Int64N(5000)} }},
	{"storage", "disconnected", transfer, func(_ *dice, r *rand.Rand) Rule {
		return Rule{CutAfter: 1 + r.Int64N(5000), Drop: "after"}
	}},
	{"storage", "reply lost", []string{"STOR"}, fixed(Rule{Drop: "after"})},
	{"storage", "slow", transfer, func(d *dice, r *rand.Rand) Rule { return Rule{Piece: 1 + r.IntN(2000), Pace: d.pause(r) / 20} }},
	{"storage", "full", []string{"STOR"}, fixed(Rule{Refuse: "full"})},
	{"storage", "changed", []string{"RETR"}, fixed(Rule{Tamper: true})},

	{refusal, "refused by the bus", sending, fixed(Rule{Reject: "InvalidContent"})},
	{refusal, "rejected", []string{"SendRequest"}, fixed(Rule{RequestRejected: "FAILURE"})},
	{refusal, "no answer", []string{"SendRequest"}, fixed(Rule{NoAnswer: true})},
	{refusal, "file does not match", []string{"SendRequest"}, fixed(Rule{Answers: AnswerFile, File: "badHash"})},
}

// TroubleKinds lists the kinds of trouble a Chaos can make.
func TroubleKinds() []string {
	var kinds []string
	for _, t := range troubles {
		if !slices.Contains(kinds, t.kind) {
			kinds = append(kinds, t.kind)
		}
	}
	return kinds
}

// dice is a Chaos at work. The nil dice makes no trouble.
type dice struct {
	Chaos
	byOperation map[string][]trouble
	count       map[string]int
}

// SetChaos starts trouble at random, in place of the chaos there was.
func (s *Script) SetChaos(c Chaos) error {
	if c.Share < 0 || c.Share > 1 {
		return errors.New("share must be between 0 and 1")
	}
	if c.MaxDelay == 0 {
		c.MaxDelay = Duration(20 * time.Millisecond)
	}
	if c.MaxLate == 0 {
		c.MaxLate = Duration(time.Minute)
	}
	if c.MaxDelay < 0 || c.MaxLate < 0 {
		return errors.New("maxDelay and maxLate must not be negative")
	}
	d := &dice{Chaos: c, byOperation: map[string][]trouble{}, count: map[string]int{}}
	for _, k := range c.Kinds {
		if !slices.Contains(TroubleKinds(), k) {
			return fmt.Errorf("no kind of trouble %q; there are %s", k, strings.Join(TroubleKinds(), ", "))
		}
	}
	for _, t := range troubles {
		if len(c.Kinds) == 0 && t.kind == refusal || len(c.Kinds) > 0 && !slices.Contains(c.Kinds, t.kind) {
			continue
		}
		for _, operation := range t.on {
			d.byOperation[operation] = append(d.byOperation[operation], t)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.chaos = d
	return nil
}

// roll decides what happens to the next call of an operation.
func (d *dice) roll(operation string) Rule {
	if d == nil {
		return Rule{}
	}
	d.count[operation]++
	n := d.count[operation]
	choices := d.byOperation[operation]
	if len(choices) == 0 || d.Calls > 0 && n > d.Calls {
		return Rule{}
	}
	h := fnv.New64a()
	_, _ = fmt.Fprintf(h, "%s %d", operation, n) // a hash takes everything
	r := rand.New(rand.NewPCG(d.Seed, h.Sum64()))
	if r.Float64() >= d.Share {
		return Rule{}
	}
	t := choices[r.IntN(len(choices))]
	rule := t.make(d, r)
	rule.name = t.kind + ": " + t.name
	return rule
}

// pause is a random pause of the machine's clock.
func (d *dice) pause(r *rand.Rand) Duration { return Duration(1 + r.Int64N(int64(d.MaxDelay))) }
