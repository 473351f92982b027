package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"egissogw/adapter/archive"
	"egissogw/adapter/egisso"
	"egissogw/adapter/store"
	"egissogw/cmd/egissogw/internal/signature"
	"egissogw/crypto/xmldsig"
	"egissogw/jobs"
)

// keptDocument is a document with its files; removed ones may be without.
type keptDocument struct {
	store.Evidence
	pruned *store.Pruned // nil: its term is not over
}

func (d *keptDocument) fromArchive(e archive.Entry) {
	for i, p := range e.Parts {
		switch {
		case p.Name == "about.json":
			d.About = p.Content
		case i == 1: // the document itself
			d.Content = p.Content
		case strings.HasPrefix(p.Name, "file-") && !strings.HasSuffix(p.Name, ".p7s"):
			d.Files = append(d.Files, store.EvidenceFile{Name: strings.TrimPrefix(p.Name, "file-"), Content: p.Content, Signature: e.Part(p.Name + ".p7s")})
		}
	}
}

// gather fills the files.
func (g *gathering) gather(ctx context.Context) error {
	for _, p := range g.Packages {
		members, err := g.store.MembersOf(ctx, p.ID)
		if err != nil {
			return err
		}
		for _, id := range members {
			if !p.has(id) {
				p.others = append(p.others, id)
			}
		}
		if err := g.packageOf(ctx, p); err != nil {
			return err
		}
	}
	return nil
}

func (p *casePackage) has(id uuid.UUID) bool {
	for _, r := range p.Records {
		if r.ID == id {
			return true
		}
	}
	return false
}

func (g *gathering) packageOf(ctx context.Context, p *casePackage) error {
	for _, m := range p.Messages {
		if err := g.message(ctx, p, m); err != nil {
			return err
		}
		for _, a := range m.Answers {
			d, err := g.document(ctx, archive.Answer, a.ID)
			if err != nil {
				return err
			}
			place := "answers/" + safeName(a.ID) + "/"
			g.add(p, archive.Answer, a.ID, place+"message.xml", d, p.names(d))
			for i, f := range d.Files {
				if !p.names(d) || g.Whole {
					g.put(fmt.Sprintf("%sfile-%d", place, i+1), f.Content)
				}
			}
		}
	}
	if p.Exported != nil {
		d, err := g.document(ctx, archive.Export, p.ID.String())
		if err != nil {
			return err
		}
		g.extract(p, d.Content)
		g.add(p, archive.Export, p.ID.String(), "exported/"+p.ID.String()+".xml", d, len(p.others) > 0 && p.Register == egisso.RegisterFact)
	}
	for _, f := range p.Protocols {
		d, err := g.document(ctx, archive.Protocol, f.ID)
		if err != nil {
			return err
		}
		g.add(p, archive.Protocol, f.ID, "protocols/"+safeName(f.ID)+".xml", d, p.names(d))
	}
	return nil
}

// message adds a message of ours. Facts are in its file, or, if it has none, inside it.
func (g *gathering) message(ctx context.Context, p *casePackage, m *caseMessage) error {
	d, err := g.document(ctx, archive.Sent, m.ID.String())
	if err != nil {
		return err
	}
	place := "messages/" + m.ID.String() + "/"
	people := len(p.others) > 0 && p.Register == egisso.RegisterFact
	if len(m.Files) == 0 {
		g.extract(p, d.Content)
		g.extract(p, inlineFile(d.Content))
	}
	g.add(p, archive.Sent, m.ID.String(), place+"envelope.xml", d, people && len(m.Files) == 0)
	for _, f := range d.Files {
		g.extract(p, f.Content)
		if f.Signature != nil {
			g.put(place+f.Name+".xml.p7s", f.Signature)
		}
		switch {
		case len(f.Content) == 0:
		case people && !g.Whole:
			sum := sha256.Sum256(f.Content)
			g.Withheld = append(g.Withheld, withheld{Kind: archive.Sent, ID: f.Name, Why: "others", Others: len(p.others), SHA256: hex.EncodeToString(sum[:]), Size: int64(len(f.Content))})
		default:
			g.shows(p, people)
			g.put(place+f.Name+".xml", f.Content)
		}
	}
	return nil
}

// add puts a document into the archive, or says why it is not there, and in both cases what
// its signatures can be checked with.
func (g *gathering) add(p *casePackage, kind archive.Kind, id, name string, d keptDocument, others bool) {
	folder := strings.TrimSuffix(name, ".xml") + ".signatures/"
	if len(d.Content) == 0 {
		if d.pruned != nil {
			g.Withheld = append(g.Withheld, withheld{Kind: kind, ID: id, Why: "removed", Others: len(p.others), SHA256: hex.EncodeToString(d.pruned.SHA256), Size: d.pruned.Size, Pruned: d.pruned})
			g.keptSignatures(folder, d.pruned.Signatures)
		}
		return
	}
	shown := !others || g.Whole
	if shown {
		g.shows(p, others)
		g.put(name, d.Content)
	} else {
		sum := sha256.Sum256(d.Content)
		g.Withheld = append(g.Withheld, withheld{Kind: kind, ID: id, Why: "others", Others: len(p.others), SHA256: hex.EncodeToString(sum[:]), Size: int64(len(d.Content))})
	}
	doc, err := signature.Outline(d.Content)
	if err != nil {
		return // nobody signed it
	}
	for i, m := range xmldsig.Materials(doc.Root, doc.Source) {
		if !shown {
			m.Signed = nil
		}
		g.signature(fmt.Sprintf("%s%d/", folder, i+1), m.SignedInfo, m.Value, m.Signed, m.Certificate.Raw)
	}
}

// keptSignatures are those of a document that was removed.
func (g *gathering) keptSignatures(folder, text string) {
	var all []jobs.Signature
	if json.Unmarshal([]byte(text), &all) != nil { // the gateway wrote it
		return
	}
	for i, s := range all {
		g.signature(fmt.Sprintf("%s%d/", folder, i+1), s.SignedInfo, s.Value, nil, s.Certificate)
	}
}

// shows notes that others are named.
func (g *gathering) shows(p *casePackage, others bool) {
	if others {
		g.others = max(g.others, len(p.others))
	}
}

// shownOthers is how many other records the largest package that is shown has.
func (g *gathering) shownOthers() int {
	if g.packageID != uuid.Nil {
		for _, p := range g.Packages {
			g.others = max(g.others, len(p.Records)-1)
		}
	}
	return g.others
}

func (g *gathering) put(name string, content []byte) {
	g.files = append(g.files, evidenceFile{name, content})
}

// names tells whether an answer or protocol speaks of other records of the package, or of
// what is no record of it.
func (p *casePackage) names(d keptDocument) bool {
	if p.SaidOfOthers > 0 {
		return true
	}
	texts := [][]byte{bytes.ToLower(d.Content)}
	for _, f := range d.Files {
		texts = append(texts, bytes.ToLower(f.Content))
	}
	for _, id := range p.others {
		for _, text := range texts {
			if bytes.Contains(text, []byte(id.String())) {
				return true
			}
		}
	}
	return false
}

// safeName is an id of others as the name of a file.
func safeName(id string) string {
	if _, err := uuid.Parse(id); err == nil {
		return id
	}
	sum := sha256.Sum256([]byte(id))
	return hex.EncodeToString(sum[:16])
}
