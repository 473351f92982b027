package smev

import (
	"bytes"
	"context"
	"errors"
	"net"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/spf13/afero"
)

// middlebox stands between us and the storage: it lets only such data connections pass
// as were asked for by the commands it reads, and changes commands.
type middlebox struct {
	closed  string // the way that does not lead anywhere, EPSV or PASV
	replace map[string]string
	last    atomic.Value // the last command, a string
}

func (m *middlebox) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	if m.last.Load() != nil && strings.HasPrefix(m.last.Load().(string), m.closed) && m.closed != "" {
		return nil, errors.New("filtered")
	}
	c, err := new(net.Dialer).DialContext(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	return watchedConn{c, m}, nil
}

type watchedConn struct {
	net.Conn
	box *middlebox
}

func (c watchedConn) Write(b []byte) (int, error) {
	line := string(b)
	if len(line) > 4 && strings.HasSuffix(line, "\r\n") && len(line) < 200 {
		c.box.last.Store(line)
		for command, other := range c.box.replace {
			if strings.HasPrefix(line, command) {
				_, err := c.Conn.Write([]byte(other + "\r\n"))
				return len(b), err
			}
		}
	}
	return c.Conn.Write(b)
}

// through is a storage behind a middlebox; it does not log in again to try once more.
func through(t *testing.T, fs afero.Fs, m *middlebox) *FileStore {
	_, addr := startFTP(t, fs)
	s := testStore(addr)
	s.dial = m.dial
	return s
}

func TestDataConnectionsBehindAFirewall(t *testing.T) {
	content := []byte("<x/>")
	for _, c := range []struct {
		closed string
		way    Passive
		passes bool
	}{
		{"EPSV", PassiveAuto, true}, {"PASV", PassiveAuto, true}, {"EPSV", PassivePASV, true}, {"PASV", PassiveEPSV, true},
		{"EPSV", PassiveEPSV, false}, {"PASV", PassivePASV, false},
	} {
		t.Run(string(c.way)+" where "+c.closed+" is closed", func(t *testing.T) {
			fs := afero.NewMemMapFs()
			s := through(t, fs, &middlebox{closed: c.closed}).WithPassive(c.way)
			err := s.Upload(t.Context(), testFolder, "data.xml", bytes.NewReader(content))
			if !c.passes {
				if err == nil {
					t.Error("it passes")
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			checkStored(t, fs, content)
			s.attempts = 1 // it is remembered
			if err := s.Upload(t.Context(), testFolder, "data.xml", bytes.NewReader(append(content, content...))); err != nil {
				t.Errorf("again: %v", err)
			}
		})
	}
}

// A storage that only takes files need not tell their size, not even that they are there.
func TestUploadWhereNobodyMayAskTheSize(t *testing.T) {
	fs := afero.NewMemMapFs()
	content := randomBytes(5000)
	s := through(t, fs, &middlebox{replace: map[string]string{"SIZE": "SIZE /nothing/of/that/name"}})
	for range 2 {
		if err := s.Upload(t.Context(), testFolder, "data.xml", bytes.NewReader(content)); err != nil {
			t.Error(err)
		}
	}
	checkStored(t, fs, content)
}
