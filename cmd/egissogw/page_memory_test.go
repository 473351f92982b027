package main

import (
	"fmt"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestPageMemory measures what the listener and the page cost a service that is looked at:
// processes of the real program, each with a database of its own. make acceptance runs it.
func TestPageMemory(t *testing.T) {
	if os.Getenv("EGISSOGW_PAGE_MEMORY") == "" {
		t.Skip("make acceptance measures it")
	}
	const token, most = "0123456789abcdef", 5 << 10 // KiB
	tokenFile := writeFile(t, filepath.Join(t.TempDir(), "token"), token)
	if err := os.Chmod(tokenFile, 0o600); err != nil {
		t.Fatal(err)
	}
	gateway, _ := programs(t)
	measure := func(change map[string]string) int {
		var taken []int
		for range 3 {
			env := ready(t)
			maps.Copy(env, change)
			taken = append(taken, memoryOf(t, gateway, env, token))
		}
		slices.Sort(taken)
		return taken[1]
	}
	without := measure(nil)
	address := listenerThatCloses(t)
	metrics := measure(map[string]string{"EGISSOGW_LISTEN": address})
	page := measure(map[string]string{"EGISSOGW_LISTEN": address, "EGISSOGW_PAGE_TOKEN_FILE": tokenFile})
	t.Logf("resident memory of serve: %d KiB, with metrics %d, with the page %d", without, metrics, page)
	if page-without > most || metrics-without > most {
		t.Errorf("more than %d KiB", most)
	}
}

// memoryOf is the resident memory in KiB of a service that was looked at a hundred times, where
// it can be.
func memoryOf(t *testing.T, program string, env map[string]string, token string) int {
	t.Helper()
	cmd := exec.Command(program, "serve", "--config", "none")
	cmd.Env = []string{"PATH=" + os.Getenv("PATH")}
	for name, value := range env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}()
	for begin := time.Now(); time.Since(begin) < 15*time.Second; time.Sleep(100 * time.Millisecond) {
		address := env["EGISSOGW_LISTEN"]
		if address == "" {
			continue
		}
		for _, path := range []string{"/metrics", "/readyz", "/", "/journal", "/registers", "/records?register=fact", "/kmsz"} {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+address+path, nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Authorization", "Bearer "+token)
			if answer, err := http.DefaultClient.Do(r); err == nil {
				_ = answer.Body.Close()
			}
		}
	}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", cmd.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile(`VmRSS:\s+(\d+) kB`).FindStringSubmatch(string(status))
	if m == nil {
		t.Fatalf("the service ended: %s", strings.TrimSpace(string(status)))
	}
	taken, err := strconv.Atoi(m[1])
	if err != nil {
		t.Fatal(err)
	}
	return taken
}
