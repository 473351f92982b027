package filestore

import (
	"errors"
	"io"
	"math"
	"os"
	"time"

	ftpserver "github.com/fclairamb/ftpserverlib"
)

// Trouble is what shall go wrong with one login or transfer.
type Trouble struct {
	Label      string        // told in Transfer
	Refuse     string        // reply with an error: "denied", "missing" (550) or "full" (552)
	Disconnect string        // close the control connection "before" or "after" the transfer
	CutAfter   int64         // break the data connection after that many bytes
	Piece      int           // transfer so many bytes at a time,
	Pace       time.Duration // with a pause between
	Tamper     bool          // of a download: change its first byte
}

// trouble asks what shall go wrong.
func (s *Server) trouble(operation string) Trouble {
	if s.options.Trouble == nil {
		return Trouble{}
	}
	return s.options.Trouble(operation)
}

// refusal is the error that makes the library reply as the trouble says.
func (t Trouble) refusal() error {
	switch t.Refuse {
	case "":
		return nil
	case "full":
		return ftpserver.ErrStorageExceeded
	case "missing":
		return os.ErrNotExist
	}
	return os.ErrPermission
}

var errCut = errors.New("connection to the storage lost")

// shaper passes bytes on, slowly or up to a limit.
type shaper struct {
	trouble Trouble
	stop    <-chan struct{}
	left    int64
	passed  int64
}

func newShaper(t Trouble, stop <-chan struct{}) *shaper {
	s := &shaper{trouble: t, stop: stop, left: math.MaxInt64}
	if t.CutAfter > 0 {
		s.left = t.CutAfter
	}
	if t.Disconnect == "before" {
		s.left = 0
	}
	return s
}

// pass hands b to the next step piece by piece and returns how much of it was
// taken.
func (s *shaper) pass(b []byte, next func([]byte) (int, error)) (int, error) {
	done := 0
	for done < len(b) {
		if s.left == 0 {
			return done, errCut
		}
		n := len(b) - done
		if s.trouble.Piece > 0 {
			n = min(n, s.trouble.Piece)
		}
		n = int(min(int64(n), s.left))
		if !s.pause() {
			return done, errCut
		}
		taken, err := next(b[done : done+n])
		done += taken
		s.left -= int64(taken)
		s.passed += int64(taken)
		if err != nil {
			return done, err
		}
	}
	return done, nil
}

// pause waits between pieces; it is false when the server stops.
func (s *shaper) pause() bool {
	if s.trouble.Pace <= 0 {
		return true
	}
	t := time.NewTimer(s.trouble.Pace)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-s.stop:
		return false
	}
}

// read reads through the shaper: at most a piece, and nothing past the limit.
func (s *shaper) read(r io.Reader, b []byte) (int, error) {
	if s.trouble.Piece > 0 && len(b) > s.trouble.Piece {
		b = b[:s.trouble.Piece]
	}
	if s.left == 0 || !s.pause() {
		return 0, errCut
	}
	if int64(len(b)) > s.left {
		b = b[:s.left]
	}
	n, err := r.Read(b)
	if s.trouble.Tamper && s.passed == 0 && n > 0 {
		b[0] ^= 0x20
	}
	s.left -= int64(n)
	s.passed += int64(n)
	return n, err
}
