package pgcluster_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"egissogw/adapter/store/pgcluster"

	"github.com/jackc/pgx/v5"
)

// helperVariable names a prepared cluster: the test binary starts a copy, says where,
// and waits to be killed.
const helperVariable = "PGCLUSTER_TEST_HELPER"

func TestMain(m *testing.M) {
	if os.Getenv(helperVariable) != "" {
		c, err := pgcluster.Start(context.Background(), pgcluster.Options{NoSync: true, From: os.Getenv(helperVariable)})
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		fmt.Printf("%s\n%s\n", c.Dir(), c.URL("postgres"))
		io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}
	code := m.Run()
	if err := pgcluster.RemovePrepared(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = max(code, 1)
	}
	os.Exit(code)
}

// start starts a cluster copied from a prepared one unless it is in a directory given.
func start(t *testing.T, o pgcluster.Options) *pgcluster.Cluster {
	t.Helper()
	o.NoSync = true
	if o.Dir == "" {
		o.From = pgcluster.PreparedForTests(t)
	}
	c, err := pgcluster.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Stop(); err != nil {
			t.Error(err)
		}
	})
	return c
}

func queryString(t *testing.T, url, query string) string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	var s string
	if err := conn.QueryRow(t.Context(), query).Scan(&s); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestClusterServesAndDisappears(t *testing.T) {
	c := start(t, pgcluster.Options{})
	if err := c.CreateDatabase(t.Context(), "Имя с пробелом"); err != nil {
		t.Fatal(err)
	}
	for name, url := range map[string]string{"tcp": c.URL("Имя с пробелом"), "socket": c.SocketURL("Имя с пробелом")} {
		if got := queryString(t, url, "select current_database()"); got != "Имя с пробелом" {
			t.Errorf("%s: connected to database %q", name, got)
		}
	}
	if got := queryString(t, c.URL("postgres"), "select lower('ПРОВЕРКА') || current_setting('server_encoding')"); got != "проверкаUTF8" {
		t.Errorf("Russian text is not lower-cased: %q", got)
	}
	if err := c.Stop(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(c.Dir()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the directory is still there after Stop: %v", err)
	}
	if err := c.Stop(); err != nil {
		t.Errorf("a second Stop: %v", err)
	}
}

func TestPasswordIsNeededOverTCP(t *testing.T) {
	c := start(t, pgcluster.Options{})
	url := strings.Replace(c.URL("postgres"), "@", "x@", 1)
	conn, err := pgx.Connect(t.Context(), url)
	if err == nil {
		conn.Close(context.Background())
		t.Fatal("a wrong password was accepted")
	}
}

func TestKeptClusterStartsAgain(t *testing.T) {
	dir, err := os.MkdirTemp("", "pgcluster-test, it's \"kept\" *")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	first := start(t, pgcluster.Options{Dir: dir, Keep: true})
	if err := first.CreateDatabase(t.Context(), "kept"); err != nil {
		t.Fatal(err)
	}
	if _, err := pgcluster.Start(t.Context(), pgcluster.Options{Dir: dir}); !errors.Is(err, pgcluster.ErrInUse) {
		t.Errorf("a second server on the same directory: error %v, want ErrInUse", err)
	}
	if err := first.Stop(); err != nil {
		t.Fatal(err)
	}
	second := start(t, pgcluster.Options{Dir: dir})
	if got := queryString(t, second.URL("kept"), "select current_database()"); got != "kept" {
		t.Errorf("connected to %q", got)
	}
}

func TestCrashAndResume(t *testing.T) {
	c := start(t, pgcluster.Options{})
	if err := c.CreateDatabase(t.Context(), "survivor"); err != nil {
		t.Fatal(err)
	}
	if err := c.Crash(); err != nil {
		t.Fatal(err)
	}
	if conn, err := pgx.Connect(t.Context(), c.URL("survivor")); err == nil {
		conn.Close(context.Background())
		t.Fatal("the server answers after Crash")
	}
	if err := c.Resume(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := queryString(t, c.URL("survivor"), "select current_database()"); got != "survivor" {
		t.Errorf("connected to %q", got)
	}
}

func TestForeignDirectoryIsRefused(t *testing.T) {
	dir, err := os.MkdirTemp("", "pgcluster-test-*")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	precious := filepath.Join(dir, "precious")
	if err := os.WriteFile(precious, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := pgcluster.Start(t.Context(), pgcluster.Options{Dir: dir}); err == nil {
		t.Error("a directory with other people's files was accepted")
	}
	if _, err := os.Stat(precious); err != nil {
		t.Error(err)
	}
}

func TestBadSettingShowsTheServersLog(t *testing.T) {
	_, err := pgcluster.Start(t.Context(), pgcluster.Options{
		NoSync: true, From: pgcluster.PreparedForTests(t), Settings: map[string]string{"no_such_setting": "1"},
	})
	if err == nil || !strings.Contains(err.Error(), "no_such_setting") {
		t.Errorf("error %v does not name the setting", err)
	}
}

// TestServerDiesWithItsParent kills a process that runs a cluster and sees the
// server end; the next Start removes what the killed process left behind.
func TestServerDiesWithItsParent(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	helper := exec.Command(exe)
	helper.Env = append(os.Environ(), helperVariable+"="+pgcluster.PreparedForTests(t))
	helper.Stderr = os.Stderr
	if _, err := helper.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := helper.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := helper.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	var said []string
	for len(said) < 2 && lines.Scan() {
		said = append(said, lines.Text())
	}
	if len(said) < 2 {
		helper.Wait()
		t.Fatal("the helper did not start a cluster")
	}
	dir, url := said[0], said[1]
	queryString(t, url, "select 'alive'")
	helper.Process.Kill()
	helper.Wait()

	deadline := time.NewTimer(time.Minute)
	defer deadline.Stop()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	// The lock goes when the last server process has ended.
	for !unlocked(t, dir) {
		select {
		case <-deadline.C:
			t.Fatal("the server outlived its parent")
		case <-tick.C:
		}
	}
	if conn, err := pgx.Connect(t.Context(), url); err == nil {
		conn.Close(context.Background())
		t.Error("a server answers that nobody holds")
	}
	start(t, pgcluster.Options{})
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%s was not removed: %v", dir, err)
	}
}

// unlocked tells whether nobody holds the lock of a cluster's directory.
func unlocked(t *testing.T, dir string) bool {
	t.Helper()
	f, err := os.Open(filepath.Join(dir, "lock"))
	if errors.Is(err, os.ErrNotExist) {
		return true // another process' Start has removed it
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil
}
