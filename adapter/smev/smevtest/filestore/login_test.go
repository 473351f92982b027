package filestore_test

import (
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jlaffaye/ftp"

	"egissogw/adapter/smev/smevtest/filestore"
)

// transfers collects what the server tells of.
type transfers struct {
	mu  sync.Mutex
	all []filestore.Transfer
}

func (r *transfers) done(t filestore.Transfer) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all = append(r.all, t)
}

func (r *transfers) last() filestore.Transfer {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.all) == 0 {
		return filestore.Transfer{}
	}
	return r.all[len(r.all)-1]
}

// fetch reads a file with a login of its own.
func fetch(s *filestore.Server, a filestore.Access, folder, name string) (string, error) {
	c, err := ftp.Dial(s.Addr(), ftp.DialWithTimeout(10*time.Second))
	if err != nil {
		return "", err
	}
	defer func() { _ = c.Quit() }()
	if err := c.Login(a.User, a.Password); err != nil {
		return "", err
	}
	if folder != "" {
		if err := c.ChangeDir(folder); err != nil {
			return "", err
		}
	}
	r, err := c.Retr(name)
	if err != nil {
		return "", err
	}
	b, err := io.ReadAll(r)
	return string(b), errors.Join(err, r.Close())
}

func put(t *testing.T, s *filestore.Server, content string) filestore.Access {
	t.Helper()
	if err := s.Put(folder, "answer.xml", strings.NewReader(content)); err != nil {
		t.Fatal(err)
	}
	return s.Grant(folder)
}

func TestOneTimeLogin(t *testing.T) {
	var told transfers
	s := start(t, filestore.Options{Done: told.done})
	a := put(t, s, "answer")
	if len(a.User) != 30 || len(a.Password) != 30 {
		t.Errorf("login is %d and %d characters long", len(a.User), len(a.Password))
	}
	if _, err := fetch(s, filestore.Access{User: a.User, Password: "wrong"}, "", "/answer.xml"); err == nil {
		t.Error("a wrong password was accepted")
	}
	if _, err := fetch(s, a, "", "/other.xml"); err == nil {
		t.Error("a file that is not there was found")
	}
	if got, err := fetch(s, a, "", "/answer.xml"); got != "answer" || err != nil {
		t.Errorf("file = %q, %v", got, err)
	}
	if got := told.last(); got.UUID != folder || got.Name != "answer.xml" || got.Bytes != 6 || !got.Whole || got.Upload {
		t.Errorf("transfer = %+v", got)
	}
	if _, err := fetch(s, a, "", "/answer.xml"); err == nil {
		t.Error("the login was good a second time")
	}
	if got, err := fetch(s, s.Grant(folder), "", "/answer.xml"); got != "answer" || err != nil {
		t.Errorf("with a new login: %q, %v", got, err)
	}
}

func TestLoginThatIsKeptUntilItsTermOrRevoked(t *testing.T) {
	var mu sync.Mutex
	now := time.Date(2024, 3, 1, 9, 0, 0, 0, time.UTC)
	s := start(t, filestore.Options{Logins: filestore.Logins{Keep: true, Term: time.Hour}, Now: func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		return now
	}})
	a := put(t, s, "answer")
	for range 2 {
		if _, err := fetch(s, a, "", "/answer.xml"); err != nil {
			t.Error(err)
		}
	}
	mu.Lock()
	now = now.Add(time.Hour + time.Second)
	mu.Unlock()
	if _, err := fetch(s, a, "", "/answer.xml"); err == nil {
		t.Error("the login is good after its term")
	}
	a = s.Grant(folder)
	s.Revoke(folder)
	if _, err := fetch(s, a, "", "/answer.xml"); err == nil {
		t.Error("the revoked login is good")
	}
}

func TestFileInSubfolder(t *testing.T) {
	s := start(t, filestore.Options{Subfolder: true})
	a := put(t, s, "answer")
	if _, err := fetch(s, a, "", "/answer.xml"); err == nil {
		t.Error("the name as given worked")
	}
	if got, err := fetch(s, a, folder, "answer.xml"); got != "answer" || err != nil {
		t.Errorf("file = %q, %v", got, err)
	}
}

func TestParticipantsDoNotSeeOutgoingFiles(t *testing.T) {
	s := start(t, filestore.Options{})
	put(t, s, "answer")
	c := dial(t, s)
	for _, name := range []string{"/.outgoing/" + folder + "/answer.xml", "/x/../.outgoing/" + folder + "/answer.xml"} {
		if _, err := c.Retr(name); err == nil {
			t.Errorf("%s was read", name)
		}
		if err := c.Stor(name, strings.NewReader("x")); err == nil {
			t.Errorf("%s was overwritten", name)
		}
	}
	if err := c.ChangeDir("/.outgoing"); err == nil {
		t.Error("the folder was entered")
	}
	visitor, err := ftp.Dial(s.Addr(), ftp.DialWithTimeout(10*time.Second))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = visitor.Quit() })
	a := s.Grant(folder)
	if err := visitor.Login(a.User, a.Password); err != nil {
		t.Fatal(err)
	}
	if err := visitor.Stor("answer.xml", strings.NewReader("x")); err == nil {
		t.Error("a login for reading could write")
	}
}

// Data connections are taken on loopback only, whatever the library does.
func TestDataPortsAreOnTheAddressOfTheStorage(t *testing.T) {
	outside := ""
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range addresses {
		if ip, _, err := net.ParseCIDR(a.String()); err == nil && ip.To4() != nil && !ip.IsLoopback() {
			outside = ip.String()
		}
	}
	if outside == "" {
		outside = "127.0.0.2" // any other address of this machine will do
	}
	s := start(t, filestore.Options{})
	var ports []string
	c, err := ftp.Dial(s.Addr(), ftp.DialWithDialFunc(func(network, addr string) (net.Conn, error) {
		if _, port, _ := net.SplitHostPort(addr); addr != s.Addr() {
			if conn, err := net.DialTimeout(network, net.JoinHostPort(outside, port), 5*time.Second); err == nil {
				_ = conn.Close()
				t.Errorf("port %s takes connections at %s", port, outside)
			}
			ports = append(ports, port)
		}
		return net.DialTimeout(network, addr, 5*time.Second)
	}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Quit() })
	if err := c.Login(filestore.User, filestore.Password); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if _, err := c.List("/"); err != nil {
			t.Fatal(err)
		}
	}
	if len(ports) != 3 {
		t.Errorf("%d data connections were made", len(ports))
	}
}
