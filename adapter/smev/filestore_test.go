package smev

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	ftpserver "github.com/fclairamb/ftpserverlib"
	"github.com/spf13/afero"
)

// ftpDriver is a file storage in memory that can cut data connections.
type ftpDriver struct {
	fs       afero.Fs
	settings *ftpserver.Settings
	password string

	mu sync.Mutex
	// cuts holds, per data connection to come, after how many bytes it breaks.
	cuts []int64
	// received counts the bytes of all data connections.
	received int64
	opened   int
	// onTransfer, if set, is called as each data connection is prepared.
	onTransfer func()
}

func (d *ftpDriver) GetSettings() (*ftpserver.Settings, error)               { return d.settings, nil }
func (d *ftpDriver) ClientConnected(ftpserver.ClientContext) (string, error) { return "test", nil }
func (d *ftpDriver) ClientDisconnected(ftpserver.ClientContext)              {}
func (d *ftpDriver) GetTLSConfig() (*tls.Config, error)                      { return nil, errors.New("no TLS") }

func (d *ftpDriver) AuthUser(_ ftpserver.ClientContext, user, pass string) (ftpserver.ClientDriver, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if pass != d.password {
		return nil, errors.New("wrong password")
	}
	return d.fs, nil
}

func (d *ftpDriver) WrapPassiveListener(l net.Listener) (net.Listener, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.opened++
	if d.onTransfer != nil {
		d.onTransfer()
	}
	cut := int64(-1)
	if len(d.cuts) > 0 {
		cut, d.cuts = d.cuts[0], d.cuts[1:]
	}
	return &cuttingListener{Listener: l, driver: d, cut: cut}, nil
}

type cuttingListener struct {
	net.Listener
	driver *ftpDriver
	cut    int64
}

func (l *cuttingListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &cuttingConn{Conn: c, driver: l.driver, left: l.cut}, nil
}

// SetDeadline keeps the listener usable for the server, which sets one.
func (l *cuttingListener) SetDeadline(t time.Time) error {
	return l.Listener.(*net.TCPListener).SetDeadline(t)
}

type cuttingConn struct {
	net.Conn
	driver *ftpDriver
	left   int64 // negative: never cut
}

func (c *cuttingConn) Read(p []byte) (int, error) {
	if c.left == 0 {
		c.Conn.Close()
		return 0, errors.New("connection reset by test")
	}
	if c.left > 0 && int64(len(p)) > c.left {
		p = p[:c.left]
	}
	n, err := c.Conn.Read(p)
	if c.left > 0 {
		c.left -= int64(n)
	}
	c.driver.mu.Lock()
	c.driver.received += int64(n)
	c.driver.mu.Unlock()
	return n, err
}

// Write cuts downloads as Read cuts uploads.
func (c *cuttingConn) Write(p []byte) (int, error) {
	if c.left < 0 || int64(len(p)) <= c.left {
		if c.left > 0 {
			c.left -= int64(len(p))
		}
		return c.Conn.Write(p)
	}
	n, err := c.Conn.Write(p[:c.left])
	c.left = 0
	c.Conn.Close()
	return n, errors.Join(err, errors.New("connection reset by test"))
}

func startFTP(t testing.TB, fs afero.Fs, cuts ...int64) (*ftpDriver, string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	d := &ftpDriver{
		fs: fs, password: "smev", cuts: cuts,
		settings: &ftpserver.Settings{Listener: listener, DefaultTransferType: ftpserver.TransferTypeBinary},
	}
	server := ftpserver.NewFtpServer(d)
	if err := server.Listen(); err != nil {
		t.Fatal(err)
	}
	served := make(chan struct{})
	go func() { defer close(served); server.Serve() }()
	t.Cleanup(func() { server.Stop(); <-served })
	return d, listener.Addr().String()
}

func testStore(addr string) *FileStore {
	s := NewFileStore(addr, "", "", 10*time.Second)
	s.pause = 0
	return s
}

func randomBytes(n int) []byte {
	r := rand.NewChaCha8([32]byte{1})
	b := make([]byte, n)
	r.Read(b)
	return b
}

