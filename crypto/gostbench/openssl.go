package gostbench

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
)

// engineFolder, in .cache, is where .ci/gost-engine builds the engine, and beside it a program
// that runs OpenSSL with it, on systems that have no package of it.
const engineFolder = "gost-engine"

// OpenSSL finds the OpenSSL program that has gost-engine: the system's or that of .ci/gost-engine.
var OpenSSL = sync.OnceValues(func() (string, error) {
	var tried []error
	for _, program := range append([]string{"openssl"}, built()...) {
		path, err := exec.LookPath(program)
		if err != nil {
			tried = append(tried, err)
			continue
		}
		out, err := exec.Command(path, "engine", "gost", "-t").CombinedOutput()
		if err == nil && bytes.Contains(out, []byte("[ available ]")) {
			return path, nil
		}
		tried = append(tried, fmt.Errorf("%s: %s", path, bytes.TrimSpace(out)))
	}
	return "", fmt.Errorf("OpenSSL has no gost-engine here (Debian package libengine-gost-openssl, or run .ci/gost-engine): %w", errors.Join(tried...))
})

// built names the program .ci/gost-engine would have made, looking upwards for the repository.
func built() []string {
	dir, err := os.Getwd()
	for err == nil && dir != filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return []string{filepath.Join(dir, ".cache", engineFolder, "openssl")}
		}
		dir = filepath.Dir(dir)
	}
	return nil
}
