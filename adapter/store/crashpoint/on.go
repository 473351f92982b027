//go:build crashpoint

package crashpoint

import (
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
)

var (
	wanted = os.Getenv("CRASHPOINT")
	times  atomic.Int64
)

func init() {
	n, err := strconv.ParseInt(os.Getenv("CRASHPOINT_TIMES"), 10, 64)
	if err != nil {
		n = 1
	}
	times.Store(n)
}

// At is a point of the code.
func At(point string) {
	if point == wanted {
		crash()
	}
}

// Commit is a point before or after the commit of a transaction. The name of the
// transaction may go on with an id, which is not part of the point's name.
func Commit(when, transaction string) {
	if name, ok := strings.CutPrefix(wanted, when+" commit: "); ok && strings.HasPrefix(transaction, name) {
		crash()
	}
}

func crash() {
	if times.Add(-1) == 0 {
		_ = syscall.Kill(syscall.Getpid(), syscall.SIGKILL)
		select {} // the signal is on its way
	}
}
