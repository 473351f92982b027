package fault

import (
	"context"
	"regexp"
	"strings"
	"syscall"
)

// sqlState is the code of PostgreSQL in the text of an error.
var sqlState = regexp.MustCompile(`\(SQLSTATE ([0-9A-Z]{5})\)`)

// keptCauses are the words of the system in kept texts, and what they were before they were kept.
var keptCauses = []struct {
	words string
	err   error
}{
	{"connection refused", syscall.ECONNREFUSED},
	{"no route to host", syscall.EHOSTUNREACH},
	{"network is unreachable", syscall.ENETUNREACH},
	{"connection reset by peer", syscall.ECONNRESET},
	{"i/o timeout", context.DeadlineExceeded},
	{"context deadline exceeded", context.DeadlineExceeded},
}

// Cause says in Russian what the kept text of an error means; what is not known stays as it
// was kept. The whole text is in the table of jobs and in the database.
func Cause(kept string) string {
	if code := sqlState.FindStringSubmatch(kept); code != nil && strings.Contains(kept, "failed to connect") {
		if text := connectTexts[code[1]]; text != "" {
			return text
		}
	}
	switch {
	case strings.Contains(kept, "no space left on device"):
		return "на диске кончилось место"
	case strings.Contains(kept, "read-only file system"):
		return "файловая система только для чтения"
	}
	for _, c := range keptCauses {
		if strings.Contains(kept, c.words) {
			return Network(c.err)
		}
	}
	return kept
}
