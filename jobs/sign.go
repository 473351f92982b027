package jobs

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"egissogw/adapter/bus"
	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/wire"
	"egissogw/adapter/store"
	"egissogw/adapter/store/crashpoint"
	"egissogw/crypto/cms"
	"egissogw/crypto/xmldsig"
)

// Sign writes each formed package as XML, signs it and stores the final bytes
// with their MessageID before anything leaves (README.md#promises, 2).
type Sign struct {
	Store        *store.Store
	Switch       serviceSwitch
	Signer       Signer // behind the switch, see Gate; signs files
	Builder      Builder
	FileWay      FileWay
	Provider     ProviderSettings
	FactFileName func(packageID string) string
	FactMIMEType string
	FactURI      string            // NamespaceUri announced for the file of facts; "": that of its version
	Versions     egisso.VersionSet // that of 10.10.I, which announces the file
	// Schema is asked before anything is signed; nil where nobody has the schemas.
	Schema Schema
	// Signing is whether the signer works, for Respond too; nil where nobody remembers.
	Signing      *Ability
	Registration *Registration // whether the bus knows our certificate, for Respond too
	Clock        *Clock        // whether ours is to be believed, for Respond too; nil where nobody watches
	Lease        time.Duration
	Now          func() time.Time
	Log          *slog.Logger
}

// ProviderSettings are parts of the envelope that depend on the provider's
// registration and on the contour.
type ProviderSettings struct {
	NodeID      string
	TestMessage bool
}

// Name implements Job.
func (Sign) Name() string { return "sign" }

// Run implements Job: one package. Done counts packages.
func (s Sign) Run(ctx context.Context) (Report, error) {
	if err := requireService(ctx, s.Switch); err != nil {
		return quietly(Report{}, err)
	}
	if s.Registration.Refused() || !s.Signing.Ready(s.Now()) {
		return Report{Skipped: true}, nil
	}
	if wrong, err := s.Clock.Wrong(ctx); wrong || err != nil {
		return Report{Skipped: true}, err
	}
	p, err := s.Store.ClaimFormed(ctx, s.Lease)
	if err != nil || p == nil {
		return Report{}, err
	}
	crashpoint.At("sign: package claimed")
	if err := checkSchema(ctx, s.Schema, p); err != nil {
		return s.failed(ctx, p, err)
	}
	message, err := s.message(ctx, p)
	if err != nil {
		return s.failed(ctx, p, err)
	}
	s.Signing.Has()
	crashpoint.At("sign: package signed")
	err = s.Store.StoreSigned(ctx, p, message)
	if errors.Is(err, store.ErrLost) {
		s.Log.Info("package changed while it was signed: its signature is not used", "package_id", p.ID)
		return Report{More: true}, s.Store.ReleaseFormed(ctx, p)
	}
	if err != nil {
		return Report{}, err
	}
	s.Log.Info("package signed", "package_id", p.ID, "message_id", message.ID, "bytes", len(message.Envelope))
	return Report{Done: 1, More: true}, nil
}

// signPause is how long a package that could not be signed rests, longer after
// every failure; the others go first.
const signPause = 30 * time.Second

func (s Sign) failed(ctx context.Context, p *store.FormedPackage, cause error) (Report, error) {
	cause = fmt.Errorf("sign package %s: %w", p.ID, cause)
	keep, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	if errors.Is(cause, ErrServiceOff) || ctx.Err() != nil {
		return quietly(Report{}, cause, s.Store.ReleaseFormed(keep, p))
	}
	info, pause, more := "Пакет не подписан: ошибка подписи, будет повторено", signPause, true
	if cannotSign(s.Signing, cause, s.Now(), s.Log) {
		pause, more = 0, false // others may have a signer that works
	}
	if invalid := (*SchemaError)(nil); errors.As(cause, &invalid) {
		info = "Пакет не подписан: " + invalid.Error()
	}
	err := s.Store.SignFailed(keep, p, info, pause)
	return Report{More: more}, errors.Join(cause, err)
}

