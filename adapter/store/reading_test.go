package store_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"egissogw/adapter/egisso/lifecycle"
	"egissogw/adapter/store"
)

// looked is what is done with the bytes of something that came: death may come of it.
type looked func(content []byte)

// asideCase is one kind of what is read: replies of the bus are tested with the job
// that receives them.
type asideCase struct {
	deaths int // so many are allowed (egisso.reading.deaths_allowed)
	store  func(ctx context.Context, s *store.Store, id, content string) error
	// next reads the next one that is due, if there is one.
	next func(ctx context.Context, s *store.Store, look looked) (found bool, err error)
}

// atOnce is a lease that is over when the process dies.
const atOnce = -time.Second

var asideCases = map[string]asideCase{
	"answer": {5, func(ctx context.Context, s *store.Store, id, content string) error {
		return storeAnswer(ctx, s, store.InAnswer{ID: id, Body: []byte(content)})
	}, func(ctx context.Context, s *store.Store, look looked) (bool, error) {
		return s.ApplyNext(ctx, func(a store.InAnswer, _ *lifecycle.AnsweredPackage) (lifecycle.Verdict, error) {
			look(a.Body)
			return lifecycle.Verdict{}, nil
		})
	}},
	"incoming": {5, func(ctx context.Context, s *store.Store, id, content string) error {
		_, err := s.StoreIncoming(ctx, store.Incoming{ID: id, Kind: "broadcast", Content: []byte(content), Raw: []byte("raw"), Verified: true})
		return err
	}, func(ctx context.Context, s *store.Store, look looked) (bool, error) {
		m, err := s.ClaimIncoming(ctx, atOnce)
		if m == nil {
			return false, err
		}
		look(m.Content)
		return true, errors.Join(err, s.IncomingRead(ctx, m), s.IncomingDone(ctx, m, store.IncomingVerdict{}))
	}},
	"protocol": {2, func(ctx context.Context, s *store.Store, _, content string) error {
		_, _, err := s.StoreProtocol(ctx, uuid.Nil, []byte(content), "")
		return err
	}, func(ctx context.Context, s *store.Store, look looked) (bool, error) {
		return s.ApplyNextProtocol(ctx, "", func(f lifecycle.ProtocolFile, _ store.PackageFinder) (store.FileVerdict, error) {
			look(f.Raw)
			return store.FileVerdict{Refused: "ничего не называет"}, nil
		})
	}},
	"file": {5, func(ctx context.Context, s *store.Store, id, content string) error {
		return storeAnswer(ctx, s, store.InAnswer{ID: id, Files: []store.InFile{{Name: "protocol", Inline: true, Content: []byte(content)}}})
	}, func(ctx context.Context, s *store.Store, look looked) (bool, error) {
		f, err := s.ClaimFile(ctx, atOnce)
		if f == nil {
			return err != nil, err
		}
		look(f.Content)
		return true, errors.Join(err, s.FileRead(ctx, f), s.FileChecked(ctx, f, f.Content))
	}},
}

func storeAnswer(ctx context.Context, s *store.Store, a store.InAnswer) error {
	a.OriginalMessageID, a.Kind, a.Raw, a.Verified, a.Speaker.Listed = uuid.NewString(), "content", []byte("raw"), true, true
	_, err := s.StoreAnswer(ctx, a)
	return err
}

type death struct{}

// life is a process that reads what is due: look may end it.
func (c asideCase) life(t *testing.T, url string, look looked) (died bool, err error) {
	t.Helper()
	s := opened(t, url)
	defer s.Close()
	s.ReadSuspectsAfter(0)
	defer func() {
		if r := recover(); r != nil {
			if _, died = r.(death); !died {
				panic(r)
			}
		}
	}()
	for {
		found, failure := c.next(t.Context(), s, look)
		if err = errors.Join(err, failure); !found {
			return false, err
		}
	}
}

