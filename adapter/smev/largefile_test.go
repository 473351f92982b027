package smev

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/spf13/afero"

	"egissogw/crypto/cms"
)

// The environment of TestLargeFile. It plays three parts: the test, an FTP server
// over a folder, and a client whose memory is measured, each in a process of its
// own.
const (
	// largeSize sets the size of the file in MiB; 1024 is the documented run.
	largeSize = "EGISSOGW_TEST_FILE_MIB"
	// largeServer names an FTP server that runs already, host:port, for a run
	// against another implementation: anonymous/smev may write there, and
	// download by the same login. The client cuts the connections then.
	largeServer = "EGISSOGW_TEST_FTP"
	largePart   = "EGISSOGW_TEST_PART"
	largeAddr   = "EGISSOGW_TEST_ADDR"
	largeDir    = "EGISSOGW_TEST_DIR"
)

const (
	mib        = 1 << 20
	procStatus = "/proc/self/status"
)

// maxLargeRSS is far below any size worth testing.
const maxLargeRSS = 96 * mib

// largeReport is what the client's process says.
type largeReport struct {
	Up, Down time.Duration
	PeakRSS  int64 // bytes, of the client's process
}

// TestLargeFile puts a file into the file storage over real FTP and fetches it,
// each with a cut in the middle, verifying hash and signature on the way, and
// measures the client's memory. A small file by default; the size does not matter
// to the figures it checks.
func TestLargeFile(t *testing.T) {
	switch os.Getenv(largePart) {
	case "server":
		serveLarge(t)
		return
	case "client":
		transferLarge(t)
		return
	}
	if testing.Short() {
		t.Skip("large transfer")
	}
	if _, err := os.Stat(procStatus); err != nil {
		t.Skip("no /proc to measure memory with")
	}
	size := largeMiB(t)
	addr := os.Getenv(largeServer)
	var server *largePartProcess
	if addr == "" {
		server = largeProcess(t, "server", largeDir+"="+t.TempDir(), largeSize+"="+strconv.Itoa(size))
		addr = server.line(t)
	}
	client := largeProcess(t, "client", largeAddr+"="+addr, largeDir+"="+t.TempDir(), largeSize+"="+strconv.Itoa(size))
	var report largeReport
	if err := json.Unmarshal([]byte(client.line(t)), &report); err != nil {
		t.Fatal(err)
	}
	rate := func(d time.Duration) int { return int(float64(size) / d.Seconds()) }
	t.Logf("%d MiB up in %v (%d MiB/s), down in %v (%d MiB/s), peak RSS of the client %d MiB",
		size, report.Up.Round(time.Millisecond), rate(report.Up), report.Down.Round(time.Millisecond), rate(report.Down), report.PeakRSS/mib)
	if report.PeakRSS > maxLargeRSS {
		t.Errorf("peak RSS %d MiB for a file of %d MiB", report.PeakRSS/mib, size)
	}
	if server == nil {
		return
	}
	server.stdin.Close()
	if got, want := server.line(t), strconv.Itoa(size*mib)+" bytes up, 4 transfers"; got != want {
		t.Errorf("the server saw %s, want %s: both ways resumed, nothing twice", got, want)
	}
}

func largeMiB(t *testing.T) int {
	t.Helper()
	text := os.Getenv(largeSize)
	if text == "" {
		return 8
	}
	size, err := strconv.Atoi(text)
	if err != nil || size < 1 {
		t.Fatalf("%s is not a number of MiB", largeSize)
	}
	return size
}

// largePartProcess is this test in another process.
type largePartProcess struct {
	stdin io.Closer // its end stops the server
	out   *bufio.Reader
}

func largeProcess(t *testing.T, part string, env ...string) *largePartProcess {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestLargeFile$", "-test.timeout=30m")
	cmd.Env = append(append(os.Environ(), largePart+"="+part), env...)
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stdin.Close()
		io.Copy(io.Discard, stdout)
		cmd.Wait()
	})
	return &largePartProcess{stdin, bufio.NewReader(stdout)}
}

// line waits for the one line a part has to say.
func (p *largePartProcess) line(t *testing.T) string {
	t.Helper()
	var said strings.Builder
	for {
		text, err := p.out.ReadString('\n')
		if rest, ok := strings.CutPrefix(text, "> "); ok {
			return strings.TrimSpace(rest)
		}
		said.WriteString(text)
		if err != nil {
			t.Fatalf("the other process ended: %s", said.String())
		}
	}
}

