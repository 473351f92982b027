package smev

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	ftpserver "github.com/fclairamb/ftpserverlib"
	"github.com/spf13/afero"

	"egissogw/crypto/streebog"
)

// TestUploadGoesOnInAnotherCall: what an earlier call, or an earlier life, left
// on the server is not sent again.
func TestUploadGoesOnInAnotherCall(t *testing.T) {
	fs := afero.NewMemMapFs()
	const size = 1 << 20
	content := randomBytes(size)
	d, addr := startFTP(t, fs)
	store := testStore(addr)
	store.attempts = 1
	d.cutTransfers(600_000)
	if err := store.Upload(t.Context(), testFolder, "data.xml", bytes.NewReader(content)); Classify(err) != ClassRetry {
		t.Fatalf("class %v of %v", Classify(err), err)
	}
	for range 2 { // the second finds everything there
		if err := store.Upload(t.Context(), testFolder, "data.xml", bytes.NewReader(content)); err != nil {
			t.Fatal(err)
		}
		checkStored(t, fs, content)
		if d.received != size {
			t.Errorf("server received %d bytes in all, want %d", d.received, size)
		}
	}
}

// noAppendFs refuses to append.
type noAppendFs struct{ afero.Fs }

func (f noAppendFs) OpenFile(name string, flag int, perm os.FileMode) (afero.File, error) {
	if flag&os.O_APPEND != 0 {
		return nil, errors.New("no appending here")
	}
	return f.Fs.OpenFile(name, flag, perm)
}

func TestUploadToAServerThatDoesNotAppend(t *testing.T) {
	fs := afero.NewMemMapFs()
	d, addr := startFTP(t, noAppendFs{fs})
	content := randomBytes(1 << 20)
	d.cutTransfers(300_000, -1, -1)
	if err := testStore(addr).Upload(t.Context(), testFolder, "data.xml", bytes.NewReader(content)); err != nil {
		t.Fatal(err)
	}
	checkStored(t, fs, content)
}

func TestUploadHashed(t *testing.T) {
	content := randomBytes(400_000)
	want := streebog.Sum256(content)
	for name, prepare := range map[string]func(*ftpDriver, afero.Fs){
		"at once":           func(*ftpDriver, afero.Fs) {},
		"with cuts":         func(d *ftpDriver, _ afero.Fs) { d.cutTransfers(150_000, 100_000) },
		"half was there":    func(_ *ftpDriver, fs afero.Fs) { store(fs, content[:200_000]) },
		"all was there":     func(_ *ftpDriver, fs afero.Fs) { store(fs, content) },
		"half, then a cut":  func(d *ftpDriver, fs afero.Fs) { store(fs, content[:200_000]); d.cutTransfers(150_000) },
		"longer file there": func(_ *ftpDriver, fs afero.Fs) { store(fs, append(randomBytes(10), content...)) },
	} {
		t.Run(name, func(t *testing.T) {
			fs := afero.NewMemMapFs()
			d, addr := startFTP(t, fs)
			prepare(d, fs)
			got, err := testStore(addr).UploadHashed(t.Context(), testFolder, "data.xml", bytes.NewReader(content), 32)
			if err != nil {
				t.Fatal(err)
			}
			checkStored(t, fs, content)
			if !bytes.Equal(got, want[:]) {
				t.Errorf("digest %x, want %x", got, want)
			}
		})
	}
}

func store(fs afero.Fs, content []byte) {
	afero.WriteFile(fs, filepath.Join("/", testFolder, "data.xml"), content, 0o600)
}

// brokenContent cannot be read to its end.
type brokenContent struct{ *bytes.Reader }

var errBroken = errors.New("bad sector")

func (b brokenContent) Read(p []byte) (int, error) {
	if b.Len() < 100_000 {
		return 0, errBroken
	}
	return b.Reader.Read(p)
}

// TestUploadOfUnreadableContent: trouble at our end is not repeated.
func TestUploadOfUnreadableContent(t *testing.T) {
	d, addr := startFTP(t, afero.NewMemMapFs())
	err := testStore(addr).Upload(t.Context(), testFolder, "data.xml", brokenContent{bytes.NewReader(randomBytes(300_500))})
	if !errors.Is(err, errBroken) {
		t.Errorf("error %v", err)
	}
	if d.opened != 1 {
		t.Errorf("%d transfers", d.opened)
	}
}

// TestDataConnectionsGoToTheServer: an address a server names in PASV is not
// followed.
func TestDataConnectionsGoToTheServer(t *testing.T) {
	fs := afero.NewMemMapFs()
	d, addr := startFTP(t, fs)
	d.settings.PublicIPResolver = func(ftpserver.ClientContext) (string, error) { return "192.0.2.1", nil } // nobody is there
	addr = withoutEPSV(t, addr)
	content := randomBytes(1000)
	if err := testStore(addr).Upload(context.Background(), testFolder, "data.xml", bytes.NewReader(content)); err != nil {
		t.Fatal(err)
	}
	checkStored(t, fs, content)
	var got bytes.Buffer
	file := FSAttachment{UUID: testFolder, UserName: "u", Password: "smev", FileName: "/data.xml"}
	if _, err := testStore(addr).Download(t.Context(), file, &got, 1000); err != nil || !bytes.Equal(got.Bytes(), content) {
		t.Errorf("download: %v", err)
	}
}

// withoutEPSV passes commands on to the server at addr, but for EPSV, which the
// server then does not know.
func withoutEPSV(t *testing.T, addr string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var sessions sync.WaitGroup
	sessions.Go(func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			server, err := net.Dial("tcp", addr)
			if err != nil {
				t.Error(err)
				return
			}
			sessions.Go(func() { io.Copy(client, server); client.Close() })
			sessions.Go(func() {
				for lines := bufio.NewScanner(client); lines.Scan(); {
					io.WriteString(server, strings.Replace(lines.Text(), "EPSV", "XPSV", 1)+"\r\n")
				}
				server.Close()
			})
		}
	})
	t.Cleanup(func() { l.Close(); sessions.Wait() })
	return l.Addr().String()
}
