package pgcluster

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// stopGrace is how long each kind of shutdown may take before the next, harsher one.
const stopGrace = 30 * time.Second

// server is one running postmaster.
type server struct {
	cmd  *exec.Cmd
	done chan struct{} // closed when the process has ended
}

// startServer runs cmd so that it dies with this process.
//
// Linux sends the parent-death signal when the *thread* that forked ends, so a
// thread is kept for the server's whole life: it starts it and then waits for it.
func startServer(cmd *exec.Cmd) (*server, error) {
	cmd.SysProcAttr.Pdeathsig = syscall.SIGINT
	s := &server{cmd: cmd, done: make(chan struct{})}
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err != nil {
			return
		}
		cmd.Wait() // the result is in cmd.ProcessState
		close(s.done)
	}()
	if err := <-started; err != nil {
		return nil, err
	}
	return s, nil
}

// stop sends the given signals one after the other until the server has ended.
func (s *server) stop(signals ...os.Signal) error {
	for _, sig := range signals {
		if err := s.cmd.Process.Signal(sig); err != nil && !errors.Is(err, os.ErrProcessDone) {
			return fmt.Errorf("send %v to PostgreSQL: %w", sig, err)
		}
		timer := time.NewTimer(stopGrace)
		select {
		case <-s.done:
			timer.Stop()
			return nil
		case <-timer.C:
		}
	}
	return fmt.Errorf("PostgreSQL (process %d) does not end", s.cmd.Process.Pid)
}

// command prepares one of PostgreSQL's programs: in the cluster's directory,
// with the account's rights, in a process group of its own (so that Ctrl-C in a
// terminal reaches us and not the server), without our environment.
func (c *Cluster) command(ctx context.Context, program string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, filepath.Join(c.binaries, program), args...)
	cmd.Dir = c.dir
	// Bound at the start, symbols are looked up once and not by every session again.
	cmd.Env = []string{"LD_BIND_NOW=1", "PATH=" + c.binaries + ":/usr/bin:/bin", "LC_ALL=C.UTF-8", "TZ=UTC", "HOME=" + c.dir}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Credential: c.account.credential}
	return cmd
}

// logTail returns the last lines of the server's log, for error texts.
func (c *Cluster) logTail() string {
	data, err := os.ReadFile(c.logFile())
	if err != nil {
		return ""
	}
	lines := strings.Split(string(bytes.TrimSpace(data)), "\n")
	return strings.Join(lines[max(0, len(lines)-8):], "\n")
}
