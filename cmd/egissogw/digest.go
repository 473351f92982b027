package main

import (
	"context"
	"encoding/base64"
	"fmt"
	"io"

	"egissogw/cmd/egissogw/internal/screen"
	"egissogw/crypto/streebog"
)

// digestFile prints the Streebog digest of a file the way DigestValue and Hash
// carry it.
func digestFile(ctx context.Context, a *app, args []string) error {
	f := a.flags("digest")
	asJSON := a.jsonFlag(f)
	long := f.Bool("512", false, "Стрибог-512 вместо Стрибог-256")
	positional, err := parse(f, args)
	if err != nil {
		return err
	}
	name, err := oneFile(positional)
	if err != nil {
		return err
	}
	file, err := a.open(ctx, name)
	if err != nil {
		return err
	}
	defer file.Close()
	algorithm, h := "streebog256", streebog.New256()
	if *long {
		algorithm, h = "streebog512", streebog.New512()
	}
	if _, err := io.Copy(h, file); err != nil {
		return fmt.Errorf("чтение %s: %w", shownName(name), err)
	}
	digest := base64.StdEncoding.EncodeToString(h.Sum(nil))
	if *asJSON {
		return a.printJSON(map[string]string{"algorithm": algorithm, "digest": digest})
	}
	_, err = screen.Fprintln(a.stdout, digest)
	return err
}
