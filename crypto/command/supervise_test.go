package command_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"egissogw/crypto/command"
	"egissogw/crypto/gost3410"
	"egissogw/crypto/signertest"
)

// runaway starts processes in every way there is to get away from a parent: in the background,
// in a session of their own, after two forks, without the environment, deaf to signals. Each writes
// its number to a file of the folder $1 and goes on for ever; then $2 is done.
const runaway = `
cd "$1"
forever='trap "" HUP INT TERM; echo $$ >"$0"; while :; do sleep 600; done'
sh -c "$forever" background &
setsid sh -c "$forever" session &
(setsid sh -c "$forever" orphan >/dev/null 2>&1 </dev/null &)
env -i /usr/bin/setsid /bin/sh -c "(/usr/bin/setsid /bin/sh -c 'trap \"\" HUP INT TERM; echo \$\$ >twice; while :; do /bin/sleep 600; done' &) & exit" &
nohup setsid sh -c "(setsid sh -c '$forever' deep &) ; sleep 600" >/dev/null 2>&1 &
for name in background session orphan twice deep; do
	while [ ! -s "$name" ]; do sleep 0.01; done
done
eval "$2"
`

// TestNothingOutlivesARun: whatever the program started has ended when the run has, whether it was
// stopped, failed or went well. It is run by this very executable.
func TestNothingOutlivesARun(t *testing.T) {
	if _, err := os.Stat("/usr/bin/setsid"); err != nil {
		t.Fatal("util-linux is on every Debian: ", err)
	}
	command.SetSupervisor("")
	t.Cleanup(func() { command.SetSupervisor(programPath) })
	b := newBench(t, gost3410.CryptoProA())
	stopped := errors.New("the gateway stops")
	const ready = `; echo $$ >ready.pid; mv ready.pid ready; `
	for name, tt := range map[string]struct {
		end  string
		want error // stopped: by the gateway, when the program is ready
	}{
		"too slow":                        {ready + "sleep 600", stopped},
		"failed":                          {"exit 3", command.ErrFailed},
		"without a signature":             {"exit 0", command.ErrOutput},
		"killed":                          {"kill -9 $$", command.ErrFailed},
		"killed with its group":           {"kill -9 0", command.ErrFailed},
		"its parent told to stop":         {"kill -TERM $PPID; sleep 600", command.ErrFailed},
		"children keep the output":        {"exec >&-" + ready + "sleep 600", stopped},
		"output closed by the program":    {"exec >&- 2>&-; exit 4", command.ErrFailed},
		"stopped, which only kill ends":   {ready + "kill -STOP $$", stopped},
		"its children stopped themselves": {"kill -STOP $(cat background session orphan twice deep)" + ready + "sleep 600", stopped},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			signer, err := command.New(b.Certificate, command.Options{
				Path: "/bin/sh", Args: []string{"-c", runaway, "sh", dir, strings.TrimPrefix(tt.end, "; ")}, Timeout: 10 * time.Minute,
				Clock: func() time.Time { return signertest.Begin.Add(time.Hour) },
			})
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancelCause(t.Context())
			defer cancel(nil)
			if tt.want == stopped {
				go func() {
					waitUntilReady(ctx, filepath.Join(dir, "ready"), strings.Contains(tt.end, "-STOP $$"))
					cancel(stopped)
				}()
			}
			if _, err := signer.SignDigest(ctx, digestFor(b)); !errors.Is(err, tt.want) {
				t.Errorf("error %v, want %v", err, tt.want)
			}
			for _, name := range []string{"background", "session", "orphan", "twice", "deep"} {
				if pid := readPID(t, filepath.Join(dir, name)); running(pid, dir) {
					t.Errorf("%s still runs", name)
				}
			}
		})
	}
}

// waitUntilReady waits for the file with a process number, and for that process to be stopped if
// it is to be.
func waitUntilReady(ctx context.Context, file string, stopped bool) {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case <-tick.C:
		}
		pid, err := os.ReadFile(file)
		if err == nil {
			stat, err := os.ReadFile("/proc/" + strings.TrimSpace(string(pid)) + "/stat")
			if !stopped || err != nil || strings.Contains(string(stat), ") T ") {
				return
			}
		}
	}
}

func readPID(t *testing.T, file string) int {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

// running tells whether a process lives in the folder: its number may be another's by now.
func running(pid int, dir string) bool {
	cwd, err := os.Readlink(fmt.Sprintf("/proc/%d/cwd", pid))
	return err == nil && cwd == dir
}

// TestSecretsOfArgumentsAreStruckOut: programs repeat how they were called, in many ways.
func TestSecretsOfArgumentsAreStruckOut(t *testing.T) {
	b := newBench(t, gost3410.CryptoProA())
	const repeats = `echo "$0 $*"; printf '%s\n' "$@"; echo "$*" | tr a-z A-Z; for a in "$@"; do echo "bad '$a'"; done`
	for i, args := range [][]string{
		{"-pin=tAiNa1"}, {"--pin", "tAiNa1"}, {"-pin:tAiNa1"}, {"/pin:tAiNa1"}, {"-ptAiNa1"}, {"-pintAiNa1"}, {"--Password=tAiNa1"}, {"-passin", "pass:tAiNa1"},
		{"-passin=pass:tAiNa1"}, {"pkcs11:token=x;pin-value=tAiNa1"}, {"-uri", "pkcs11:token=x?pin-value=tAiNa1&a=b"}, {"https://user:tAiNa1@host/"},
		{"-anything", "tAiNa1"}, {"tAiNa1"}, {"-k", "a=tAiNa1"}, {"--user=x,secret=tAiNa1"}, {"-pin", "tAiNa1 with  blanks"}, {"-pin", "tAiNa1\nof two lines"},
		{"-auth", "login:tAiNa1"},
	} {
		script := repeats + "; exit 1"
		if i%2 == 0 {
			script = "{ " + repeats + "; } >&2; exit 1"
		}
		signer, err := command.New(b.Certificate, command.Options{
			Path: "/bin/sh", Args: append([]string{"-c", script, "/opt/signer"}, args...),
			Clock: func() time.Time { return signertest.Begin.Add(time.Hour) },
		})
		if err != nil {
			t.Fatal(err)
		}
		_, err = signer.SignDigest(t.Context(), digestFor(b))
		if !errors.Is(err, command.ErrFailed) || strings.Contains(strings.ToLower(err.Error()), "taina") || !strings.Contains(err.Error(), "***") || len(err.Error()) > 600 {
			t.Errorf("%q: %v", args, err)
		}
	}
}
