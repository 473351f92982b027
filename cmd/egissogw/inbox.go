package main

import (
	"context"
	"fmt"
	"io"
	"text/tabwriter"

	"egissogw/adapter/store"
	"egissogw/cmd/egissogw/internal/screen"
)

// shownInbox is how much of what came is listed.
const shownInbox = 100

// inboxCommand shows what came and needs a person, and takes the person's word.
func inboxCommand(ctx context.Context, a *app, args []string) error {
	f := a.personFlags("inbox")
	asJSON := a.jsonFlag(f)
	all := f.Bool("all", false, "list: и то, что уже не требует внимания")
	reason := f.String("reason", "", "ack, retry, done: причина, обязательна")
	messageID := f.String("message-id", "", "ack: идентификатор сообщения, если его назвала поддержка СМЭВ")
	out := f.String("out", "", "show: записать сохранённые байты в файл; - — на стандартный вывод")
	force := f.Bool("force", false, "show: заменить готовый файл")
	positional, err := parse(f, args)
	if err != nil {
		return err
	}
	verb, id := "list", ""
	if len(positional) > 0 {
		verb = positional[0]
	}
	if len(positional) == 2 {
		id = positional[1]
	}
	if len(positional) > 2 || (verb == "list") != (id == "") {
		return usageError{"нужно одно из: list, show ИД, ack ИД, retry ИД, done ИД"}
	}
	order := map[string]func(*store.Store) (string, error){
		"ack":   func(s *store.Store) (string, error) { return s.AcknowledgeInbox(ctx, id, *reason, *messageID) },
		"retry": func(s *store.Store) (string, error) { return s.RetryInbox(ctx, id, *reason) },
		"done":  func(s *store.Store) (string, error) { return s.FinishInbox(ctx, id, *reason) },
	}[verb]
	switch {
	case verb == "list":
		return a.listInbox(ctx, *all, *asJSON)
	case verb == "show":
		return a.showInbox(ctx, id, output{path: *out, force: *force}, *asJSON)
	case order == nil:
		return usageError{fmt.Sprintf("нет действия %q: есть list, show, ack, retry, done", verb)}
	case *reason == "":
		return usageError{"укажите причину: --reason ТЕКСТ"}
	}
	return a.commanded(ctx, order)
}

func (a *app) listInbox(ctx context.Context, all, asJSON bool) error {
	s, err := a.openStore(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	items, err := s.Inbox(ctx, all, shownInbox)
	if err != nil {
		return operatorError(err)
	}
	if asJSON {
		return a.printJSON(items)
	}
	return printInbox(a.stdout, items)
}

func printInbox(w io.Writer, items []store.InboxItem) error {
	if len(items) == 0 {
		_, err := screen.Fprintln(w, "Ничего, что требовало бы внимания")
		return err
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	screen.Fprintf(t, "ИД\tПришло\tРаз\tБайт\tЧто не так\tСообщение\tЧто сделано\n")
	for _, i := range items {
		screen.Fprintf(t, "%s\t%s\t%d\t%d\t%s\t%s\t%s\n", i.ID, screen.TimeIfKnown(&i.ReceivedAt), i.Seen, i.Size, i.Text, orDash(i.MessageID), inboxDone(i))
	}
	return t.Flush()
}

func orDash(text string) string {
	if text == "" {
		return "—"
	}
	return text
}

// inboxDone says what was done about it.
func inboxDone(i store.InboxItem) string {
	switch {
	case i.AckSentAt != nil:
		return "снято с очереди СМЭВ " + screen.TimeIfKnown(i.AckSentAt)
	case i.AckOrderedAt != nil:
		return "снятие с очереди поручено " + screen.TimeIfKnown(i.AckOrderedAt)
	case i.DoneAt != nil:
		return "просмотрено " + screen.TimeIfKnown(i.DoneAt)
	case i.AckedAt != nil:
		return "подтверждено " + screen.TimeIfKnown(i.AckedAt)
	}
	return "—"
}

// showInbox tells all of one thing and, if asked to, puts out its bytes, which may be
// people's data.
func (a *app) showInbox(ctx context.Context, id string, to output, asJSON bool) error {
	if to.path != "" {
		if err := to.check(); err != nil {
			return err
		}
	}
	s, err := a.openStore(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	item, found, err := s.InboxItem(ctx, id)
	switch {
	case err != nil:
		return operatorError(err)
	case !found:
		return fmt.Errorf("нет такого: %s; список — egissogw inbox list", id)
	}
	if to.path != "" {
		raw, err := s.InboxBytes(ctx, id)
		if err != nil {
			return operatorError(err)
		}
		return to.write(a, raw)
	}
	if asJSON {
		return a.printJSON(item)
	}
	problem, err := s.InboxProblem(ctx, id)
	if err != nil { // only who may read messages may know
		problem = ""
	}
	return printInboxItem(a.stdout, item, problem)
}

func printInboxItem(w io.Writer, i store.InboxItem, problem string) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	screen.Fprintf(t, "ИД\t%s\nЧто не так\t%s\n", i.ID, i.Text)
	if problem != "" {
		screen.Fprintf(t, "Подробно\t%s\n", problem)
	}
	if i.Operation != "" {
		screen.Fprintf(t, "Операция СМЭВ\t%s\n", i.Operation)
	}
	screen.Fprintf(t, "Идентификатор сообщения\t%s\nПришло\t%s\nВ последний раз\t%s\nСколько раз\t%d\n", orDash(i.MessageID), screen.TimeIfKnown(&i.ReceivedAt), screen.TimeIfKnown(&i.LastSeenAt), i.Seen)
	size := fmt.Sprint(i.Size)
	if !i.Complete {
		size += ", сохранено только начало"
	}
	screen.Fprintf(t, "Байт\t%s\n", size)
	if i.SHA256 != "" {
		screen.Fprintf(t, "SHA-256\t%s\n", i.SHA256)
	}
	screen.Fprintf(t, "Что сделано\t%s\n", inboxDone(i))
	return t.Flush()
}
