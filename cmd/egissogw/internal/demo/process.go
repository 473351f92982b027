package demo

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// process is a program in the background whose output goes to a file.
type process struct {
	cmd    *exec.Cmd
	output io.Reader // standard output, until ready has read it
	done   chan struct{}
	err    error
	peak   int64 // peak resident memory in bytes, known after the end
}

func startProcess(path string, args, env []string, logFile string) (*process, error) {
	log, err := os.OpenFile(logFile, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("log of %s: %w", filepath.Base(path), err)
	}
	defer log.Close()
	p := &process{cmd: exec.Command(path, args...), done: make(chan struct{})}
	p.cmd.Env, p.cmd.Stderr = env, log
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	reader, writer, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	p.cmd.Stdout, p.output = writer, reader
	err = p.cmd.Start()
	writer.Close()
	if err != nil {
		reader.Close()
		return nil, fmt.Errorf("start %s: %w", filepath.Base(path), err)
	}
	go func() {
		defer close(p.done)
		p.err = p.cmd.Wait()
		if usage, ok := p.cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
			p.peak = usage.Maxrss * 1024
		}
	}()
	return p, nil
}

// ready waits for the line "ready name=value …" on standard output.
func (p *process) ready(ctx context.Context) (map[string]string, error) {
	lines := make(chan string, 1)
	go func() {
		scanner := bufio.NewScanner(p.output)
		for scanner.Scan() {
			if line := scanner.Text(); strings.HasPrefix(line, "ready") {
				lines <- line
				break
			}
		}
		_, _ = io.Copy(io.Discard, p.output)
	}()
	select {
	case line := <-lines:
		values := map[string]string{}
		for _, field := range strings.Fields(line)[1:] {
			name, value, _ := strings.Cut(field, "=")
			values[name] = value
		}
		return values, nil
	case <-p.done:
		return nil, fmt.Errorf("it ended before it was ready: %v", p.err)
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Alive reports whether the process still runs.
func (p *process) Alive() bool {
	select {
	case <-p.done:
		return false
	default:
		return true
	}
}

// Stop ends the process in good order, or by force when it does not end.
func (p *process) Stop() error {
	if !p.Alive() {
		return nil
	}
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.done:
		return p.err
	case <-time.After(time.Minute):
		p.Kill()
		return fmt.Errorf("%s did not stop within a minute", filepath.Base(p.cmd.Path))
	}
}

// Kill ends the process at whatever instruction it is.
func (p *process) Kill() {
	_ = p.cmd.Process.Kill()
	<-p.done
}

// peakMemory is the peak resident memory of a running or ended process, in bytes.
func (p *process) peakMemory() int64 {
	if !p.Alive() {
		return p.peak
	}
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		var kilobytes int64
		if _, err := fmt.Sscanf(line, "VmHWM: %d kB", &kilobytes); err == nil {
			return kilobytes * 1024
		}
	}
	return 0
}
