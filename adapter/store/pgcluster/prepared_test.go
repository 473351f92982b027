package pgcluster

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// preparedFolder holds the cluster that the tests' are copied from: initdb would take
// most of their time. One of them still runs it.
var preparedFolder = sync.OnceValues(func() (string, error) {
	folder, err := os.MkdirTemp("", "pgcluster-test-*")
	if err != nil {
		return "", err
	}
	return folder, os.Mkdir(filepath.Join(folder, earlierStart), 0o700)
})

// earlierStart stands for what was prepared before the machine started anew.
const earlierStart = "earlier"

// PreparedForTests is the directory of a prepared cluster.
func PreparedForTests(t testing.TB) string {
	t.Helper()
	folder, err := preparedFolder()
	if err != nil {
		t.Fatal(err)
	}
	dir, err := Prepare(context.WithoutCancel(t.Context()), folder)
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// RemovePrepared is for the end of all tests.
func RemovePrepared() error {
	folder, err := preparedFolder()
	return errors.Join(err, os.RemoveAll(folder))
}

func TestPreparedClusterIsCopied(t *testing.T) {
	dir := PreparedForTests(t)
	if _, err := os.Stat(filepath.Join(dir, "..", "..", earlierStart)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("what an earlier start of the machine left is still there: %v", err)
	}
	if again := PreparedForTests(t); again != dir {
		t.Errorf("prepared again in %s, not %s", again, dir)
	}
	entries, err := os.ReadDir(filepath.Dir(dir))
	if err != nil || len(entries) != 1 {
		t.Errorf("beside it: %v, %v", entries, err)
	}
	c, err := Start(t.Context(), Options{NoSync: true, From: dir})
	if err != nil {
		t.Fatal(err)
	}
	maps, err := os.ReadFile("/proc/" + strconv.Itoa(c.server.cmd.Process.Pid) + "/maps")
	if _, none := exec.LookPath("gcc"); none == nil && (err != nil || !strings.Contains(string(maps), c.exitLibrary())) {
		t.Errorf("the server did not load %s: %v", exitName, err)
	}
	err = c.Exec(t.Context(), "create table t ()")
	if err = errors.Join(err, c.Stop()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "data", "postmaster.opts")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a server ran in the prepared directory itself: %v", err)
	}
}
