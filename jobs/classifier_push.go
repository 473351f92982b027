package jobs

import (
	"context"
	"log/slog"
	"strings"

	"egissogw/adapter/egisso"
	"egissogw/adapter/store"
)

// ClassifierPush handles what ЕГИССО sends about КМСЗ on its own: a version that
// is published (10.01.O) and the one that became active (10.03.O). Neither is
// answered (spec egisso.md f.5). It implements IncomingHandler.
type ClassifierPush struct {
	Store *store.Store
	Log   *slog.Logger
}

const (
	publications = "urn://egisso-ru/msg/10.01.O/"
	activations  = "urn://egisso-ru/msg/10.03.O/"
)

// Handles reports whether messages with this namespace are about КМСЗ, in
// whatever version.
func (ClassifierPush) Handles(namespace string) bool {
	return strings.HasPrefix(namespace, publications) || strings.HasPrefix(namespace, activations)
}

// Handle stores what the message says. One that comes again changes nothing.
func (p ClassifierPush) Handle(ctx context.Context, m store.Incoming) (store.IncomingVerdict, error) {
	if strings.HasPrefix(m.Namespace, publications) {
		publication, err := egisso.ReadPublication(m.Content)
		if err != nil {
			return p.unread(ctx)
		}
		news, err := p.Store.SavePublication(ctx, publication, m.Content, store.ClassifierPublished)
		return p.verdict(news, err, "version", publication.KMSZ.Number)
	}
	headers, err := egisso.ReadActivation(m.Content)
	if err != nil {
		return p.unread(ctx)
	}
	news, err := p.Store.SaveActivation(ctx, headers, store.ClassifierActivated)
	return p.verdict(news, err, "version", headers[0].Number)
}

func (p ClassifierPush) verdict(news store.ClassifierNews, err error, attrs ...any) (store.IncomingVerdict, error) {
	if err != nil {
		return store.IncomingVerdict{}, err
	}
	p.Log.Info("classifier pushed", append(attrs, "changed", news.Changed, "pull", news.Pull)...)
	switch {
	case news.Pull:
		return store.IncomingVerdict{Note: "a version of the classifier is missing, the active one is asked for"}, nil
	case !news.Changed:
		return store.IncomingVerdict{Note: "nothing new of the classifier"}, nil
	}
	return store.IncomingVerdict{Note: "classifier stored"}, nil
}

// unread: what the message says is not known, so the active version is asked for.
func (p ClassifierPush) unread(ctx context.Context) (store.IncomingVerdict, error) {
	if err := p.Store.WantClassifier(ctx, egisso.ClassifierKMSZ, "Рассылка о КМСЗ не прочитана"); err != nil {
		return store.IncomingVerdict{}, err
	}
	return store.IncomingVerdict{
		Outcome: store.IncomingUnhandled, Note: "not of a schema that is known; the active version is asked for",
		Review: "Рассылка ЕГИССО о КМСЗ не соответствует известной схеме: она сохранена, запрашивается действующая версия",
	}, nil
}