func (s Sign) message(ctx context.Context, p *store.FormedPackage) (store.Message, error) {
	contents, err := packageContents(p)
	if err != nil {
		return store.Message{}, err
	}
	version, err := egisso.FindVersion(p.Format, p.Version)
	if err != nil {
		return store.Message{}, err
	}
	now := s.Now()
	request := bus.Request{MessageID: s.Builder.NewMessageID(now), NodeID: s.Provider.NodeID, Provider: p.Provider, Test: s.Provider.TestMessage}
	var files []store.Attachment
	if p.Classifier != "" {
		request.Prefixes = busPrefixes(egisso.ClassifierVersion().Prefixes)
		request.Content = func(w bus.ContentWriter) error { return wire.WriteClassifierRequest(w, p.Classifier) }
	} else if p.Register == egisso.RegisterFact {
		file, err := s.factFile(ctx, contents, version, now)
		if err != nil {
			return store.Message{}, err
		}
		files = s.FileWay.attach(&request, file, cmp.Or(s.FactURI, version.Namespace()))
		storage := s.Versions.Storage()
		request.Prefixes = busPrefixes(storage.Prefixes)
		request.Content = func(w bus.ContentWriter) error {
			wire.WriteStorageRequest(w, storage)
			return nil
		}
	} else {
		request.Prefixes = busPrefixes(version.Prefixes)
		request.Content = func(w bus.ContentWriter) error { return wire.WritePackage(w, &contents, version) }
	}
	envelope, err := s.Builder.BuildRequest(ctx, request)
	if err != nil {
		return store.Message{}, err
	}
	id, err := uuid.Parse(request.MessageID)
	if err != nil {
		return store.Message{}, fmt.Errorf("message id: %w", err)
	}
	return store.Message{ID: id, Envelope: envelope, Attachments: files, Certificate: s.Registration.certificate()}, nil
}

// factFile writes the 10.06.S file. No transform applies to files, so it is
// written compactly; the digest is taken of exactly the stored bytes.
func (s Sign) factFile(ctx context.Context, contents egisso.Package, version *egisso.Version, now time.Time) (store.Attachment, error) {
	var xml bytes.Buffer
	xml.WriteString(`<?xml version="1.0" encoding="UTF-8"?>` + "\n")
	w := xmldsig.NewWriter(&xml, nil, prefixes(version.Prefixes))
	if err := errors.Join(wire.WritePackage(w, &contents, version), w.Close()); err != nil {
		return store.Attachment{}, fmt.Errorf("write file of facts: %w", err)
	}
	digest, err := s.Builder.FileHash(bytes.NewReader(xml.Bytes()))
	if err != nil {
		return store.Attachment{}, fmt.Errorf("hash file of facts: %w", err)
	}
	signature, err := cms.SignDetached(ctx, digest, s.Signer, now)
	if err != nil {
		return store.Attachment{}, fmt.Errorf("sign file of facts: %w", err)
	}
	folder, err := uuid.Parse(s.Builder.NewMessageID(now))
	if err != nil {
		return store.Attachment{}, fmt.Errorf("file uuid: %w", err)
	}
	return store.Attachment{
		UUID: folder, FileName: s.FactFileName(contents.ID.String()), MimeType: s.FactMIMEType,
		Content: xml.Bytes(), Hash: digest, Signature: signature,
	}, nil
}

func prefixes(list []egisso.Prefix) []xmldsig.Prefix {
	out := make([]xmldsig.Prefix, len(list))
	for i, p := range list {
		out[i] = xmldsig.Prefix(p)
	}
	return out
}

func busPrefixes(list []egisso.Prefix) []bus.Prefix {
	out := make([]bus.Prefix, len(list))
	for i, p := range list {
		out[i] = bus.Prefix(p)
	}
	return out
}

// packageContents decodes the members of a package.
func packageContents(p *store.FormedPackage) (egisso.Package, error) {
	contents := egisso.Package{ID: p.ID, Register: p.Register}
	contents.Elements = make([]egisso.Element, 0, len(p.Elements))
	for _, e := range p.Elements {
		element, err := egisso.DecodeElement(e.Kind, e.Content)
		if err != nil {
			return egisso.Package{}, fmt.Errorf("record %s: %w", e.ID, err)
		}
		contents.Elements = append(contents.Elements, element)
	}
	return contents, nil
}
