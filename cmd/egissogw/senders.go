package main

import (
	"context"
	"io"
	"text/tabwriter"

	"egissogw/adapter/store"
	"egissogw/cmd/egissogw/internal/screen"
)

// senders shows who spoke in ЕГИССО's and the bus's name, or decides about one.
func senders(ctx context.Context, a *app, args []string) error {
	f := a.personFlags("senders")
	asJSON := a.jsonFlag(f)
	bus := f.Bool("bus", false, "речь о состояниях самой СМЭВ, а не об ответах ЕГИССО")
	reason := f.String("reason", "", "причина, обязательна для confirm и refuse")
	positional, err := parse(f, args)
	if err != nil {
		return err
	}
	if len(positional) == 0 {
		return a.listSenders(ctx, *asJSON)
	}
	decide := map[string]func(*store.Store, context.Context, string, store.Part, string) (string, error){
		"confirm": (*store.Store).ConfirmSender, "refuse": (*store.Store).RefuseSender,
	}[positional[0]]
	switch {
	case decide == nil || len(positional) != 2:
		return usageError{"нужно confirm МНЕМОНИКА, refuse МНЕМОНИКА или ничего; сообщения без мнемоники — none"}
	case *reason == "":
		return usageError{"укажите причину: --reason ТЕКСТ"}
	}
	part := store.PartEGISSO
	if *bus {
		part = store.PartBus
	}
	return a.commanded(ctx, func(s *store.Store) (string, error) { return decide(s, ctx, positional[1], part, *reason) })
}

func (a *app) listSenders(ctx context.Context, asJSON bool) error {
	s, err := a.openStore(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	list, err := s.Senders(ctx)
	if err != nil {
		return err
	}
	if asJSON {
		return a.printJSON(list)
	}
	return printSenders(a.stdout, list)
}

// Texts of what is known of a sender.
var (
	partText     = map[store.Part]string{store.PartEGISSO: "ответы ЕГИССО", store.PartBus: "состояния СМЭВ"}
	standingText = map[string]string{
		"unknown": "ждёт решения", "remembered": "ответил первым, не подтверждён", "confirmed": "подтверждён", "refused": "отклонён",
	}
)

func printSenders(w io.Writer, list []store.Sender) error {
	if len(list) == 0 {
		_, err := screen.Fprintf(w, "Решать не о ком: отправители — из EGISSOGW_SMEV_SENDERS и EGISSOGW_SMEV_BUS_SENDERS\n")
		return err
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	screen.Fprintf(t, "Отправитель\tЧто присылает\tСостояние\tС какого времени\tНе применено\tКто решил\tПричина\n")
	for _, s := range list {
		screen.Fprintf(t, "%s\t%s\t%s\t%s\t%d\t%s\t%s\n", s.Mnemonic, partText[s.Part], known(standingText, s.Standing), screen.TimeIfKnown(&s.Since), s.Held, s.By, s.Reason)
	}
	return t.Flush()
}