// serveLarge is the FTP server: the first upload and the first download break off
// in the middle.
func serveLarge(t *testing.T) {
	half := int64(largeMiB(t)) * mib / 2
	d, addr := startFTP(t, afero.NewBasePathFs(afero.NewOsFs(), os.Getenv(largeDir)))
	d.cutTransfers(half, -1, half, -1)
	fmt.Println(">", addr)
	io.Copy(io.Discard, os.Stdin)
	d.mu.Lock()
	defer d.mu.Unlock()
	fmt.Printf("> %d bytes up, %d transfers\n", d.received, d.opened)
}

// transferLarge is the client.
func transferLarge(t *testing.T) {
	size := int64(largeMiB(t)) * mib
	content := newSyntheticFile(size)
	store := NewFileStore(os.Getenv(largeAddr), "", "", time.Minute)
	store.pause = 0
	if os.Getenv(largeServer) != "" {
		store.pause = time.Second // time for the server to notice
		store.dial = (&halfwayCutter{half: size / 2}).dial
	}
	signer := newTestSigner(t, testCurve)
	folder := NewMessageID(time.Now())

	start := time.Now()
	digest, err := store.UploadHashed(t.Context(), folder, "large.bin", content, 32)
	if err != nil {
		t.Fatal(err)
	}
	report := largeReport{Up: time.Since(start)}
	der, err := cms.SignDetached(t.Context(), digest, signer, testNow)
	if err != nil {
		t.Fatal(err)
	}

	start = time.Now()
	fetched, err := store.Fetch(t.Context(), FSAttachment{
		UUID: folder, UserName: "anonymous", Password: "smev", FileName: "/large.bin",
		Hash: base64.StdEncoding.EncodeToString(digest), SignaturePKCS7: der,
	}, io.Discard, FileCheck{Limit: size, RequireSignature: true, Trust: trustAll})
	if err != nil {
		t.Fatal(err)
	}
	report.Down = time.Since(start)
	if fetched.Size != size {
		t.Fatalf("%d bytes came, want %d", fetched.Size, size)
	}
	report.PeakRSS = peakRSS(t)
	text, err := json.Marshal(report)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Printf("> %s\n", text)
}

// peakRSS is the high-water mark of this process's memory. (The figure of
// getrusage would count that of the parent before the program was replaced.)
func peakRSS(t *testing.T) int64 {
	t.Helper()
	status, err := os.ReadFile(procStatus)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kib, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "kB")), 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			return kib << 10
		}
	}
	t.Fatal("no VmHWM")
	return 0
}

// halfwayCutter breaks the first connection that has carried half of the file up
// and the first that has carried half of it down.
type halfwayCutter struct {
	half           int64
	cutUp, cutDown bool
}

func (c *halfwayCutter) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	conn, err := (&net.Dialer{Timeout: time.Minute}).DialContext(ctx, network, addr)
	return &halfwayConn{Conn: conn, cutter: c}, err
}

type halfwayConn struct {
	net.Conn
	cutter   *halfwayCutter
	up, down int64
}

func (c *halfwayConn) Write(p []byte) (int, error) {
	if c.up > c.cutter.half && !c.cutter.cutUp {
		c.cutter.cutUp = true
		return 0, c.cut()
	}
	n, err := c.Conn.Write(p)
	c.up += int64(n)
	return n, err
}

func (c *halfwayConn) Read(p []byte) (int, error) {
	if c.down > c.cutter.half && !c.cutter.cutDown {
		c.cutter.cutDown = true
		return 0, c.cut()
	}
	n, err := c.Conn.Read(p)
	c.down += int64(n)
	return n, err
}

// cut resets the connection, so that the server does not take it for the end of
// the file.
func (c *halfwayConn) cut() error {
	if tcp, ok := c.Conn.(*net.TCPConn); ok {
		tcp.SetLinger(0)
	}
	c.Conn.Close()
	return errors.New("connection reset by test")
}

// syntheticFile is a file of any size that takes no room: a random block, of an
// odd length so that a shift shows, over and over.
type syntheticFile struct {
	block    []byte
	at, size int64
}

func newSyntheticFile(size int64) *syntheticFile {
	return &syntheticFile{block: randomBytes(1_048_573), size: size}
}

func (f *syntheticFile) Read(p []byte) (int, error) {
	if f.at >= f.size {
		return 0, io.EOF
	}
	n := copy(p, f.block[f.at%int64(len(f.block)):])
	n = int(min(int64(n), f.size-f.at))
	f.at += int64(n)
	return n, nil
}

func (f *syntheticFile) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += f.at
	case io.SeekEnd:
		offset += f.size
	}
	f.at = offset
	return offset, nil
}
