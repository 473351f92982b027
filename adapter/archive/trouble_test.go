package archive

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"testing"
)

// troubled is a file on a disk with a fault: room bytes fit on it, and fsync fails.
type troubled struct {
	*os.File
	room    *int
	failing *bool
}

func (f troubled) Write(b []byte) (int, error) {
	if len(b) <= *f.room {
		*f.room -= len(b)
		return f.File.Write(b)
	}
	n, err := f.File.Write(b[:*f.room])
	*f.room = 0
	return n, errors.Join(err, syscall.ENOSPC)
}

func (f troubled) Sync() error {
	if *f.failing {
		return syscall.EIO
	}
	return f.File.Sync()
}

func (f troubled) Truncate(size int64) error {
	if *f.failing {
		return syscall.EIO
	}
	return f.File.Truncate(size)
}

func troubledWriter(t *testing.T, folder string) (w *Writer, room *int, failing *bool) {
	t.Helper()
	w, room, failing = newWriter(t, folder), new(int), new(bool)
	create := w.create
	w.create = func(name string) (file, error) {
		f, err := create(name)
		if err != nil {
			return nil, err
		}
		return troubled{f.(*os.File), room, failing}, nil
	}
	return w, room, failing
}

func TestAFullDiskIsAnErrorAndNoDamage(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	w, room, _ := troubledWriter(t, folder)
	*room = 1 << 20
	mustAppend(t, w, sent("1", ""))
	for range 3 {
		*room = 100
		if err := w.Append(sent("2", "")); !errors.Is(err, syscall.ENOSPC) {
			t.Fatalf("a full disk: %v", err)
		}
	}
	if files := mustFiles(t, folder); len(files) != 1 {
		t.Errorf("a full disk is full of files: %d", len(files))
	}
	*room = 1 << 20
	mustAppend(t, w, sent("2", ""))
	if ids, damage := readAll(t, mustFiles(t, folder)...); !slices.Equal(sorted(ids), []string{"1", "2"}) || damage != nil {
		t.Errorf("read %q, damage %v", ids, damage)
	}
}

// A folder that is removed or moved away while a file in it is open is no archive any more.
func TestAFolderThatIsGoneIsAnError(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "archive")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	w := newWriter(t, folder)
	mustAppend(t, w, sent("1", ""))
	if err := os.Rename(folder, folder+".old"); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := w.Append(sent("2", "")); !errors.Is(err, os.ErrNotExist) {
			t.Fatalf("a folder that is gone: %v", err)
		}
	}
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	mustAppend(t, w, sent("2", ""))
	for _, c := range []struct{ folder, id string }{{folder, "2"}, {folder + ".old", "1"}} {
		if ids, damage := readAll(t, mustFiles(t, c.folder)...); !slices.Equal(ids, []string{c.id}) || damage != nil {
			t.Errorf("read %q of %s, damage %v", ids, filepath.Base(c.folder), damage)
		}
	}
}

func TestAfterAFailedFsyncNothingFollowsInThatFile(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	w, room, failing := troubledWriter(t, folder)
	*room = 1 << 20
	mustAppend(t, w, sent("1", ""))
	*failing = true
	if err := w.Append(sent("2", "")); !errors.Is(err, syscall.EIO) {
		t.Fatalf("a failed fsync: %v", err)
	}
	*failing = false
	mustAppend(t, w, sent("2", ""), sent("3", ""))
	files := mustFiles(t, folder)
	if ids, damage := readAll(t, files...); len(files) != 2 || damage != nil || !slices.Equal(slices.Compact(sorted(ids)), []string{"1", "2", "3"}) {
		t.Errorf("%d files, read %q, damage %v", len(files), ids, damage)
	}
}

// A real full disk, where one may be mounted.
func TestAFullFilesystem(t *testing.T) {
	t.Parallel()
	disk := t.TempDir()
	if err := syscall.Mount("tmpfs", disk, "tmpfs", 0, "size=64k,mode=0700"); err != nil {
		t.Skipf("mount a small disk: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(disk, 0); err != nil {
			t.Error(err)
		}
	})
	ballast := filepath.Join(disk, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 32<<10), 0o600); err != nil {
		t.Fatal(err)
	}
	w := NewWriter(disk, newWriter(t, disk).now)
	var kept []string
	var err error
	for err == nil {
		id := strconv.Itoa(len(kept))
		if err = w.Append(sent(id, "")); err == nil {
			kept = append(kept, id)
		}
	}
	if err := Probe(disk); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("a full disk is tried: %v", err)
	}
	if !errors.Is(err, syscall.ENOSPC) || len(kept) == 0 {
		t.Fatalf("after %d entries: %v", len(kept), err)
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	mustAppend(t, w, sent("last", ""))
	if ids, damage := readAll(t, mustFiles(t, disk)...); !slices.Equal(sorted(ids), sorted(append(kept, "last"))) || damage != nil {
		t.Errorf("read %q, want %q and last; damage %v", ids, kept, damage)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}

func sorted(ids []string) []string {
	slices.Sort(ids)
	return ids
}

func TestAFolderThatIsNotThereIsAnError(t *testing.T) {
	t.Parallel()
	if err := newWriter(t, filepath.Join(t.TempDir(), "none")).Append(sent("1", "")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no folder: %v", err)
	}
	if err := Probe(filepath.Join(t.TempDir(), "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no folder: %v", err)
	}
}
