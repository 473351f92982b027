package world

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

// Gateway is one process of `egissogw serve`, started again and again.
type Gateway struct {
	Number int
	Build  string   // variant of the program
	Env    []string // variables of this one only
	Runs   int      // how often it was started
	Out    bool     // it stays down

	world   *World
	process *process
	pid     atomic.Int64 // of the newest process
}

// process is a program that dies with this one.
type process struct {
	cmd  *exec.Cmd
	done chan struct{}
	err  error
}

// startProcess starts cmd. Linux sends the parent-death signal when the thread
// that forked ends, so a thread is kept for the whole life of the process.
func startProcess(cmd *exec.Cmd) (*process, error) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Setpgid, cmd.SysProcAttr.Pdeathsig = true, syscall.SIGKILL
	p := &process{cmd: cmd, done: make(chan struct{})}
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			p.err = cmd.Wait()
			close(p.done)
		}
	}()
	return p, <-started
}

func (p *process) alive() bool {
	if p == nil {
		return false
	}
	select {
	case <-p.done:
		return false
	default:
		return true
	}
}

// signal reaches the whole process group.
func (p *process) signal(s syscall.Signal) { _ = syscall.Kill(-p.cmd.Process.Pid, s) }

// Start starts the gateway unless it runs.
func (g *Gateway) Start() error {
	if g.process.alive() {
		return nil
	}
	program, err := g.world.Options.Programs.Path(g.Build)
	if err != nil {
		return err
	}
	log, err := os.OpenFile(g.LogFile(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("log of the gateway: %w", err)
	}
	defer log.Close()
	cmd := exec.Command(program, "serve")
	cmd.Env, cmd.Stdout, cmd.Stderr = g.world.environment(g.Env), log, log
	p, err := startProcess(cmd)
	if err != nil {
		return fmt.Errorf("start the gateway: %w", err)
	}
	g.process = p
	g.pid.Store(int64(cmd.Process.Pid))
	g.Runs++
	return nil
}

// LogFile is what the gateway writes to.
func (g *Gateway) LogFile() string {
	return filepath.Join(g.world.Dir, fmt.Sprintf("gateway-%d.log", g.Number))
}

// Alive reports whether the gateway runs.
func (g *Gateway) Alive() bool { return g.process.alive() }

// GaveUp reports whether the gateway ended because its settings are wrong
// (EX_CONFIG), after which a service manager does not start it again.
func (g *Gateway) GaveUp() bool {
	return g.process != nil && !g.process.alive() && g.process.cmd.ProcessState != nil && g.process.cmd.ProcessState.ExitCode() == 78
}

// PID is the process of the gateway, 0 before it was started.
func (g *Gateway) PID() int { return int(g.pid.Load()) }

// Kill ends the gateway at whatever instruction it is.
func (g *Gateway) Kill() {
	if g.process.alive() {
		g.process.signal(syscall.SIGKILL)
		<-g.process.done
	}
}

// Murder kills the gateway and counts it.
func (g *Gateway) Murder() {
	if g.Alive() {
		g.world.Kills++
	}
	g.Kill()
}

// Ended tells how a gateway that does not run has ended.
func (g *Gateway) Ended() syscall.WaitStatus {
	return g.process.cmd.ProcessState.Sys().(syscall.WaitStatus)
}

// Freeze stops the gateway in the middle of what it does; Wake lets it go on.
func (g *Gateway) Freeze() { g.process.signal(syscall.SIGSTOP) }

// Wake ends Freeze.
func (g *Gateway) Wake() { g.process.signal(syscall.SIGCONT) }

// Stop ends the gateway in good order.
func (g *Gateway) Stop() error {
	if !g.Alive() {
		return nil
	}
	g.process.signal(syscall.SIGTERM)
	select {
	case <-g.process.done:
		return g.process.err
	case <-time.After(time.Minute):
		g.Kill()
		return errors.New("the gateway did not stop within a minute")
	}
}

// Schedules are the settings of those the world has fire once a second. An empty value gives one
// back what the program is delivered with.
var Schedules = []string{
	"EGISSOGW_SCHEDULE_COLLECT", "EGISSOGW_SCHEDULE_FORM", "EGISSOGW_SCHEDULE_SEND", "EGISSOGW_SCHEDULE_RECEIVE", "EGISSOGW_SCHEDULE_LISTEN",
	"EGISSOGW_SCHEDULE_APPLY", "EGISSOGW_SCHEDULE_STATUS",
}

// environment is the configuration of a gateway.
func (w *World) environment(further []string) []string {
	env := slices.DeleteFunc(os.Environ(), func(entry string) bool { return strings.HasPrefix(entry, "EGISSOGW_") })
	env = append(env,
		"EGISSOGW_DATABASE_URL="+w.Own.URL(DatabaseGateway),
		"EGISSOGW_SOURCE_DATABASE_URL="+w.MIS.URL(DatabaseMIS),
		"EGISSOGW_PROVIDER_CODE="+ProviderCode,
		"EGISSOGW_SMEV_URL="+w.Bus.URL(),
		"EGISSOGW_SMEV_CERTIFICATES="+w.keys.bus.certificate,
		"EGISSOGW_SMEV_SENDERS=EGISSO",
		"EGISSOGW_FTP_ADDRESS="+w.Bus.FTPAddr(),
		"EGISSOGW_SIGNER=softkey",
		"EGISSOGW_SOFTKEY_KEY_FILE="+w.keys.client.key,
		"EGISSOGW_SOFTKEY_CERTIFICATE_FILE="+w.keys.client.certificate,
		"EGISSOGW_LEASE=10s", "EGISSOGW_SMEV_TIMEOUT=5s", "EGISSOGW_FTP_TIMEOUT=1s",
		"EGISSOGW_SMEV_FOREIGN_WAIT=0s", "EGISSOGW_RETRY_MIN=200ms", "EGISSOGW_SETTLE=0s", "EGISSOGW_KMSZ_WAIT=0s", "EGISSOGW_GUARD_WINDOW=0s", "EGISSOGW_RETRY_MAX=2s",
		"EGISSOGW_LOG_LEVEL=debug",
	)
	for _, schedule := range Schedules {
		env = append(env, schedule+"=@every 1s")
	}
	return slices.Concat(env, w.Options.Env, further)
}

// Run runs a command of the program and returns what it wrote.
func (w *World) Run(ctx context.Context, args ...string) (string, error) {
	return w.RunWith(ctx, nil, args...)
}

// RunWith is Run with further variables.
func (w *World) RunWith(ctx context.Context, env []string, args ...string) (string, error) {
	program, err := w.Options.Programs.Path(w.Options.Commands)
	if err != nil {
		return "", err
	}
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Env = w.environment(env)
	output, err := cmd.CombinedOutput()
	log, fileErr := os.OpenFile(filepath.Join(w.Dir, "command.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if fileErr == nil {
		_, fileErr = log.Write(output)
		fileErr = errors.Join(fileErr, log.Close())
	}
	if err != nil {
		err = fmt.Errorf("egissogw %s: %w: %s", args[0], err, strings.TrimSpace(string(output)))
	}
	return string(output), errors.Join(err, fileErr)
}
