package main

import (
	"bytes"
	"context"

	"egissogw/cmd/egissogw/internal/fault"
)

// transformFile writes the octets that are hashed for a signature of the bus:
// exclusive canonicalisation and the SMEV transform of one element
// (adapter/smev/SPEC.md#transform). Nothing is written unless all of it can be.
func transformFile(ctx context.Context, a *app, args []string) error {
	f := a.flags("transform")
	id := f.String("id", "", "Id элемента; без него берётся корень документа")
	positional, err := parse(f, args)
	if err != nil {
		return err
	}
	name, err := oneFile(positional)
	if err != nil {
		return err
	}
	doc, err := a.readOutline(ctx, name)
	if err != nil {
		return err
	}
	e := doc.Root
	if *id != "" {
		if e, err = doc.ByID(*id); err != nil {
			return err
		}
	}
	var out bytes.Buffer
	if err := doc.Transform(&out, e); err != nil {
		return fault.Because(err)
	}
	_, err = a.octets().Write(out.Bytes())
	return err
}
