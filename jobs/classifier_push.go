package jobs

import (
	"context"
	"log/slog"
	"strings"

	"egissogw/adapter/bus"
	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/wire"
	"egissogw/adapter/store"
)

// ClassifierPush handles what ЕГИССО sends about КМСЗ on its own: a version that
// is published (10.01.O) and the one that became active (10.03.O). Neither is
// answered (adapter/egisso/SPEC.md#classifier-updates). It implements IncomingHandler.
//
// Only a broadcast of a sender that is configured or confirmed is taken. Anybody can
// send the same as a request, or under another name: the most that comes of it is
// that the classifier is asked for.
type ClassifierPush struct {
	Store   *store.Store
	Senders Senders
	Log     *slog.Logger
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
	if bus.IncomingKind(m.Kind) != bus.IncomingBroadcast {
		return p.doubted(ctx, store.IncomingVerdict{
			Outcome: store.IncomingUnhandled, Note: "about the classifier, and not a broadcast",
			Review: "КМСЗ пришла запросом, а не рассылкой: сообщение сохранено и не применено, запрашивается действующая версия",
		})
	}
	switch believed, refused, err := p.Store.Believes(ctx, p.Senders.ofEGISSO(m.Sender)); {
	case err != nil:
		return store.IncomingVerdict{}, err
	case refused && !believed:
		return store.IncomingVerdict{Outcome: store.IncomingUnhandled, Note: "broadcast of a sender a person refused"}, nil
	case !believed:
		return p.doubted(ctx, store.IncomingVerdict{
			Hold: true, Note: "broadcast of a sender nobody confirmed",
			Review: "Рассылка о КМСЗ от отправителя, которого никто не подтвердил: сохранена и не применена, запрашивается действующая версия",
		})
	}
	return p.take(ctx, m)
}

// doubted: what is said is not believed, but may be true of a version we miss.
func (p ClassifierPush) doubted(ctx context.Context, v store.IncomingVerdict) (store.IncomingVerdict, error) {
	return v, p.Store.HintClassifier(ctx, egisso.ClassifierKMSZ, "Сообщение о КМСЗ, которому нельзя верить на слово")
}

func (p ClassifierPush) take(ctx context.Context, m store.Incoming) (store.IncomingVerdict, error) {
	if strings.HasPrefix(m.Namespace, publications) {
		publication, err := wire.ReadPublication(m.Content)
		if err != nil {
			return p.unread(ctx)
		}
		news, err := p.Store.SavePublication(ctx, publication, m.Content, store.ClassifierPublished)
		return p.verdict(news, err, "version", publication.KMSZ.Number)
	}
	headers, err := wire.ReadActivation(m.Content)
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
