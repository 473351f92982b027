package smev

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"sync"
	"time"
)

// gregorianTicks is the number of 100 ns intervals from the start of the
// Gregorian calendar (1582-10-15), where UUID time begins, to the Unix epoch.
const gregorianTicks = 0x01B21DD213814000

// clockStepTolerance is how far the clock may step back before ids follow it
// with a new clock sequence. Smaller steps are bridged by counting on, so that
// ids keep their order.
const clockStepTolerance = time.Second

// idGenerator makes UUIDs of version 1 (RFC 4122, 4.2). The bus checks the time
// in them (SPEC.md#messageid), so other versions do not do.
type idGenerator struct {
	mu       sync.Mutex
	last     uint64 // ticks of the last id, 0 before the first
	sequence uint16
	node     [6]byte
}

var messageIDs idGenerator

// NewMessageID makes an id for a message sent at now: a lower-case UUID of
// version 1 with a random node, which has the multicast bit set as RFC 4122, 4.5
// asks. Ids of one process never repeat and grow in time, even within one tick
// of the clock. The id is to be stored before it is used and kept for all
// attempts to send the message.
func NewMessageID(now time.Time) string { return messageIDs.next(now) }

func (g *idGenerator) next(now time.Time) string {
	ticks := uint64(now.UnixNano()/100) + gregorianTicks
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case g.last == 0:
		g.reseed()
	case ticks > g.last:
	case g.last-ticks < uint64(clockStepTolerance/100):
		ticks = g.last + 1
	default:
		g.reseed()
	}
	g.last = ticks

	var id [16]byte
	binary.BigEndian.PutUint32(id[0:], uint32(ticks))
	binary.BigEndian.PutUint16(id[4:], uint16(ticks>>32))
	binary.BigEndian.PutUint16(id[6:], uint16(ticks>>48)&0x0FFF|0x1000)
	binary.BigEndian.PutUint16(id[8:], g.sequence&0x3FFF|0x8000)
	copy(id[10:], g.node[:])

	var text [36]byte
	hex.Encode(text[0:8], id[0:4])
	text[8] = '-'
	hex.Encode(text[9:13], id[4:6])
	text[13] = '-'
	hex.Encode(text[14:18], id[6:8])
	text[18] = '-'
	hex.Encode(text[19:23], id[8:10])
	text[23] = '-'
	hex.Encode(text[24:36], id[10:16])
	return string(text[:])
}

// reseed draws a new clock sequence and node. crypto/rand.Read never fails.
func (g *idGenerator) reseed() {
	var seed [8]byte
	rand.Read(seed[:])
	g.sequence = binary.BigEndian.Uint16(seed[0:])
	copy(g.node[:], seed[2:])
	g.node[0] |= 0x01
}

var errMessageID = errors.New("message id is not a lower-case UUID of version 1")

// MessageIDTime gives the moment inside an id made by NewMessageID or by any
// other generator of version 1. The bus refuses ids that are too old
// (StaleMessageId): an id that was never sent and is older than a day is better
// replaced, one that was sent must not be (SPEC.md#messageid).
func MessageIDTime(id string) (time.Time, error) {
	if len(id) != 36 || id[8] != '-' || id[13] != '-' || id[18] != '-' || id[23] != '-' {
		return time.Time{}, errMessageID
	}
	digits := id[0:8] + id[9:13] + id[14:18] + id[19:23] + id[24:36]
	for i := range len(digits) {
		if c := digits[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return time.Time{}, errMessageID
		}
	}
	var raw [16]byte
	if _, err := hex.Decode(raw[:], []byte(digits)); err != nil {
		return time.Time{}, errMessageID
	}
	if raw[6]>>4 != 1 || raw[8]>>6 != 2 {
		return time.Time{}, errMessageID
	}
	ticks := uint64(binary.BigEndian.Uint32(raw[0:])) |
		uint64(binary.BigEndian.Uint16(raw[4:]))<<32 |
		uint64(binary.BigEndian.Uint16(raw[6:])&0x0FFF)<<48
	since := int64(ticks) - gregorianTicks
	return time.Unix(since/1e7, since%1e7*100).UTC(), nil
}
