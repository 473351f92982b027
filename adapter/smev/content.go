package smev

import (
	"errors"
	"fmt"

	"egissogw/crypto/xmldsig"
)

// writePrimaryContent writes MessagePrimaryContent. The content is asked for once.
func writePrimaryContent(w *xmldsig.Writer, v Version, content func(ContentWriter) error) error {
	w.Start(v.Basic, "MessagePrimaryContent")
	guard := &contentGuard{writer: w}
	if err := content(guard); err != nil {
		return fmt.Errorf("primary content: %w", err)
	}
	if err := guard.err(); err != nil {
		return err
	}
	w.End()
	return nil
}

// contentGuard lets the author of the content write one element and keeps him
// from closing the envelope's.
type contentGuard struct {
	writer *xmldsig.Writer

	depth  int
	roots  int
	misuse bool
}

func (g *contentGuard) Start(space, local string) {
	if g.depth == 0 {
		g.roots++
	}
	g.depth++
	g.writer.Start(space, local)
}

func (g *contentGuard) Text(s string) {
	if g.depth == 0 {
		g.misuse = true
		return
	}
	g.writer.Text(s)
}

func (g *contentGuard) End() {
	if g.depth == 0 {
		g.misuse = true
		return
	}
	g.depth--
	g.writer.End()
}

func (g *contentGuard) Element(space, local, text string) {
	g.Start(space, local)
	g.Text(text)
	g.End()
}

func (g *contentGuard) err() error {
	if g.misuse || g.depth != 0 || g.roots != 1 {
		return errors.New("primary content is not exactly one element")
	}
	return nil
}