// What ends one process after the other is set aside and shown, the rest goes on, and a
// person may have it read again.
func TestWhatEndsProcessesIsSetAside(t *testing.T) {
	for what, c := range asideCases {
		t.Run(what, func(t *testing.T) {
			f := open(t)
			for _, id := range []string{"deadly", "good"} {
				if err := c.store(t.Context(), f.Store, id, id); err != nil {
					t.Fatal(err)
				}
			}
			var read []string
			deadly := func(content []byte) {
				if string(content) == "deadly" {
					panic(death{})
				}
				read = append(read, string(content))
			}
			for i := range c.deaths {
				if died, err := c.life(t, f.url, deadly); !died {
					t.Fatalf("life %d goes on: %v", i, err)
				}
			}
			if len(read) > 0 {
				t.Errorf("read %v before the oldest", read)
			}
			if died, err := c.life(t, f.url, deadly); died || !errors.Is(err, store.ErrSetAside) {
				t.Fatalf("after the deaths: died %v, %v", died, err)
			}
			if died, err := c.life(t, f.url, deadly); died || err != nil {
				t.Errorf("it is said again: died %v, %v", died, err)
			}
			if strings.Join(read, " ") != "good" {
				t.Errorf("read %v", read)
			}
			items, err := f.Inbox(t.Context(), false, 10)
			if err != nil || len(items) != 1 || items[0].Trouble != "set_aside" || !strings.HasPrefix(items[0].ID, what+":") {
				t.Fatalf("%+v, %v", items, err)
			}
			f.want(t, `select subject from egisso.health where code = 'set_aside'`, items[0].ID)

			// A person has it read: by the same program, then by one that can.
			if _, err := f.RetryInbox(t.Context(), items[0].ID, "исправлено"); err != nil {
				t.Fatal(err)
			}
			if died, _ := c.life(t, f.url, deadly); !died {
				t.Error("it is not read again")
			}
			read = nil
			died, err := c.life(t, f.url, func(content []byte) { read = append(read, string(content)) })
			if died || err != nil || strings.Join(read, " ") != "deadly" {
				t.Errorf("died %v, %v; read %v", died, err, read)
			}
			f.want(t, `select (select count(*) from egisso.reading) || ' ' || (select count(*) from egisso.inbox)`, "0 0")
		})
	}
}

// One process may fail to read something as often as it likes: it lives.
func TestLivingProcessesSetNothingAside(t *testing.T) {
	c := asideCases["answer"]
	f := open(t)
	if err := c.store(t.Context(), f.Store, "odd", "odd"); err != nil {
		t.Fatal(err)
	}
	tries := 0
	for range c.deaths + 3 {
		f.exec(t, `update egisso.answer set next_apply_at = now()`)
		_, err := f.ApplyNext(t.Context(), func(store.InAnswer, *lifecycle.AnsweredPackage) (lifecycle.Verdict, error) {
			tries++
			return lifecycle.Verdict{}, errors.New("not understood")
		})
		if err == nil || errors.Is(err, store.ErrSetAside) {
			t.Fatalf("try %d: %v", tries, err)
		}
	}
	if tries != c.deaths+3 {
		t.Errorf("tried %d times", tries)
	}
	f.want(t, `select count(*) from egisso.reading`, "0")
}

// What dies with a program that dies at every start is not blamed for it: it is read
// when a process has lived for a while, and not in the same moment as another suspect.
func TestBystandersAreNotSetAside(t *testing.T) {
	f := open(t)
	begin := func(ctx context.Context, wait time.Duration, id string) (store.Begun, error) {
		s := opened(t, f.url)
		t.Cleanup(s.Close)
		s.ReadSuspectsAfter(wait)
		return s.BeginReply(ctx, store.RawReply{Operation: "GetResponse", MessageID: id, Raw: []byte("harmless")})
	}
	if _, err := begin(t.Context(), 0, "a"); err != nil {
		t.Fatal(err)
	}
	for range 4 { // die before they dare
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		if _, err := begin(ctx, time.Hour, "a"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v", err)
		}
		cancel()
	}
	f.want(t, `select string_agg(begun::text, ' ') from egisso.reading`, "1")
	if b, err := begin(t.Context(), 0, "a"); err != nil || b.Aside {
		t.Errorf("%+v, %v", b, err)
	}
	f.want(t, `select string_agg(begun::text, ' ') from egisso.reading`, "2")
}

// Suspects wait for each other: what one of them does to the process is not laid to the
// next one's door.
func TestSuspectsAreReadApart(t *testing.T) {
	f := open(t)
	replies := []store.RawReply{
		{Operation: "GetResponse", MessageID: "a", Raw: []byte("harmless")},
		{Operation: "GetRequest", MessageID: "b", Raw: []byte("harmless")},
	}
	died := opened(t, f.url)
	for _, r := range replies {
		if _, err := died.BeginReply(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	died.Close()
	const apart = 300 * time.Millisecond
	s := opened(t, f.url)
	defer s.Close()
	started := time.Now()
	s.ReadSuspectsAfter(apart)
	begun := make(chan time.Time, len(replies))
	for _, r := range replies {
		go func() {
			if _, err := s.BeginReply(t.Context(), r); err != nil {
				t.Error(err)
			}
			begun <- time.Now()
		}()
	}
	<-begun
	if second := <-begun; second.Sub(started) < 2*apart {
		t.Errorf("both were begun after %s", second.Sub(started))
	}
}
