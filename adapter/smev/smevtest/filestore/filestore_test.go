package filestore_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jlaffaye/ftp"
	"go.uber.org/goleak"

	"egissogw/adapter/smev/smevtest/filestore"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const folder = "8a0f0c8e-0000-11ee-8000-000000000001"

func start(t *testing.T, o filestore.Options) *filestore.Server {
	t.Helper()
	s, err := filestore.Start("127.0.0.1:0", t.TempDir(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func dial(t *testing.T, s *filestore.Server) *ftp.ServerConn {
	t.Helper()
	c, err := ftp.Dial(s.Addr(), ftp.DialWithTimeout(10*time.Second))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Quit() })
	if err := c.Login(filestore.User, filestore.Password); err != nil {
		t.Fatal(err)
	}
	if err := c.MakeDir(folder); err != nil {
		t.Fatal(err)
	}
	if err := c.ChangeDir(folder); err != nil {
		t.Fatal(err)
	}
	return c
}

func content(t *testing.T, s *filestore.Server, name string) string {
	t.Helper()
	f, err := s.Open(folder, name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	b, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestUploadSizeAppend(t *testing.T) {
	s := start(t, filestore.Options{})
	c := dial(t, s)
	if err := c.Stor("a.xml", strings.NewReader("hello\r\n")); err != nil {
		t.Fatal(err)
	}
	if n, err := c.FileSize("a.xml"); err != nil || n != 7 {
		t.Errorf("size = %d, %v", n, err)
	}
	if err := c.Append("a.xml", strings.NewReader("world")); err != nil {
		t.Fatal(err)
	}
	if got := content(t, s, ""); got != "hello\r\nworld" {
		t.Errorf("content = %q", got)
	}
	if err := c.MakeDir("/" + folder); err == nil {
		t.Error("an existing folder was made again without an error")
	}
	if err := c.Delete("a.xml"); err == nil {
		t.Error("a file could be deleted")
	}
}

func TestInterruptedUploadIsContinued(t *testing.T) {
	var cut atomic.Int64
	cut.Store(70_000)
	s := start(t, filestore.Options{Trouble: func(operation string) filestore.Trouble {
		if operation != "STOR" {
			return filestore.Trouble{}
		}
		return filestore.Trouble{CutAfter: cut.Swap(0)}
	}})
	c := dial(t, s)
	whole := bytes.Repeat([]byte("0123456789"), 50_000)
	if err := c.Stor("a.xml", bytes.NewReader(whole)); err == nil {
		t.Fatal("the cut upload reported no error")
	}
	// A client that met a broken transfer connects anew.
	c, err := ftp.Dial(s.Addr(), ftp.DialWithTimeout(10*time.Second))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Quit() })
	if err := c.Login(filestore.User, filestore.Password); err != nil {
		t.Fatal(err)
	}
	if err := c.ChangeDir(folder); err != nil {
		t.Fatal(err)
	}
	n, err := c.FileSize("a.xml")
	if err != nil || n != 70_000 {
		t.Fatalf("size after the cut = %d, %v", n, err)
	}
	if err := c.Append("a.xml", bytes.NewReader(whole[n:])); err != nil {
		t.Fatal(err)
	}
	if content(t, s, "a.xml") != string(whole) {
		t.Error("the continued file differs")
	}
}

func TestReaderKeepsTheFileItOpened(t *testing.T) {
	s := start(t, filestore.Options{})
	c := dial(t, s)
	if err := c.Stor("a.xml", strings.NewReader("first")); err != nil {
		t.Fatal(err)
	}
	f, err := s.Open(folder, "a.xml")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := c.Stor("a.xml", strings.NewReader("second, longer")); err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(f)
	if err != nil || string(b) != "first" {
		t.Errorf("reader saw %q, %v", b, err)
	}
	if got := content(t, s, ""); got != "second, longer" {
		t.Errorf("content = %q", got)
	}
}

func TestNotFound(t *testing.T) {
	s := start(t, filestore.Options{})
	c := dial(t, s)
	if err := c.Stor("a.xml", strings.NewReader("a")); err != nil {
		t.Fatal(err)
	}
	if err := c.Stor("b.xml", strings.NewReader("b")); err != nil {
		t.Fatal(err)
	}
	for _, where := range [][2]string{{"../" + folder, "a.xml"}, {folder, "c.xml"}, {"unknown", ""}, {folder, ""}} {
		if _, err := s.Open(where[0], where[1]); !errors.Is(err, filestore.ErrNotFound) {
			t.Errorf("Open(%q) = %v", where, err)
		}
	}
}

func TestLogin(t *testing.T) {
	s := start(t, filestore.Options{})
	c, err := ftp.Dial(s.Addr(), ftp.DialWithTimeout(10*time.Second))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Quit() })
	if err := c.Login("anonymous", "other"); err == nil {
		t.Error("a wrong password was accepted")
	}
}
