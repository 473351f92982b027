package archive

import (
	"bytes"
	"errors"
	"fmt"
	"iter"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

var noon = time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)

func sent(id, content string) Entry {
	return Entry{Sent, id, noon, []Part{{"envelope.xml", []byte(content)}, {"elements.jsonl", []byte(id + "\n")}}}
}

func newWriter(t *testing.T, folder string) *Writer {
	t.Helper()
	w := NewWriter(folder, func() time.Time { return noon })
	t.Cleanup(func() { _ = w.Close() })
	return w
}

func mustAppend(t *testing.T, w *Writer, entries ...Entry) {
	t.Helper()
	for _, e := range entries {
		if err := w.Append(e); err != nil {
			t.Fatal(err)
		}
	}
}

func mustFiles(t *testing.T, folders ...string) []string {
	t.Helper()
	files, err := Files(folders...)
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// readAll returns the ids in files and the damage.
func readAll(t *testing.T, files ...string) (ids []string, damage []*DamageError) {
	t.Helper()
	return sortOut(t, Read(files...))
}

// readBytes does the same with the content of one file.
func readBytes(t *testing.T, content []byte) (ids []string, damage []*DamageError) {
	t.Helper()
	r := reader{name: "file", f: bytes.NewReader(content), size: int64(len(content))}
	return sortOut(t, func(yield func(Entry, error) bool) { r.all(yield) })
}

func sortOut(t *testing.T, entries iter.Seq2[Entry, error]) (ids []string, damage []*DamageError) {
	t.Helper()
	for e, err := range entries {
		var d *DamageError
		switch {
		case errors.As(err, &d):
			damage = append(damage, d)
		case err != nil:
			t.Fatal(err)
		default:
			ids = append(ids, e.ID)
		}
	}
	return ids, damage
}

func TestWhatIsAppendedIsRead(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	w := newWriter(t, folder)
	large := bytes.Repeat([]byte("<fact/>"), 500_000)
	mustAppend(t, w, sent("1", ""), Entry{Answer, "a/../b", noon.Add(time.Nanosecond), []Part{{"answer.xml", large}}}, Entry{Kind: Export, ID: "3"})
	var got []Entry
	for e, err := range Read(mustFiles(t, folder)...) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, e)
	}
	if len(got) != 3 || string(got[0].Part("elements.jsonl")) != "1\n" || !bytes.Equal(got[1].Part("answer.xml"), large) {
		t.Fatalf("read %d entries", len(got))
	}
	if e := got[1]; e.Kind != Answer || e.ID != "a/../b" || !e.At.Equal(noon.Add(time.Nanosecond)) || e.Part("other") != nil {
		t.Errorf("read %s %s %s", e.Kind, e.ID, e.At)
	}
}

func TestFilesAreTheOwnersAlone(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	mustAppend(t, newWriter(t, folder), sent("1", ""))
	file := mustFiles(t, folder)[0]
	for name, want := range map[string]os.FileMode{file: 0o600, filepath.Dir(file): 0o700} {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != want {
			t.Errorf("%s has mode %o, want %o", filepath.Base(name), info.Mode().Perm(), want)
		}
	}
	if day := filepath.Base(filepath.Dir(file)); day != "2026-11-29" {
		t.Errorf("the folder of the day is %q", day)
	}
}

