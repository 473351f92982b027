package command

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

const (
	// maxOutput bounds what is taken from the program; a CMS with a certificate is below 16 KiB.
	maxOutput = 1 << 18
	// killDelay is how long the pipes may stay open after the program was stopped.
	killDelay = 2 * time.Second
)

// run starts the program once and returns what it wrote. It and everything it started are
// stopped when the time is over or the context ends.
func (p *program) run(ctx context.Context, input []byte) ([]byte, error) {
	args, outPath, remove, err := p.arguments(input)
	if err != nil {
		return nil, err
	}
	defer remove()

	ctx, cancel := context.WithTimeoutCause(ctx, p.options.Timeout, fmt.Errorf("%w (%v): %w", ErrTimeout, p.options.Timeout, context.DeadlineExceeded))
	defer cancel()
	cmd, leash, err := supervisor(p.options.Path, args)
	if err != nil {
		return nil, fmt.Errorf("%w: run %s: %w", ErrFailed, p.options.Path, err)
	}
	cmd.Env = p.environment()
	cmd.Dir = os.TempDir()
	var stdout, stderr limited
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if !p.uses(inputFile) {
		cmd.Stdin = bytes.NewReader(input)
	}
	if err := runOnLeash(ctx, cmd, leash); err != nil {
		if ctx.Err() != nil {
			return nil, fmt.Errorf("run %s: %w", p.options.Path, context.Cause(ctx))
		}
		return nil, fmt.Errorf("%w: run %s: %w%s", ErrFailed, p.options.Path, err, p.complaint(&stderr, &stdout))
	}
	if outPath == "" {
		if stdout.cut {
			return nil, fmt.Errorf("%w: more than %d bytes", ErrOutput, maxOutput)
		}
		return stdout.Bytes(), nil
	}
	return readOutput(outPath)
}

// runOnLeash runs a supervisor until it ends. When the context does before, it has to end what
// it runs and itself.
func runOnLeash(ctx context.Context, cmd *exec.Cmd, leash *os.File) error {
	defer leash.Close()
	err := cmd.Start()
	for _, f := range cmd.ExtraFiles {
		f.Close()
	}
	if err != nil {
		return err
	}
	cmd.WaitDelay = killDelay
	ended := make(chan struct{})
	defer close(ended)
	over := context.AfterFunc(ctx, func() {
		leash.Close()
		select {
		case <-ended:
		case <-time.After(killLimit + killDelay): // it does not do what it is there for
			_ = cmd.Process.Kill()
		}
	})
	defer over()
	return cmd.Wait()
}

// arguments puts file names in place of {in} and {out} and writes the input where a file is asked
// for. remove undoes it.
func (p *program) arguments(input []byte) (args []string, outPath string, remove func(), err error) {
	remove = func() {}
	if !p.uses(inputFile) && !p.uses(outputFile) {
		return p.options.Args, "", remove, nil
	}
	dir, err := os.MkdirTemp("", "egissogw-sign-") // mode 0700
	if err != nil {
		return nil, "", nil, fmt.Errorf("make a folder for the signing program: %w", err)
	}
	remove = func() { os.RemoveAll(dir) }
	inPath := filepath.Join(dir, "in")
	if p.uses(inputFile) {
		if err := os.WriteFile(inPath, input, 0o600); err != nil {
			remove()
			return nil, "", nil, fmt.Errorf("write input of the signing program: %w", err)
		}
	}
	if p.uses(outputFile) {
		outPath = filepath.Join(dir, "out")
	}
	replace := strings.NewReplacer(inputFile, inPath, outputFile, outPath)
	for _, a := range p.options.Args {
		args = append(args, replace.Replace(a))
	}
	return args, outPath, remove, nil
}

func (p *program) uses(placeholder string) bool {
	for _, a := range p.options.Args {
		if strings.Contains(a, placeholder) {
			return true
		}
	}
	return false
}

// environment lets through what programs need to run at all; the gateway's own settings and
// secrets stay out.
func (p *program) environment() []string {
	var env []string
	for _, name := range []string{"PATH", "HOME", "USER", "LANG", "TMPDIR"} {
		if value, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+value)
		}
	}
	return append(env, p.options.Env...)
}

func readOutput(path string) ([]byte, error) {
	info, err := os.Lstat(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%w: it wrote no output file", ErrOutput)
	}
	if err != nil {
		return nil, fmt.Errorf("read output of the signing program: %w", err)
	}
	if !info.Mode().IsRegular() || info.Size() > maxOutput {
		return nil, fmt.Errorf("%w: output file of %d bytes", ErrOutput, info.Size())
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read output of the signing program: %w", err)
	}
	return b, nil
}
