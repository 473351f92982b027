package smev

import (
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
)

func TestNewMessageIDIsVersion1(t *testing.T) {
	now := time.Date(2024, 5, 17, 12, 30, 45, 123456700, time.UTC)
	id := NewMessageID(now)
	parsed, err := uuid.Parse(id)
	if err != nil {
		t.Fatal(err)
	}
	if parsed.String() != id {
		t.Errorf("id %s is not in lower case with hyphens", id)
	}
	if parsed.Version() != 1 || parsed.Variant() != uuid.RFC4122 {
		t.Errorf("version %v variant %v", parsed.Version(), parsed.Variant())
	}
	sec, nsec := parsed.Time().UnixTime()
	if got := time.Unix(sec, nsec).UTC(); !got.Equal(now) {
		t.Errorf("time in the id is %v, want %v", got, now)
	}
	if parsed.NodeID()[0]&1 == 0 {
		t.Error("multicast bit of the random node is not set")
	}
	if at, err := MessageIDTime(id); err != nil || !at.Equal(now) {
		t.Errorf("MessageIDTime = %v, %v", at, err)
	}
}

func TestMessageIDsGrowWithinOneTick(t *testing.T) {
	var g idGenerator
	now := time.Now()
	var last time.Time
	for range 1000 {
		at, err := MessageIDTime(g.next(now))
		if err != nil {
			t.Fatal(err)
		}
		if !at.After(last) {
			t.Fatalf("%v does not follow %v", at, last)
		}
		last = at
	}
}

func TestMessageIDsFollowAClockThatWasFarAhead(t *testing.T) {
	var g idGenerator
	now := time.Now()
	ahead := g.next(now.Add(48 * time.Hour))
	back := g.next(now)
	at, err := MessageIDTime(back)
	if err != nil {
		t.Fatal(err)
	}
	if d := at.Sub(now).Abs(); d > time.Millisecond {
		t.Errorf("id is %v away from the corrected clock", d)
	}
	if ahead[19:] == back[19:] {
		t.Error("clock sequence and node were kept over a step back")
	}
}

func TestMessageIDsAreUniqueAcrossGoroutines(t *testing.T) {
	var (
		mu   sync.Mutex
		seen = map[string]bool{}
		wg   sync.WaitGroup
	)
	now := time.Now()
	for range 8 {
		wg.Go(func() {
			for range 200 {
				id := NewMessageID(now)
				mu.Lock()
				if seen[id] {
					t.Errorf("id %s repeated", id)
				}
				seen[id] = true
				mu.Unlock()
			}
		})
	}
	wg.Wait()
}

func TestMessageIDTimeRefuses(t *testing.T) {
	for name, id := range map[string]string{
		"empty":        "",
		"upper case":   "39F52A38-9A54-11EA-B23A-3316E2108089",
		"version 4":    "39f52a38-9a54-41ea-b23a-3316e2108089",
		"no hyphens":   "39f52a389a5411eab23a3316e2108089",
		"wrong spots":  "39f52a389-a54-11ea-b23a-3316e210808",
		"other letter": "39f52a38-9a54-11ea-b23a-3316e210808g",
		"NCS variant":  "39f52a38-9a54-11ea-723a-3316e2108089",
	} {
		if _, err := MessageIDTime(id); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestMoments(t *testing.T) {
	want := time.Date(2020, 6, 15, 11, 18, 59, 0, time.UTC)
	for name, s := range map[string]string{
		"bus form":     "2020-06-15T14:18:59.000+03:00",
		"no fraction":  "2020-06-15T14:18:59+03:00",
		"nine digits":  "2020-06-15T14:18:59.000000000+03:00",
		"UTC":          "2020-06-15T11:18:59Z",
		"no offset":    "2020-06-15T14:18:59",
		"white around": " 2020-06-15T14:18:59.0 ",
	} {
		got, err := parseMoment(s)
		if err != nil || !got.Equal(want) {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
	for _, s := range []string{"", "2020-06-15", "15.06.2020 14:18", "2020-13-01T00:00:00Z"} {
		if _, err := parseMoment(s); err == nil {
			t.Errorf("%q accepted", s)
		}
	}
	if got := formatMoment(want.In(moscow)); got != "2020-06-15T14:18:59.000+03:00" {
		t.Errorf("formatMoment = %s", got)
	}
	if got := formatMoment(want); got != "2020-06-15T11:18:59.000+00:00" {
		t.Errorf("formatMoment in UTC = %s", got)
	}
}
