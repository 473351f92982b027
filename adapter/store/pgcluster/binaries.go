package pgcluster

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"sync"
)

// MinVersion is the oldest PostgreSQL major version the gateway works with.
const MinVersion = 15

// ErrNotInstalled means that no suitable PostgreSQL server was found on this
// machine. The text of an error wrapping it names the Debian package to install.
var ErrNotInstalled = errors.New("PostgreSQL server is not installed")

// debianPattern is where Debian and Ubuntu keep the programs of each version;
// they are deliberately not in PATH there.
const debianPattern = "/usr/lib/postgresql/*/bin"

var versionPattern = regexp.MustCompile(`\(PostgreSQL\) (\d+)`)

// versions are what version was told, by folder.
var versions sync.Map

// version is what postgres says of itself. It is asked once: a process of it takes as
// long to begin as a session.
func version(ctx context.Context, dir string) (string, error) {
	if known, ok := versions.Load(dir); ok {
		return known.(string), nil
	}
	out, err := exec.CommandContext(ctx, filepath.Join(dir, "postgres"), "--version").Output()
	if err != nil {
		return "", fmt.Errorf("ask %s for its version: %w", dir, err)
	}
	versions.Store(dir, string(out))
	return string(out), nil
}

// findBinaries returns the folder with initdb and postgres of the newest
// installed version, looking at the Debian folders first and then in PATH.
func findBinaries(ctx context.Context) (string, error) {
	type candidate struct {
		dir     string
		version int
	}
	var found []candidate
	dirs, err := filepath.Glob(debianPattern)
	if err != nil {
		return "", fmt.Errorf("look for PostgreSQL in %s: %w", debianPattern, err)
	}
	if initdb, err := exec.LookPath("initdb"); err == nil {
		// A link in PATH may point at a folder that has all the programs.
		if real, err := filepath.EvalSymlinks(initdb); err == nil {
			dirs = append(dirs, filepath.Dir(real))
		}
	}
	slices.Sort(dirs)
	for _, dir := range slices.Compact(dirs) {
		if _, err := os.Stat(filepath.Join(dir, "initdb")); err != nil {
			continue
		}
		out, err := version(ctx, dir)
		if err != nil {
			continue
		}
		m := versionPattern.FindStringSubmatch(out)
		if m == nil {
			continue
		}
		if version, err := strconv.Atoi(m[1]); err == nil {
			found = append(found, candidate{dir, version})
		}
	}
	if len(found) == 0 {
		return "", fmt.Errorf("%w: no initdb and postgres in %s or PATH; on Debian: apt-get install postgresql",
			ErrNotInstalled, debianPattern)
	}
	newest := slices.MaxFunc(found, func(a, b candidate) int { return a.version - b.version })
	if newest.version < MinVersion {
		return "", fmt.Errorf("%w: %s is version %d, at least %d is needed; on Debian: apt-get install postgresql",
			ErrNotInstalled, newest.dir, newest.version, MinVersion)
	}
	return newest.dir, nil
}
