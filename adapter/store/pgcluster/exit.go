package pgcluster

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// exitSource ends a process where PostgreSQL has done all of its own and would leave the
// rest to the libraries it is linked with. They take themselves apart, OpenSSL above
// all, in memory that is copied page by page for it: half of what a short session costs.
const exitSource = "#include <unistd.h>\nvoid exit(int code) { _exit(code); }\n"

// exitName is its library, in the data directory of prepared clusters and their copies.
const exitName = "exit.so"

// makeExit builds the library. Without a compiler there is none, and sessions end slowly.
func (c *Cluster) makeExit(ctx context.Context) {
	cmd := exec.CommandContext(ctx, "gcc", "-shared", "-fPIC", "-x", "c", "-o", c.exitLibrary(), "-")
	cmd.Stdin = strings.NewReader(exitSource)
	if cmd.Run() != nil || c.account.own(c.exitLibrary()) != nil {
		_ = os.Remove(c.exitLibrary())
	}
}

func (c *Cluster) exitLibrary() string { return filepath.Join(c.dataDir(), exitName) }

// preload is what the server's environment says of the library: nothing, where there is none.
func (c *Cluster) preload() []string {
	path := c.exitLibrary()
	if _, err := os.Stat(path); err != nil || strings.ContainsAny(path, " :") { // they separate libraries
		return nil
	}
	return []string{"LD_PRELOAD=" + path}
}
