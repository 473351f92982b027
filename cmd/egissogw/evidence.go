package main

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"time"

	"github.com/google/uuid"

	"egissogw/adapter/archive"
	"egissogw/adapter/store"
	"egissogw/cmd/egissogw/internal/assemble"
	"egissogw/cmd/egissogw/internal/private"
	"egissogw/cmd/egissogw/internal/screen"
)

// evidenceCommand writes, for one record or package, what somebody else needs to believe what
// was sent, when, and what ЕГИССО answered; or keeps it while there is a dispute.
func evidenceCommand(ctx context.Context, a *app, args []string) error {
	if len(args) > 1 && (args[0] == "hold" || args[0] == "free") {
		return a.dispute(ctx, args[0] == "hold", args[1:])
	}
	f := a.personFlags("evidence")
	register := f.String("register", "", "реестр, если ключ есть в нескольких")
	whole := f.Bool("whole", false, "с документами, которые называют и других людей; нужна причина")
	reason := f.String("reason", "", "причина; остаётся в журнале операций")
	out := f.String("out", "", "файл zip; по умолчанию evidence_ДАТА_ВРЕМЯ.zip в текущем каталоге")
	force := f.Bool("force", false, "заменить готовый файл")
	folder := f.String("archive", "", "каталог архива, где искать удалённое из базы; по умолчанию EGISSOGW_ARCHIVE_DIR")
	asJSON := a.jsonFlag(f)
	positional, err := parse(f, args)
	if err != nil {
		return err
	}
	what, err := oneArgument(positional, "ключ записи, её номер, UUID или пакет")
	switch {
	case err != nil:
		return err
	case *whole && *reason == "":
		return usageError{"укажите причину: --reason ТЕКСТ"}
	case *out == stdinName:
		return usageError{"--out: нужен файл"}
	case *out == "":
		*out = "evidence_" + a.now().Format("20060102_150405") + ".zip"
	}
	if err := (output{*out, *force}).check(); err != nil {
		return err
	}
	c, err := a.loadFor(ctx, "database", "archive")
	if err != nil {
		return err
	}
	if *folder == "" {
		*folder = c.Archive.Dir
	}
	s, err := assemble.OpenStore(ctx, c.Database, store.WithActor(a.actor()))
	if err != nil {
		return err
	}
	defer s.Close()
	g := gathering{store: s, folder: *folder, evidence: evidence{Made: a.now().UTC(), Program: programVersion(), Whole: *whole}}
	if err := g.noted(ctx, *register, what, *reason); err != nil {
		return err
	}
	if err := private.Write(*out, *force, g.write); err != nil {
		return err
	}
	if *asJSON {
		return a.printJSON(g.evidence)
	}
	return a.printEvidence(*out, g.evidence)
}

