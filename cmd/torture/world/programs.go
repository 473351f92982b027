package world

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
)

// Variants of the program.
const (
	Product = ""       // as it is delivered
	Crash   = "crash"  // it kills itself at the point CRASHPOINT names
	Clock   = "clock"  // its clock is TORTURE_CLOCK seconds off
	Former  = "former" // the program of another commit
)

// Programs builds variants of the program when they are first asked for.
type Programs struct {
	Module string // folder of the module
	Dir    string // where they are built
	Former string // commit of the former program; "" if there is none

	mu    sync.Mutex
	built map[string]*build
}

// build is one variant, built once.
type build struct {
	once sync.Once
	err  error
}

// Path is the file of a variant.
func (p *Programs) Path(variant string) (string, error) {
	path := filepath.Join(p.Dir, strings.TrimSuffix("egissogw-"+variant, "-"))
	p.mu.Lock()
	if p.built == nil {
		p.built = map[string]*build{}
	}
	if p.built[variant] == nil {
		p.built[variant] = &build{}
	}
	b := p.built[variant]
	p.mu.Unlock()
	b.once.Do(func() { b.err = p.build(variant, path) })
	return path, b.err
}

func (p *Programs) build(variant, path string) error {
	// Without the tables of debuggers linking takes half the time.
	args := []string{"build", "-ldflags=-s -w", "-o", path}
	dir := p.Module
	switch variant {
	case Product:
	case Crash:
		args = append(args, "-tags", "crashpoint")
	case Clock:
		overlay, err := p.clockOverlay()
		if err != nil {
			return err
		}
		args = append(args, "-overlay", overlay)
	case Former:
		former, err := p.formerSource()
		if err != nil {
			return err
		}
		dir = former
	default:
		return fmt.Errorf("no variant %q of the program", variant)
	}
	return goCommand(dir, append(args, "./cmd/egissogw")...)
}

func goCommand(dir string, args ...string) error {
	cmd := exec.Command("go", args...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go %s: %w: %s", args[0], err, strings.TrimSpace(string(out)))
	}
	return nil
}

// formerSource is the folder with the sources of the former program.
func (p *Programs) formerSource() (string, error) {
	dir := filepath.Join(p.Dir, "former")
	if err := os.Mkdir(dir, 0o700); err != nil {
		return "", fmt.Errorf("get the former program: %w", err)
	}
	archive := exec.Command("git", "-C", p.Module, "archive", p.Former)
	unpack := exec.Command("tar", "-x", "-C", dir)
	var err error
	if unpack.Stdin, err = archive.StdoutPipe(); err != nil {
		return "", err
	}
	if err := unpack.Start(); err != nil {
		return "", fmt.Errorf("get the former program: %w", err)
	}
	if err := errors.Join(archive.Run(), unpack.Wait()); err != nil {
		return "", fmt.Errorf("get the program of commit %s: %w", p.Former, err)
	}
	return dir, nil
}

// clockOverlay replaces one function of the standard library for one build: no
// line of the program knows of it. The offset is read once, at the start.
func (p *Programs) clockOverlay() (string, error) {
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return "", fmt.Errorf("find Go: %w", err)
	}
	original := filepath.Join(strings.TrimSpace(string(root)), "src", "time", "time.go")
	text, err := os.ReadFile(original)
	if err != nil {
		return "", fmt.Errorf("read the clock of Go: %w", err)
	}
	const reading = "func Now() Time {\n\tsec, nsec, mono := runtimeNow()\n"
	if !strings.Contains(string(text), reading) {
		return "", errors.New("this Go reads its clock in another way than the torture knows")
	}
	changed := filepath.Join(p.Dir, "time.go.txt")
	offset := filepath.Join(p.Dir, "offset.go.txt")
	overlay := filepath.Join(p.Dir, "overlay.json")
	list, err := json.Marshal(map[string]any{"Replace": map[string]string{
		original: changed, filepath.Join(filepath.Dir(original), "torture_offset.go"): offset,
	}})
	if err != nil {
		return "", err
	}
	for path, content := range map[string]string{
		changed: strings.Replace(string(text), reading, reading+"\tsec += tortureOffset\n", 1),
		offset:  offsetSource,
		overlay: string(list),
	} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			return "", fmt.Errorf("write the overlay: %w", err)
		}
	}
	return overlay, nil
}

const offsetSource = `package time

import "syscall"

var tortureOffset = func() (seconds int64) {
	text, _ := syscall.Getenv("TORTURE_CLOCK")
	for _, c := range text {
		if c >= '0' && c <= '9' {
			seconds = seconds*10 + int64(c-'0')
		}
	}
	if len(text) > 0 && text[0] == '-' {
		return -seconds
	}
	return seconds
}()
`
