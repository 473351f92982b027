package lifecycle

import "egissogw/adapter/egisso/wire"

// AnswerFile is a file that came with an answer.
type AnswerFile struct {
	Checked bool // it is what was announced; others are not looked at
	Content []byte
}

// Unfold takes the place of a content that only says that the protocol is in a file
// (adapter/egisso/SPEC.md#carriage): by the file, if there is just one. problem says, in Russian, why
// there is none; then the content stays.
func (s *Said) Unfold(files []AnswerFile) (problem string) {
	if s.Kind != SaidContent {
		return ""
	}
	if a, err := s.answer(); err != nil || a.Protocol == nil || !a.Protocol.Attached {
		return ""
	}
	var found []AnswerFile
	refused := 0
	for _, f := range files {
		if !f.Checked {
			refused++
			continue
		}
		if p, err := wire.ReadProtocol(f.Content); err == nil && !p.Attached {
			found = append(found, f)
		}
	}
	switch {
	case len(found) == 1:
		s.Content, s.read = found[0].Content, nil
		return ""
	case len(found) > 1:
		return "Протокол передан файлом, но файлов с протоколом несколько: они сохранены и не применены"
	case refused > 0:
		return "Протокол передан файлом, который не удалось получить или который не прошёл проверку: ответ сохранён и не применён"
	case len(files) > 0:
		return "Протокол передан файлом, который не удалось прочитать: он сохранён и не применён"
	}
	return "Протокол передан файлом, но файла в ответе нет: ответ сохранён и не применён"
}
