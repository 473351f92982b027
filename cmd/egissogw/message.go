package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"egissogw/adapter/store"
)

// message puts out the exact octets of what was sent or came back: evidence.
func message(ctx context.Context, a *app, args []string) error {
	f := a.personFlags("message")
	file := f.Bool("file", false, "файл сообщения (факты) или пакета для ручной загрузки вместо конверта")
	answer := f.Bool("answer", false, "последний ответ СМЭВ, байты HTTP как пришли")
	out := f.String("out", stdinName, "куда записать; по умолчанию стандартный вывод")
	force := f.Bool("force", false, "заменить готовый файл")
	positional, err := parse(f, args)
	if err != nil {
		return err
	}
	text, err := oneArgument(positional, "идентификатор сообщения, пакета или ответа")
	if err != nil {
		return err
	}
	if *file && *answer {
		return usageError{"нужно одно из --file и --answer"}
	}
	to := output{*out, *force}
	if err := to.check(); err != nil {
		return err
	}
	s, err := a.openStore(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	content, err := octetsOf(ctx, s, text, *file, *answer)
	if err != nil {
		return operatorError(err)
	}
	if len(content) == 0 {
		return operatorError(store.ErrPruned)
	}
	// Messages hold people's data: without a line about it nothing is shown.
	what := "Сообщение"
	switch {
	case *file:
		what = "Файл сообщения"
	case *answer:
		what = "Ответ на сообщение"
	}
	if err := s.NoteViewing(ctx, "view_message", "", uuid.Nil, what+" "+text); err != nil {
		return operatorError(err)
	}
	return to.write(a, content)
}

// octetsOf finds the octets meant.
func octetsOf(ctx context.Context, s *store.Store, text string, file, answer bool) ([]byte, error) {
	kept, isAnswer, err := s.FindAnswer(ctx, text)
	if err != nil || isAnswer && !file {
		return kept.Raw, err
	}
	id, err := uuid.Parse(text)
	if err != nil {
		return nil, fmt.Errorf("сообщения %q нет: его UUID или UUID пакета — в egissogw journal", text)
	}
	sent, found, err := s.FindMessage(ctx, id)
	switch {
	case err != nil:
		return nil, err
	case !found && file:
		return manualFile(ctx, s, id)
	case !found:
		return nil, fmt.Errorf("сообщения или подписанного пакета %s нет", id)
	case file:
		return fileOf(ctx, s, sent)
	case answer:
		return lastAnswer(ctx, s, sent)
	}
	return sent.Envelope, nil
}

// fileOf is the only file of a message.
func fileOf(ctx context.Context, s *store.Store, m store.SentMessage) ([]byte, error) {
	files, err := s.FilesOf(ctx, m.ID)
	switch {
	case err != nil:
		return nil, err
	case len(files) == 0:
		return nil, errors.New("у сообщения нет файла: его содержание в конверте")
	case len(files) > 1:
		var names []string
		for _, f := range files {
			names = append(names, f.Name)
		}
		return nil, fmt.Errorf("у сообщения несколько файлов: %s", strings.Join(names, ", "))
	}
	return files[0].Content, nil
}

// manualFile is the file of a package for upload by hand.
func manualFile(ctx context.Context, s *store.Store, id uuid.UUID) ([]byte, error) {
	_, found, err := s.FileOf(ctx, id)
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, fmt.Errorf("сообщения или файла пакета %s нет", id)
	}
	return s.FileContent(ctx, id)
}

// lastAnswer is the answer that came last, one nobody believes only if there is no other.
func lastAnswer(ctx context.Context, s *store.Store, m store.SentMessage) ([]byte, error) {
	answers, err := s.AnswersTo(ctx, m.ID)
	if err != nil {
		return nil, err
	}
	var last *store.ReceivedAnswer
	for i := range answers {
		if last == nil || answers[i].Verified || !last.Verified {
			last = &answers[i]
		}
	}
	if last == nil {
		return nil, errors.New("ответа на это сообщение ещё нет")
	}
	return last.Raw, nil
}