// dispute keeps evidence whatever its term, or does so no longer.
func (a *app) dispute(ctx context.Context, disputed bool, args []string) error {
	f := a.personFlags("evidence")
	register := f.String("register", "", "реестр, если ключ есть в нескольких")
	reason := f.String("reason", "", "причина; остаётся в журнале операций")
	positional, err := parse(f, args)
	if err != nil {
		return err
	}
	what, err := oneArgument(positional, "ключ записи, её номер или UUID в ЕГИССО")
	if err != nil {
		return err
	}
	if *reason == "" {
		return usageError{"укажите причину: --reason ТЕКСТ"}
	}
	s, err := a.openStore(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	key, err := findRecord(ctx, s, *register, what)
	if err != nil {
		return err
	}
	text, err := s.DisputeRecord(ctx, key, disputed, *reason)
	if err != nil {
		return operatorError(err)
	}
	_, err = screen.Fprintf(a.stdout, "%s\n", text)
	return err
}

// gathering collects the evidence of one record or package.
type gathering struct {
	evidence
	store     *store.Store
	key       store.RecordKey // zero for a package
	packageID uuid.UUID       // zero for a record
	folder    string          // of the archive; "": there is none
	archived  []string        // its files
}

// noted gathers what there is of a record or package. Without a line about it nothing is shown.
func (g *gathering) noted(ctx context.Context, register, what, reason string) error {
	if err := g.about(ctx, register, what); err != nil {
		return err
	}
	if err := g.gather(ctx); err != nil {
		return err
	}
	return operatorError(g.store.NoteEvidence(ctx, g.key, g.packageID, g.shownOthers(), reason))
}

// about finds out what is meant, and reads its way.
func (g *gathering) about(ctx context.Context, register, what string) error {
	if id, err := uuid.Parse(what); err == nil && register == "" {
		members, err := g.store.MembersOf(ctx, id)
		if err != nil {
			return err
		}
		if len(members) > 0 {
			if len(members) > 1 && !g.Whole {
				return usageError{fmt.Sprintf("в пакете записей: %d; о них всех — с --whole и --reason ТЕКСТ, об одной — по её ключу", len(members))}
			}
			g.packageID, g.Package = id, &id
		}
	}
	if g.packageID == uuid.Nil {
		key, err := findRecord(ctx, g.store, register, what)
		if err != nil {
			return err
		}
		now, history, err := g.store.RecordHistory(ctx, key)
		if err != nil {
			return err
		}
		g.key, g.Record, g.History = key, &now, history
	}
	text, err := g.store.EvidenceCase(ctx, g.key, g.packageID)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, &g.Packages); err != nil {
		return fmt.Errorf("read the evidence: %w", err)
	}
	if len(g.Packages) == 0 {
		return fmt.Errorf("%q: подписанных или выгруженных пакетов нет, доказывать нечего", what)
	}
	return nil
}

// document is what is kept of one message or file, from the database, or else from the archive.
func (g *gathering) document(ctx context.Context, kind archive.Kind, id string) (d keptDocument, err error) {
	if d.pruned, err = g.store.PrunedDocument(ctx, string(kind), id); err != nil {
		return d, err
	}
	if d.pruned == nil {
		d.Evidence, err = g.stored(ctx, kind, id)
		return d, err
	}
	if g.folder == "" || d.pruned.ArchivedAt == nil || d.pruned.ForgottenAt != nil {
		return d, nil
	}
	e, found, err := g.inArchive(kind, id, *d.pruned.ArchivedAt)
	if err != nil || !found {
		return d, err
	}
	d.fromArchive(e)
	return d, nil
}

func (g *gathering) stored(ctx context.Context, kind archive.Kind, id string) (e store.Evidence, err error) {
	switch kind {
	case archive.Sent:
		message, err := uuid.Parse(id)
		if err != nil {
			return e, err
		}
		sent, _, err := g.store.FindMessage(ctx, message)
		if err != nil {
			return e, err
		}
		if e, err = g.store.MessageEvidence(ctx, &store.OutMessage{ID: message}); err != nil {
			return e, err
		}
		e.Content = sent.Envelope
		return e, nil
	case archive.Answer:
		e, _, err = g.store.AnswerEvidence(ctx, id)
	case archive.Protocol:
		e, _, err = g.store.ProtocolEvidence(ctx, id)
	case archive.Export:
		var pkg uuid.UUID
		if pkg, err = uuid.Parse(id); err == nil {
			e, _, err = g.store.ExportEvidence(ctx, pkg)
		}
	}
	return e, err
}

// inArchive looks where it was put, and then everywhere: it may have been brought back since.
func (g *gathering) inArchive(kind archive.Kind, id string, at time.Time) (e archive.Entry, found bool, err error) {
	if g.archived == nil {
		if g.archived, err = archive.Files(g.folder); err != nil {
			return e, false, fmt.Errorf("архив %s не читается: %w", filepath.Clean(g.folder), err)
		}
	}
	if e, found, err = archive.Find(kind, id, at, g.archived...); err != nil || found {
		return e, found, err
	}
	return archive.Find(kind, id, time.Time{}, g.archived...)
}
