package jobs

import (
	"egissogw/adapter/egisso"
	"egissogw/adapter/store"
)

// attachedProtocol gives the protocol an answer speaks of: its content itself or,
// where that says that the protocol is in a file, the file (adapter/egisso/SPEC.md#carriage).
// Only files that were checked are looked at. review says, in Russian, why the
// file is not there; then the content is returned as it is.
func attachedProtocol(content []byte, files []store.ReceivedFile) (protocol []byte, review string) {
	p, err := egisso.ReadProtocol(content)
	if err != nil || !p.Attached {
		return content, ""
	}
	var found [][]byte
	refused := 0
	for _, f := range files {
		if f.State != store.FileChecked {
			refused++
			continue
		}
		if p, err := egisso.ReadProtocol(f.Content); err == nil && !p.Attached {
			found = append(found, f.Content)
		}
	}
	switch {
	case len(found) == 1:
		return found[0], ""
	case len(found) > 1:
		return content, "Протокол передан файлом, но файлов с протоколом несколько: они сохранены и не применены"
	case refused > 0:
		return content, "Протокол передан файлом, который не удалось получить или который не прошёл проверку: ответ сохранён и не применён"
	case len(files) > 0:
		return content, "Протокол передан файлом, который не удалось прочитать: он сохранён и не применён"
	}
	return content, "Протокол передан файлом, но файла в ответе нет: ответ сохранён и не применён"
}
