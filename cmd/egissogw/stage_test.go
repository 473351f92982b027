package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"egissogw/adapter/mis/refmis"
	"egissogw/cmd/egissogw/internal/demo"
)

// built are the gateway and the simulator, built once for all tests of this process.
var built struct {
	once sync.Once
	dir  string
	err  error
}

// programs are the gateway and the simulator as programs.
func programs(t *testing.T) (gateway, simulator string) {
	t.Helper()
	built.once.Do(func() {
		if built.dir, built.err = os.MkdirTemp("", "egissogw-programs-"); built.err != nil {
			return
		}
		// Without the tables of debuggers, which nobody reads here, linking takes half the time.
		build := exec.Command("go", "build", "-buildvcs=false", "-ldflags=-s -w", "-o", built.dir+"/", "egissogw/cmd/egissogw", "egissogw/cmd/smevsim")
		if out, err := build.CombinedOutput(); err != nil {
			built.err = fmt.Errorf("build: %w\n%s", err, out)
		}
	})
	if built.err != nil {
		t.Fatal(built.err)
	}
	return filepath.Join(built.dir, "egissogw"), filepath.Join(built.dir, "smevsim")
}

// removePrograms removes what programs built.
func removePrograms() {
	if built.dir != "" {
		os.RemoveAll(built.dir)
	}
}

// stage is what the demo plays on, looked at by tests.
type stage struct{ *demo.Stage }

// testStage is a stage for one test, with databases of its own on the server of all tests.
func testStage(t *testing.T, o demo.StageOptions) (*stage, refmis.Manifest) {
	t.Helper()
	o.Dir, o.Step = t.TempDir(), func(string) {}
	o.Databases = demo.Databases{MIS: sourceDatabase(t), Gateway: gatewayDatabase(t)}
	s, manifest, err := demo.NewStage(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(true); err != nil {
			t.Logf("close: %v", err)
		}
	})
	if err := s.Store.SetService(t.Context(), true, "проверка"); err != nil {
		t.Fatal(err)
	}
	return &stage{s}, manifest
}
