package ledger

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Summary counts.
type Summary struct {
	Messages, Attempts, Accepted, Refused int            // of SendRequest and SendResponse
	Responded                             int            // accepted by SendResponse
	Faults                                map[string]int // by name
	Calls                                 map[string]int // by operation; STOR and RETR are transfers
	Troubles                              map[string]int // made by the script, "operation: what"
	Packages                              int
	RecordsAccepted, RecordsRejected      map[string]int // by kind of record
	Answers, Deliveries, Unacked          int            // of all queues
	Pushed                                int            // messages of the request queue
	AcksAccepted, AcksRefused             int
	SameContent                           int // accepted facts that equal another one but for the id
	Violations                            int
}

func newSummary() Summary {
	return Summary{
		Faults:          map[string]int{},
		Calls:           map[string]int{},
		Troubles:        map[string]int{},
		RecordsAccepted: map[string]int{},
		RecordsRejected: map[string]int{},
	}
}

func (s *state) count() Summary {
	sum := s.summary
	sum.Messages = len(s.messages)
	sum.Packages = len(s.packages)
	sum.Answers = len(s.answers)
	sum.Violations = len(s.violations)
	for _, a := range s.answers {
		if !a.acked {
			sum.Unacked++
		}
	}
	for _, counts := range []*map[string]int{
		&sum.Faults, &sum.Calls, &sum.Troubles, &sum.RecordsAccepted, &sum.RecordsRejected,
	} {
		*counts = maps.Clone(*counts)
	}
	return sum
}

// String writes the summary for people.
func (s Summary) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "messages %d (attempts %d, accepted %d, refused %d), packages %d, responses %d\n",
		s.Messages, s.Attempts, s.Accepted, s.Refused, s.Packages, s.Responded)
	for _, part := range []struct {
		title  string
		counts map[string]int
	}{
		{"accepted", s.RecordsAccepted}, {"rejected", s.RecordsRejected}, {"faults", s.Faults},
		{"calls", s.Calls}, {"troubles", s.Troubles},
	} {
		if len(part.counts) == 0 {
			continue
		}
		separator := " "
		if part.title == "troubles" {
			separator = "\n  "
		}
		b.WriteString(part.title + ":")
		for _, k := range slices.Sorted(maps.Keys(part.counts)) {
			fmt.Fprintf(&b, "%s%s %d", separator, k, part.counts[k])
		}
		b.WriteByte('\n')
	}
	fmt.Fprintf(&b, "answers %d (pushed %d), deliveries %d, unacknowledged %d, acks refused %d\n",
		s.Answers, s.Pushed, s.Deliveries, s.Unacked, s.AcksRefused)
	fmt.Fprintf(&b, "facts equal to another one %d, violations %d\n", s.SameContent, s.Violations)
	return b.String()
}
