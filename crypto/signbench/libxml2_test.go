package signbench

import (
	"bufio"
	_ "embed"
	"encoding/binary"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

//go:embed testdata/c14n.c
var c14nSource []byte

// libxml2 is a running program that canonicalises with libxml2, so that no start
// of a process is counted. It is not safe for concurrent use.
type libxml2 struct {
	t      testing.TB
	stdin  *bufio.Writer
	stdout *bufio.Reader
}

// startLibxml2 builds and starts the program, for as long as the test runs.
func startLibxml2(t testing.TB) *libxml2 {
	t.Helper()
	dir := t.TempDir()
	file, program := filepath.Join(dir, "c14n.c"), filepath.Join(dir, "c14n")
	if err := os.WriteFile(file, c14nSource, 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("gcc", "-O2", "-I/usr/include/libxml2", "-o", program, file, "-lxml2").CombinedOutput(); err != nil {
		t.Fatalf("build the program for libxml2 (it takes gcc and libxml2-dev): %v\n%s", err, out)
	}
	command := exec.Command(program)
	command.Stderr = os.Stderr
	stdin, err := command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	l := &libxml2{t: t, stdin: bufio.NewWriter(stdin), stdout: bufio.NewReader(stdout)}
	t.Cleanup(func() {
		l.stdin.WriteByte('q')
		l.stdin.Flush()
		if err := command.Wait(); err != nil {
			t.Errorf("program for libxml2: %v", err)
		}
	})
	return l
}

// load gives the program the document that later requests are about.
func (l *libxml2) load(document []byte) { l.ask('l', len(document), document) }

// canonical is the canonical form of the document.
func (l *libxml2) canonical() []byte {
	out, _ := l.ask('o', 0, nil)
	return out
}

// canonicalise takes the time of n canonicalisations of the parsed document.
func (l *libxml2) canonicalise(n int) time.Duration {
	_, spent := l.ask('c', n, nil)
	return spent
}

// parseAndCanonicalise takes the time of n times from bytes to canonical form.
func (l *libxml2) parseAndCanonicalise(n int) time.Duration {
	_, spent := l.ask('p', n, nil)
	return spent
}

func (l *libxml2) version() string {
	out, _ := l.ask('v', 0, nil)
	return string(out)
}

func (l *libxml2) ask(op byte, n int, data []byte) ([]byte, time.Duration) {
	l.t.Helper()
	l.stdin.WriteByte(op)
	l.stdin.Write(binary.LittleEndian.AppendUint32(nil, uint32(n)))
	l.stdin.Write(data)
	if err := l.stdin.Flush(); err != nil {
		l.t.Fatalf("write to the program for libxml2: %v", err)
	}
	var head [12]byte
	if _, err := io.ReadFull(l.stdout, head[:]); err != nil {
		l.t.Fatalf("read from the program for libxml2: %v", err)
	}
	out := make([]byte, binary.LittleEndian.Uint32(head[8:]))
	if _, err := io.ReadFull(l.stdout, out); err != nil {
		l.t.Fatalf("read from the program for libxml2: %v", err)
	}
	return out, time.Duration(binary.LittleEndian.Uint64(head[:]))
}
