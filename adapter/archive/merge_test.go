package archive

import (
	"errors"
	"os"
	"slices"
	"testing"
	"time"
)

// writing is a Writer and its clock.
type writing struct {
	*Writer
	now time.Time
}

func (w *writing) put(t *testing.T, after time.Duration, id string) {
	t.Helper()
	w.now = noon.Add(after)
	mustAppend(t, w.Writer, Entry{Kind: Sent, ID: id, At: w.now, Parts: []Part{{"envelope.xml", []byte(id)}}})
}

func writingTo(t *testing.T, folder string) *writing {
	t.Helper()
	w := &writing{}
	w.Writer = NewWriter(folder, func() time.Time { return w.now })
	t.Cleanup(func() { _ = w.Close() })
	return w
}

// What gateways wrote at the same time comes in the order of time, across files and days.
func TestMergeFollowsTime(t *testing.T) {
	t.Parallel()
	one, other := t.TempDir(), t.TempDir()
	a, b := writingTo(t, one), writingTo(t, other)
	a.put(t, 0, "1")
	b.put(t, time.Minute, "2")
	a.put(t, 2*time.Minute, "3")
	b.put(t, 13*time.Hour, "4")
	a.put(t, 14*time.Hour, "5")
	b.put(t, 15*time.Hour, "6")
	var ids []string
	done := 0
	for e, err := range Merge(func(n int) { done = n }, mustFiles(t, one, other)...) {
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, e.ID)
	}
	if !slices.Equal(ids, []string{"1", "2", "3", "4", "5", "6"}) || done != 4 {
		t.Errorf("read %q of %d files", ids, done)
	}
	for range Merge(nil, mustFiles(t, one, other)...) {
		break
	}
}

// Damage is named and costs nothing else.
func TestMergeGoesOnBehindDamage(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	w := newWriter(t, folder)
	mustAppend(t, w, sent("1", ""), sent("2", ""), sent("3", ""))
	name := mustFiles(t, folder)[0]
	content, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	content[headerSize+5] ^= 1
	if err := os.WriteFile(name, content, 0o600); err != nil {
		t.Fatal(err)
	}
	ids, damage := sortOut(t, Merge(nil, name))
	if !slices.Equal(ids, []string{"2", "3"}) || len(damage) != 1 {
		t.Errorf("read %q, damage %v", ids, damage)
	}
}

// The newest entry is among the last ones of the files of the newest day, whatever lies
// at their ends.
func TestNewestIsTheEndOfTheNewestDay(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	newest := func() (ids []string) {
		t.Helper()
		last, err := Newest(folder)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range last {
			ids = append(ids, e.ID)
		}
		slices.Sort(ids)
		return ids
	}
	if ids := newest(); ids != nil {
		t.Errorf("an empty archive has %q", ids)
	}
	a, b := writingTo(t, folder), writingTo(t, folder)
	a.put(t, 0, "1")
	a.put(t, 24*time.Hour, "2")
	a.put(t, 25*time.Hour, "3")
	b.put(t, 26*time.Hour, "4")
	if ids := newest(); !slices.Equal(ids, []string{"3", "4"}) {
		t.Errorf("newest are %q", ids)
	}
	for _, name := range mustFiles(t, folder)[1:] {
		content, err := os.ReadFile(name)
		if err == nil {
			err = os.WriteFile(name, content[:len(content)-1], 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if ids := newest(); !slices.Equal(ids, []string{"2"}) {
		t.Errorf("with their ends cut newest are %q", ids)
	}
	if _, err := Newest(folder + "-none"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a folder that is not there: %v", err)
	}
}