const testFolder = "6f2d1a60-0000-11ef-8000-010203040506"

func TestUploadStoresTheFile(t *testing.T) {
	for name, size := range map[string]int{"empty": 0, "small": 10, "several blocks": 300_000} {
		t.Run(name, func(t *testing.T) {
			fs := afero.NewMemMapFs()
			_, addr := startFTP(t, fs)
			content := randomBytes(size)
			if err := testStore(addr).Upload(t.Context(), testFolder, "data.xml", bytes.NewReader(content)); err != nil {
				t.Fatal(err)
			}
			checkStored(t, fs, content)
		})
	}
}

func TestUploadAgainIsHarmless(t *testing.T) {
	fs := afero.NewMemMapFs()
	_, addr := startFTP(t, fs)
	content := randomBytes(5000)
	store := testStore(addr)
	for range 2 {
		if err := store.Upload(t.Context(), testFolder, "data.xml", bytes.NewReader(content)); err != nil {
			t.Fatal(err)
		}
	}
	checkStored(t, fs, content)
}

func TestUploadResumesAfterCuts(t *testing.T) {
	fs := afero.NewMemMapFs()
	const size = 1 << 20
	d, addr := startFTP(t, fs, 300_000, 200_000)
	content := randomBytes(size)
	if err := testStore(addr).Upload(t.Context(), testFolder, "data.xml", bytes.NewReader(content)); err != nil {
		t.Fatal(err)
	}
	checkStored(t, fs, content)
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.opened != 3 {
		t.Errorf("%d data connections, want 3", d.opened)
	}
	if d.received != size {
		t.Errorf("server received %d bytes in all, want %d: the kept beginning was sent again", d.received, size)
	}
}

func TestUploadGivesUpAfterThreeAttempts(t *testing.T) {
	fs := afero.NewMemMapFs()
	d, addr := startFTP(t, fs, 1000, 1000, 1000, 1000)
	err := testStore(addr).Upload(t.Context(), testFolder, "data.xml", bytes.NewReader(randomBytes(1<<20)))
	if err == nil {
		t.Fatal("upload over a line that always breaks succeeded")
	}
	if got := Classify(err); got != ClassRetry {
		t.Errorf("class %v of %v", got, err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.opened != 3 {
		t.Errorf("%d data connections, want 3", d.opened)
	}
}

func TestUploadReplacesALongerFile(t *testing.T) {
	fs := afero.NewMemMapFs()
	afero.WriteFile(fs, filepath.Join("/", testFolder, "data.xml"), randomBytes(5000), 0o600)
	_, addr := startFTP(t, fs)
	content := []byte("short")
	if err := testStore(addr).Upload(t.Context(), testFolder, "data.xml", bytes.NewReader(content)); err != nil {
		t.Fatal(err)
	}
	checkStored(t, fs, content)
}

func TestUploadErrors(t *testing.T) {
	t.Run("wrong password", func(t *testing.T) {
		d, addr := startFTP(t, afero.NewMemMapFs())
		d.password = "other"
		err := testStore(addr).Upload(t.Context(), testFolder, "f", bytes.NewReader(nil))
		if got := Classify(err); got != ClassFixConfiguration {
			t.Errorf("class %v of %v", got, err)
		}
	})
	t.Run("nobody listens", func(t *testing.T) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		addr := l.Addr().String()
		l.Close()
		err = testStore(addr).Upload(t.Context(), testFolder, "f", bytes.NewReader(nil))
		if got := Classify(err); got != ClassRetry {
			t.Errorf("class %v of %v", got, err)
		}
	})
	t.Run("path in the name", func(t *testing.T) {
		for _, name := range []string{"", "..", "../f", "a/b", `a\b`, "a\r\nDELE b"} {
			err := testStore("127.0.0.1:1").Upload(t.Context(), testFolder, name, bytes.NewReader(nil))
			if got := Classify(err); got != ClassOperator {
				t.Errorf("%q: class %v of %v", name, got, err)
			}
		}
	})
	t.Run("cancelled in the middle", func(t *testing.T) {
		_, addr := startFTP(t, afero.NewMemMapFs())
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		err := testStore(addr).Upload(ctx, testFolder, "f", &cancelling{ReadSeeker: bytes.NewReader(randomBytes(1 << 20)), cancel: cancel})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("error %v", err)
		}
	})
}

