package pgcluster

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// maxSocketPath is the room for a path in sockaddr_un, less the closing zero.
const maxSocketPath = 107

// prepareDir makes the directory, gives it to the server's account and locks it.
func (c *Cluster) prepareDir() error {
	var err error
	if c.options.Dir == "" {
		sweep(os.TempDir())
		sweep(memoryDir)
		c.dir, err = os.MkdirTemp(tempDir(c.options.NoSync), tempPrefix+"*")
	} else {
		if c.dir, err = filepath.Abs(c.options.Dir); err == nil {
			err = os.MkdirAll(c.dir, 0o700)
		}
	}
	if err != nil {
		return fmt.Errorf("make the cluster directory: %w", err)
	}
	if err := checkOurs(c.dir); err != nil {
		return err
	}
	if err := c.account.checkReach(c.dir); err != nil {
		return err
	}
	if c.lock, err = lockDir(c.dir); err != nil {
		return err
	}
	if c.options.Keep {
		if err := os.WriteFile(filepath.Join(c.dir, keepName), nil, 0o600); err != nil {
			return errors.Join(fmt.Errorf("mark the cluster directory to be kept: %w", err), c.release())
		}
	}
	c.socket = filepath.Join(c.dir, "socket")
	if len(filepath.Join(c.socket, ".s.PGSQL.65535.lock")) > maxSocketPath {
		c.socket = ""
	} else if err := os.MkdirAll(c.socket, 0o700); err != nil {
		return errors.Join(fmt.Errorf("make the socket directory: %w", err), c.release())
	}
	for _, path := range []string{c.dir, c.socket} {
		if path == "" {
			continue
		}
		if err := c.account.own(path); err != nil {
			return errors.Join(err, c.release())
		}
	}
	return nil
}

// memoryDir is a file system in memory, which every Linux has; in a container it is small.
const memoryDir = "/dev/shm"

// What memoryDir and the machine must have free, for a cluster grows.
const (
	roomInMemoryDir = 4 << 30
	roomInMemory    = 6 << 30
)

// tempDir is where a cluster without a directory is made. One whose data may be lost is
// made in memory: a database is some 300 files, which a disk's file system takes several
// times as long to make and to remove.
func tempDir(mayBeLost bool) string {
	if !mayBeLost || os.Getenv("TMPDIR") != "" {
		return os.TempDir()
	}
	const tmpfs = 0x01021994 // statfs(2)
	var fs syscall.Statfs_t
	if err := syscall.Statfs(memoryDir, &fs); err != nil || fs.Type != tmpfs || fs.Bavail*uint64(fs.Bsize) < roomInMemoryDir {
		return os.TempDir()
	}
	if availableMemory() < roomInMemory {
		return os.TempDir()
	}
	return memoryDir
}

// availableMemory is what the kernel could give without swapping, in bytes; 0 if it
// does not say.
func availableMemory() uint64 {
	text, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return 0
	}
	_, rest, found := strings.Cut(string(text), "MemAvailable:")
	var kib uint64
	if _, err := fmt.Sscan(rest, &kib); !found || err != nil {
		return 0
	}
	return kib << 10
}

// checkOurs refuses a directory with foreign content: Stop would remove it.
func checkOurs(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("read the cluster directory: %w", err)
	}
	if len(entries) == 0 {
		return nil
	}
	if _, err := os.Stat(filepath.Join(dir, lockName)); err != nil {
		return fmt.Errorf("%s is neither empty nor a cluster directory", dir)
	}
	return nil
}

// release gives the lock back and removes the directory unless it is to stay.
func (c *Cluster) release() error {
	if c.lock == nil {
		return nil
	}
	var err error
	if !c.options.Keep {
		if err = os.RemoveAll(c.dir); err != nil {
			err = fmt.Errorf("remove the cluster directory: %w", err)
		}
	}
	c.lock.Close()
	c.lock = nil
	return err
}

func (c *Cluster) dataDir() string { return filepath.Join(c.dir, "data") }
func (c *Cluster) logFile() string { return filepath.Join(c.dir, "postgresql.log") }
