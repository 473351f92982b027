package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"egissogw/cmd/egissogw/internal/fault"
	"egissogw/cmd/egissogw/internal/screen"
	"egissogw/config"
	"egissogw/config/setup"
)

// questioner asks a person. Reading ends with the context.
type questioner struct {
	in     *bufio.Reader
	out    io.Writer
	hidden func(context.Context) (string, error) // a line that is not shown
}

// terminal is the person at the terminal, if there is one.
func (a *app) terminal() (*questioner, error) {
	file, ok := a.stdin.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return nil, usageError{"вопросы задаются в терминале; без него ответы берутся из файла: --answers ФАЙЛ"}
	}
	fd := int(file.Fd())
	state, err := term.GetState(fd)
	if err != nil {
		return nil, err
	}
	return &questioner{bufio.NewReader(file), a.stdout, func(ctx context.Context) (string, error) {
		line, err := untilDone(ctx, func() (string, error) {
			data, err := term.ReadPassword(fd)
			return string(data), err
		})
		if errors.Is(err, fault.ErrInterrupted) {
			err = errors.Join(err, term.Restore(fd, state)) // shown again
		}
		return line, err
	}}, nil
}

// untilDone waits for a line no longer than the context lasts.
func untilDone(ctx context.Context, read func() (string, error)) (string, error) {
	type result struct {
		line string
		err  error
	}
	done := make(chan result, 1)
	go func() {
		line, err := read()
		done <- result{line, err}
	}()
	select {
	case <-ctx.Done():
		return "", fault.ErrInterrupted
	case r := <-done:
		return strings.TrimSpace(r.line), r.err
	}
}

// all asks the questions in order, each until its answer fits; what is known already is offered.
func (k *questioner) all(ctx context.Context, known setup.Answers) (setup.Answers, error) {
	if _, err := screen.Fprintf(k.out, "Enter — то, что в скобках. Секреты при вводе не показываются и в настройки не пишутся.\n\n"); err != nil {
		return nil, err
	}
	answers := setup.Answers{}
	for _, q := range setup.Questions {
		if !q.Asked(answers) {
			continue
		}
		if known[q.Variable] != "" {
			q.Standard = known[q.Variable]
		}
		answer, err := k.one(ctx, q)
		if err != nil {
			return nil, err
		}
		if answer == setup.Kept {
			continue
		}
		if answers[q.Variable] = answer; !q.Database() || setup.HasPassword(answer) {
			continue
		}
		if answers[q.Variable], err = k.password(ctx, answer); err != nil {
			return nil, err
		}
	}
	return answers, nil
}

// one asks one question until the answer fits.
func (k *questioner) one(ctx context.Context, q setup.Question) (string, error) {
	for {
		text, err := k.line(ctx, q)
		if err != nil {
			return "", err
		}
		problem := ""
		switch {
		case text == "" && q.Optional:
			return "", nil
		case text == "":
			problem = "без ответа нельзя"
		case text == setup.Kept:
			return text, nil
		case setup.Hidden(q.Variable) && !q.Secret && !q.Database():
			data, err := os.ReadFile(text)
			if err == nil {
				return string(data), nil
			}
			problem = fileError(text, err).Error()
		case q.Database() && setup.HasPassword(text):
			problem = "пароль здесь не нужен: он спрашивается следующим и не показывается"
		default:
			problem = config.Check(ctx, q.Variable, text)
			if wrong := (setup.Answers{q.Variable: text}).Wrong(); problem == "" && len(wrong) > 0 {
				problem = wrong[0].Text
			}
		}
		if problem == "" {
			return text, nil
		}
		if _, err := screen.Fprintf(k.out, "  %s\n", problem); err != nil {
			return "", err
		}
	}
}

func (k *questioner) line(ctx context.Context, q setup.Question) (string, error) {
	prompt := q.Text
	switch {
	case q.Standard != "":
		prompt += " [" + q.Standard + "]"
	case q.Optional:
		prompt += " [нет]"
	}
	if _, err := screen.Fprintf(k.out, "%s: ", prompt); err != nil {
		return "", err
	}
	if q.Secret {
		text, err := k.hidden(ctx)
		_, _ = screen.Fprintf(k.out, "\n")
		return cmp.Or(text, q.Standard), err
	}
	text, err := untilDone(ctx, func() (string, error) { return k.in.ReadString('\n') })
	if errors.Is(err, io.EOF) {
		err = errors.New("ответы кончились раньше вопросов; ничего не записано")
	}
	if text == "" {
		text = q.Standard
	}
	return text, err
}

// password asks for that of a database; none means one that setup makes up.
func (k *questioner) password(ctx context.Context, address string) (string, error) {
	text, err := k.line(ctx, setup.Question{Text: "  Пароль этой роли; пусто — придумать", Secret: true})
	if err != nil || text == "" {
		return address, err
	}
	return setup.WithPassword(address, text)
}
