package smevtest

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"regexp"
	"strconv"
	"sync"
	"time"
)

// The timestamp of a version 1 UUID counts 100 ns from 1582-10-15 (RFC 4122, 4.1.4).
const (
	gregorian       = 0x01B21DD213814000
	ticksPerSecond  = 10_000_000
	nanosPerTick    = 100
	versionAndClock = `^[0-9a-f]{8}-[0-9a-f]{4}-1[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`
)

var versionOne = regexp.MustCompile(versionAndClock)

// messageTime reads the moment of a MessageID; ok is false if it is not a
// version 1 UUID in lower case (adapter/smev/SPEC.md#messageid).
func messageTime(id string) (t time.Time, ok bool) {
	if !versionOne.MatchString(id) {
		return time.Time{}, false
	}
	ticks, err := strconv.ParseUint(id[15:18]+id[9:13]+id[0:8], 16, 64)
	if err != nil || ticks < gregorian {
		return time.Time{}, false
	}
	ticks -= gregorian
	return time.Unix(int64(ticks/ticksPerSecond), int64(ticks%ticksPerSecond)*nanosPerTick), true
}

// idSource makes the ids of the bus and of ЕГИССО.
type idSource struct {
	mu   sync.Mutex
	last uint64
	tail [8]byte // clock sequence and node
}

func newIDSource() *idSource {
	s := &idSource{}
	_, _ = rand.Read(s.tail[:]) // never fails
	s.tail[0] = s.tail[0]&0x3f | 0x80
	s.tail[2] |= 1 // multicast: not a network card's address
	return s
}

func (s *idSource) next(now time.Time) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	ticks := uint64(now.Unix())*ticksPerSecond + uint64(now.Nanosecond())/nanosPerTick + gregorian
	if ticks <= s.last {
		ticks = s.last + 1
	}
	s.last = ticks
	var u [16]byte
	binary.BigEndian.PutUint32(u[0:], uint32(ticks))
	binary.BigEndian.PutUint16(u[4:], uint16(ticks>>32))
	binary.BigEndian.PutUint16(u[6:], uint16(ticks>>48)&0x0fff|0x1000)
	copy(u[8:], s.tail[:])
	h := hex.EncodeToString(u[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}