// cancelling ends its context at the first read.
type cancelling struct {
	io.ReadSeeker
	cancel context.CancelFunc
}

func (c *cancelling) Read(p []byte) (int, error) {
	c.cancel()
	return c.ReadSeeker.Read(p)
}

func TestDownload(t *testing.T) {
	content := randomBytes(100_000)
	for name, path := range map[string]string{
		"root of the account": "/SignedContent.zip",
		"folder of the file":  filepath.Join("/", testFolder, "SignedContent.zip"),
	} {
		t.Run(name, func(t *testing.T) {
			fs := afero.NewMemMapFs()
			afero.WriteFile(fs, path, content, 0o600)
			d, addr := startFTP(t, fs)
			d.password = "once"
			file := FSAttachment{UUID: testFolder, UserName: "u", Password: "once", FileName: "/SignedContent.zip"}
			var got bytes.Buffer
			n, err := testStore(addr).Download(t.Context(), file, &got, int64(len(content)))
			if err != nil || n != int64(len(content)) || !bytes.Equal(got.Bytes(), content) {
				t.Fatalf("%d bytes, %v", n, err)
			}
			if _, err := testStore(addr).Download(t.Context(), file, io.Discard, int64(len(content))-1); !errors.Is(err, ErrTooLarge) {
				t.Errorf("a file over the limit: %v", err)
			}
		})
	}
}

// TestUploadMemoryIsIndependentOfSize sends 256 MiB that exist nowhere.
func TestUploadMemoryIsIndependentOfSize(t *testing.T) {
	if testing.Short() {
		t.Skip("large transfer")
	}
	fs := discardFs{afero.NewMemMapFs(), new(int64)}
	_, addr := startFTP(t, fs)
	store := testStore(addr)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	if err := store.Upload(t.Context(), testFolder, "big", &zeros{size: 256 << 20}); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if grown := after.TotalAlloc - before.TotalAlloc; grown > 8<<20 {
		t.Errorf("%d bytes allocated for a 256 MiB upload", grown)
	}
}

// zeros is a large file that needs no memory.
type zeros struct{ at, size int64 }

func (z *zeros) Read(p []byte) (int, error) {
	if z.at >= z.size {
		return 0, io.EOF
	}
	n := min(int64(len(p)), z.size-z.at)
	clear(p[:n])
	z.at += n
	return int(n), nil
}

func (z *zeros) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += z.at
	case io.SeekEnd:
		offset += z.size
	}
	z.at = offset
	return offset, nil
}

// discardFs counts what is written instead of keeping it.
type discardFs struct {
	afero.Fs
	size *int64
}

func (f discardFs) OpenFile(name string, flag int, perm os.FileMode) (afero.File, error) {
	file, err := f.Fs.OpenFile(name, flag, perm)
	return discardFile{file, f.size}, err
}

func (f discardFs) Stat(name string) (os.FileInfo, error) {
	info, err := f.Fs.Stat(name)
	if err != nil || info.IsDir() {
		return info, err
	}
	return sizedInfo{info, *f.size}, nil
}

type discardFile struct {
	afero.File
	size *int64
}

func (f discardFile) Write(p []byte) (int, error) {
	*f.size += int64(len(p))
	return len(p), nil
}

type sizedInfo struct {
	os.FileInfo
	size int64
}

func (i sizedInfo) Size() int64 { return i.size }

func checkStored(t *testing.T, fs afero.Fs, want []byte) {
	t.Helper()
	got, err := afero.ReadFile(fs, filepath.Join("/", testFolder, "data.xml"))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("stored %d bytes differ from the %d sent", len(got), len(want))
	}
}

func TestSecretsDoNotPrint(t *testing.T) {
	a := FSAttachment{UserName: "u", Password: "hidden-value"}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		if text := fmt.Sprintf(verb, a); strings.Contains(text, "hidden-value") {
			t.Errorf("%s prints the password: %s", verb, text)
		}
	}
}
