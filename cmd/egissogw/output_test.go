package main

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"egissogw/cmd/egissogw/internal/private"
	"egissogw/crypto/gost3410"
	"egissogw/crypto/signertest"
)

// TestFilesAreForTheirOwnerAlone: whatever a command writes, under whatever umask and in
// place of whatever file, nobody else may read it.
func TestFilesAreForTheirOwnerAlone(t *testing.T) {
	dir := t.TempDir()
	loose := writeFile(t, filepath.Join(dir, "loose"), "old")
	if err := os.Chmod(loose, 0o666); err != nil {
		t.Fatal(err)
	}
	target := writeFile(t, filepath.Join(t.TempDir(), "target"), "не трогать")
	link := filepath.Join(dir, "link")
	if err := os.Symlink(target, link); err != nil {
		t.Fatal(err)
	}
	for name, path := range map[string]string{"new": filepath.Join(dir, "new"), "in place of one for all": loose, "in place of a link": link} {
		during := func(w io.Writer) error {
			assertPrivate(t, name+", while it is written", dir)
			return private.Bytes([]byte("content"))(w)
		}
		if name != "new" {
			during = private.Bytes([]byte("content"))
		}
		if err := private.Write(path, name != "new", during); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if info, err := os.Lstat(path); err != nil || info.Mode() != 0o600 || string(readFile(t, path)) != "content" {
			t.Errorf("%s: %v, %v", name, info, err)
		}
	}
	if got := string(readFile(t, target)); got != "не трогать" {
		t.Errorf("the link was followed: %q", got)
	}
	broken := errors.New("broken")
	if err := private.Write(loose, true, func(io.Writer) error { return broken }); !errors.Is(err, broken) || string(readFile(t, loose)) != "content" {
		t.Errorf("error %v, the file holds %q", err, readFile(t, loose))
	}
	if err := private.Write(loose, false, private.Bytes(nil)); !errors.Is(err, os.ErrExist) {
		t.Errorf("a file that is there: %v", err)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 3 {
		t.Errorf("left behind: %v, %v", entries, err)
	}
}

// assertPrivate looks at the modes of the files of a folder, except those a test made for all.
func assertPrivate(t *testing.T, when, dir string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if info, err := e.Info(); err != nil || info.Mode().IsRegular() && info.Mode().Perm() != 0o600 && e.Name() != "loose" {
			t.Errorf("%s: %s has mode %v, %v", when, e.Name(), info.Mode(), err)
		}
	}
}

// TestSignedFilesArePrivate: a signed document holds what the document holds.
func TestSignedFilesArePrivate(t *testing.T) {
	c, _ := withSigner(t, gost3410.CryptoProA())
	file := signertest.File(t, "a.xml", []byte(`<a xmlns="urn:a" Id="x">СНИЛС</a>`))
	out := t.TempDir()
	for name, args := range map[string][]string{
		"enveloped": {"--xml", "enveloped"}, "detached": {"--xml", "detached"}, "cms": nil, "pem": {"--pem"},
	} {
		args = append(append([]string{"sign", file}, args...), "--out", filepath.Join(out, name))
		c.mustRun(t, args...)
		c.mustRun(t, append(args, "--force")...)
	}
	assertPrivate(t, "signed", out)
}