func TestTarReadsTheFiles(t *testing.T) {
	t.Parallel()
	tar, err := exec.LookPath("tar")
	if err != nil {
		t.Skip("there is no tar")
	}
	if _, err := exec.LookPath("zstd"); err != nil {
		t.Skip("there is no zstd")
	}
	folder, out := t.TempDir(), t.TempDir()
	mustAppend(t, newWriter(t, folder), sent("1", "<a/>"), sent("2", "<b/>"))
	if said, err := exec.Command(tar, "--zstd", "-xf", mustFiles(t, folder)[0], "-C", out).CombinedOutput(); err != nil || len(said) > 0 {
		t.Fatalf("tar: %v\n%s", err, said)
	}
	for name, want := range map[string]string{"00000001-sent/envelope.xml": "<a/>", "00000002-sent/envelope.xml": "<b/>"} {
		if got, err := os.ReadFile(filepath.Join(out, name)); err != nil || string(got) != want {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

func TestANewDayBeginsANewFile(t *testing.T) {
	t.Parallel()
	folder, now := t.TempDir(), noon
	w := NewWriter(folder, func() time.Time { return now })
	mustAppend(t, w, sent("1", ""), sent("2", ""))
	now = now.Add(12 * time.Hour)
	mustAppend(t, w, sent("3", ""))
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	files := mustFiles(t, folder)
	if len(files) != 2 || filepath.Base(filepath.Dir(files[1])) != "2026-11-30" {
		t.Fatalf("the files are %q", files)
	}
	if ids, damage := readAll(t, files...); !slices.Equal(ids, []string{"1", "2", "3"}) || damage != nil {
		t.Errorf("read %q, damage %v", ids, damage)
	}
}

func TestGatewaysAreReadTogether(t *testing.T) {
	t.Parallel()
	one, other := t.TempDir(), t.TempDir()
	var writers sync.WaitGroup
	for _, folder := range []string{one, one, other} {
		w := newWriter(t, folder)
		for g := range 2 {
			writers.Go(func() {
				for n := range 20 {
					if err := w.Append(sent(fmt.Sprintf("%p-%d-%d", w, g, n), "")); err != nil {
						t.Error(err)
					}
				}
			})
		}
	}
	writers.Wait()
	files := mustFiles(t, one, other)
	ids, damage := readAll(t, files...)
	slices.Sort(ids)
	if len(files) != 3 || len(slices.Compact(ids)) != 3*2*20 || damage != nil {
		t.Errorf("%d files, %d entries, damage %v", len(files), len(ids), damage)
	}
}

// written returns the content of a file of three entries and where each ends.
func written(t *testing.T) (content []byte, ends []int) {
	t.Helper()
	folder, name := t.TempDir(), ""
	w := newWriter(t, folder)
	for _, id := range []string{"1", "2", "3"} {
		mustAppend(t, w, sent(id, "<package/>"))
		name = mustFiles(t, folder)[0]
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		ends = append(ends, int(info.Size()))
	}
	content, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return content, ends
}

func TestACutCostsOnlyTheEntryBeingWritten(t *testing.T) {
	t.Parallel()
	content, ends := written(t)
	for size := range content {
		whole, begun := 0, 0
		for _, end := range ends {
			if end <= size {
				whole, begun = whole+1, end
			}
		}
		ids, damage := readBytes(t, content[:size])
		if !slices.Equal(ids, []string{"1", "2", "3"}[:whole]) {
			t.Fatalf("cut to %d bytes: read %q", size, ids)
		}
		switch {
		case begun == size && damage != nil:
			t.Fatalf("cut to %d bytes, between entries: %v", size, damage)
		case begun < size && (len(damage) != 1 || !damage[0].End || damage[0].Offset != int64(begun) || damage[0].Length != int64(size-begun)):
			t.Fatalf("cut to %d bytes: damage %v", size, damage)
		}
	}
}

func TestDamageCostsOnlyTheEntryItLiesIn(t *testing.T) {
	t.Parallel()
	content, ends := written(t)
	for at := range content {
		damaged := bytes.Clone(content)
		damaged[at] ^= 0x55
		hit, _ := slices.BinarySearch(ends, at+1)
		want := slices.Delete([]string{"1", "2", "3"}, hit, hit+1)
		ids, damage := readBytes(t, damaged)
		from := 0
		if hit > 0 {
			from = ends[hit-1]
		}
		if len(damage) != 1 || damage[0].Offset != int64(from) || damage[0].Offset+damage[0].Length != int64(ends[hit]) {
			t.Fatalf("byte %d: damage %v", at, damage)
		}
		if !slices.Equal(ids, want) {
			t.Fatalf("byte %d: read %q, want %q", at, ids, want)
		}
	}
}

func TestWhatLiesInADamagedEntryIsNotBelieved(t *testing.T) {
	t.Parallel()
	forged, err := sent("forged", "").member(1)
	if err != nil {
		t.Fatal(err)
	}
	// Long runs of random octets are stored as they are.
	noise := make([]byte, 200_000)
	for i, x := 0, uint32(1); i < len(noise); i++ {
		x ^= x << 13
		x ^= x >> 17
		x ^= x << 5
		noise[i] = byte(x)
	}
	folder := t.TempDir()
	mustAppend(t, newWriter(t, folder), sent("1", string(slices.Concat(noise, forged, noise))), sent("2", ""))
	name := mustFiles(t, folder)[0]
	content, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(content, forged) {
		t.Fatal("the forged entry is compressed")
	}
	content[headerSize+10] ^= 1
	if err := os.WriteFile(name, content, 0o600); err != nil {
		t.Fatal(err)
	}
	if ids, damage := readAll(t, name); !slices.Equal(ids, []string{"2"}) || len(damage) != 1 {
		t.Errorf("read %q, damage %v", ids, damage)
	}
}

func TestOtherFilesAreDamageOrNothing(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	mustAppend(t, newWriter(t, folder), sent("1", ""))
	day := filepath.Dir(mustFiles(t, folder)[0])
	for name, content := range map[string]string{"notes.txt": "text", "zeros" + extension: strings.Repeat("\x00", 300_000)} {
		if err := os.WriteFile(filepath.Join(day, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	ids, damage := readAll(t, mustFiles(t, folder)...)
	if !slices.Equal(ids, []string{"1"}) || len(damage) != 1 || damage[0].Length != 300_000 || !damage[0].End {
		t.Errorf("read %q, damage %v", ids, damage)
	}
	if _, err := Files(filepath.Join(folder, "none")); err == nil {
		t.Error("a folder that is not there is an empty one")
	}
}

func TestAnEntryThatCannotBeNamedIsRefused(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	w := newWriter(t, folder)
	for _, e := range []Entry{{Kind: Sent, Parts: []Part{{Name: "../x"}}}, {Kind: "a/b"}, {Kind: Sent, Parts: []Part{{Name: headName}}}} {
		if err := w.Append(e); err == nil {
			t.Errorf("%q %v was written", e.Kind, e.Parts)
		}
	}
	mustAppend(t, w, sent("1", ""))
	if ids, damage := readAll(t, mustFiles(t, folder)...); !slices.Equal(ids, []string{"1"}) || damage != nil {
		t.Errorf("read %q, damage %v", ids, damage)
	}
}
