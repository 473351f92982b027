package smev

import (
	"context"
	"errors"
	"fmt"

	"egissogw/crypto/xmldsig"
)

// writePrimaryContent writes MessagePrimaryContent and, behind it, the personal
// signature if there is to be one. The content is asked for once.
func writePrimaryContent(ctx context.Context, w *xmldsig.Writer, v Version, content func(ContentWriter) error, personal *PersonalSignature) error {
	w.Start(v.Basic, "MessagePrimaryContent")
	guard := &contentGuard{writers: []*xmldsig.Writer{w}}
	var alone *personalDigest
	if personal != nil {
		alone = personal.digest()
		guard.writers = append(guard.writers, alone.writer)
		guard.rootAttrs = []xmldsig.Attr{personal.attr()}
	}
	if err := content(guard); err != nil {
		return fmt.Errorf("primary content: %w", err)
	}
	if err := guard.err(); err != nil {
		return err
	}
	w.End()
	if personal == nil {
		return nil
	}
	return personal.write(ctx, w, v, alone)
}

// contentGuard lets the author of the content write one element and keeps him
// from closing the envelope's. Several writers are given the same.
type contentGuard struct {
	writers []*xmldsig.Writer
	// rootAttrs are put on the root of the content.
	rootAttrs []xmldsig.Attr

	depth  int
	roots  int
	misuse bool
}

func (g *contentGuard) Start(space, local string) {
	var attrs []xmldsig.Attr
	if g.depth == 0 {
		g.roots++
		attrs = g.rootAttrs
	}
	g.depth++
	for _, w := range g.writers {
		w.StartAttrs(space, local, attrs...)
	}
}

func (g *contentGuard) Text(s string) {
	if g.depth == 0 {
		g.misuse = true
		return
	}
	for _, w := range g.writers {
		w.Text(s)
	}
}

func (g *contentGuard) End() {
	if g.depth == 0 {
		g.misuse = true
		return
	}
	g.depth--
	for _, w := range g.writers {
		w.End()
	}
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
