package filestore_test

import (
	"errors"
	"net/textproto"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jlaffaye/ftp"

	"egissogw/adapter/smev/smevtest/filestore"
)

// plan gives each operation its next trouble.
type plan struct {
	mu   sync.Mutex
	next map[string][]filestore.Trouble
}

func (p *plan) ask(operation string) filestore.Trouble {
	p.mu.Lock()
	defer p.mu.Unlock()
	list := p.next[operation]
	if len(list) == 0 {
		return filestore.Trouble{}
	}
	p.next[operation] = list[1:]
	return list[0]
}

func code(err error) int {
	if e, ok := errors.AsType[*textproto.Error](err); ok {
		return e.Code
	}
	return 0
}

func TestTroubleWithDownloads(t *testing.T) {
	whole := strings.Repeat("0123456789", 1000)
	cases := []struct {
		name    string
		trouble filestore.Trouble
		want    string // what arrives
		fails   bool
		code    int
	}{
		{"none", filestore.Trouble{}, whole, false, 0},
		{"byte by byte", filestore.Trouble{Piece: 1}, whole, false, 0},
		{"slow", filestore.Trouble{Piece: 4000, Pace: time.Millisecond}, whole, false, 0},
		{"cut", filestore.Trouble{CutAfter: 4321}, whole[:4321], true, 0},
		{"cut with the control connection", filestore.Trouble{CutAfter: 10, Disconnect: "after"}, whole[:10], true, 0},
		{"changed", filestore.Trouble{Tamper: true}, "\x10" + whole[1:], false, 0},
		{"missing", filestore.Trouble{Refuse: "missing"}, "", true, ftp.StatusFileUnavailable},
		{"denied", filestore.Trouble{Refuse: "denied"}, "", true, ftp.StatusFileUnavailable},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			p := &plan{next: map[string][]filestore.Trouble{"RETR": {c.trouble}}}
			var told transfers
			s := start(t, filestore.Options{Trouble: p.ask, Done: told.done})
			got, err := fetch(s, put(t, s, whole), "", "/answer.xml")
			if (err != nil) != c.fails || got != c.want {
				t.Errorf("%d bytes, %v", len(got), err)
			}
			if c.code != 0 && code(err) != c.code {
				t.Errorf("code %d, want %d", code(err), c.code)
			}
			if end := told.last(); c.code == 0 && end.Whole == c.fails {
				t.Errorf("transfer = %+v", end)
			}
		})
	}
}

func TestTroubleWithUploads(t *testing.T) {
	cases := []struct {
		name    string
		trouble filestore.Trouble
		fails   bool
		code    int
		stored  string
	}{
		{"byte by byte", filestore.Trouble{Piece: 1}, false, 0, "0123456789"},
		{"full", filestore.Trouble{Refuse: "full"}, true, 552, ""},
		{"denied", filestore.Trouble{Refuse: "denied"}, true, 550, ""},
		{"cut", filestore.Trouble{CutAfter: 3}, true, 550, "012"},
		{"disconnected before", filestore.Trouble{Disconnect: "before"}, true, 0, ""},
		{"stored but not told", filestore.Trouble{Disconnect: "after"}, true, 0, "0123456789"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			p := &plan{next: map[string][]filestore.Trouble{"STOR": {c.trouble}}}
			s := start(t, filestore.Options{Trouble: p.ask})
			err := dial(t, s).Stor("a.xml", strings.NewReader("0123456789"))
			if (err != nil) != c.fails || code(err) != c.code {
				t.Errorf("error %v, code %d", err, code(err))
			}
			if err := s.Close(); err != nil { // waits for the end of the transfer
				t.Fatal(err)
			}
			if c.stored != "" {
				if got := content(t, s, "a.xml"); got != c.stored {
					t.Errorf("stored %q, want %q", got, c.stored)
				}
			}
		})
	}
}

func TestTroubleWithLogin(t *testing.T) {
	p := &plan{next: map[string][]filestore.Trouble{"LOGIN": {{Refuse: "denied"}, {Disconnect: "before"}}}}
	s := start(t, filestore.Options{Trouble: p.ask})
	for _, want := range []bool{true, true, false} {
		c, err := ftp.Dial(s.Addr(), ftp.DialWithTimeout(10*time.Second))
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Login(filestore.User, filestore.Password); (err != nil) != want {
			t.Errorf("login: %v", err)
		}
		_ = c.Quit()
	}
}

// A transfer that is slow on purpose does not hold up the end.
func TestCloseDuringSlowTransfer(t *testing.T) {
	asked := make(chan struct{})
	s := start(t, filestore.Options{Trouble: func(operation string) filestore.Trouble {
		if operation != "RETR" {
			return filestore.Trouble{}
		}
		close(asked)
		return filestore.Trouble{Piece: 1, Pace: time.Hour}
	}})
	a := put(t, s, "answer")
	failed := make(chan error, 1)
	go func() {
		_, err := fetch(s, a, "", "/answer.xml")
		failed <- err
	}()
	<-asked
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if err := <-failed; err == nil {
		t.Error("the download did not break")
	}
}
