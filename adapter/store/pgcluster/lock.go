package pgcluster

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// lockName is the file whose lock says that the directory is in use. The server
// inherits the open file, so the lock lasts until both it and its parent are gone.
const lockName = "lock"

// tempPrefix begins the name of every directory Start makes by itself.
const tempPrefix = "egissogw-pg-"

// ErrInUse means that another process runs a server in the given directory.
var ErrInUse = errors.New("cluster directory is in use by another process")

// lockDir takes the lock of dir. The file appears under its name only when it
// is locked already, so that sweep cannot mistake a new directory for a stale one.
func lockDir(dir string) (*os.File, error) {
	name := filepath.Join(dir, lockName)
	f, err := os.OpenFile(name, os.O_RDWR, 0)
	fresh := errors.Is(err, os.ErrNotExist)
	if fresh {
		f, err = os.CreateTemp(dir, lockName+"-*")
	}
	if err != nil {
		return nil, fmt.Errorf("open the lock of cluster directory %s: %w", dir, err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, fmt.Errorf("%w: %s", ErrInUse, dir)
		}
		return nil, fmt.Errorf("lock cluster directory %s: %w", dir, err)
	}
	if fresh {
		if err := os.Rename(f.Name(), name); err != nil {
			f.Close()
			return nil, fmt.Errorf("put the lock into cluster directory %s: %w", dir, err)
		}
	}
	return f, nil
}

// sweep removes directories left in root by processes that were killed. Errors
// do not matter: what cannot be removed belongs to somebody else.
func sweep(root string) {
	dirs, err := filepath.Glob(filepath.Join(root, tempPrefix+"*"))
	if err != nil {
		return
	}
	for _, dir := range dirs {
		if _, err := os.Stat(filepath.Join(dir, keepName)); err == nil {
			continue
		}
		f, err := os.OpenFile(filepath.Join(dir, lockName), os.O_RDWR, 0)
		if err != nil {
			continue
		}
		if syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil {
			os.RemoveAll(dir)
		}
		f.Close()
	}
}
