package main

import (
	"strings"

	"egissogw/adapter/egisso"
	"egissogw/adapter/store"
)

// Texts of states, those of the public views (jobs/README.md#states): a test compares them with
// the functions of the database. Texts that say a little less than a state does are the same for
// several of them.
var (
	recordStateText = map[string]string{
		"new": "Новый", "nothing_to_send": "Не подлежит отправке",
		"ready": "Готов к отправке", "waiting": "Ожидает", "blocked": "Требует исправления",
		"packed":   "Отправляется",
		"accepted": "Передан успешно", "accepted_with_warnings": "Передан с предупреждениями",
		"rejected": "Отклонён", "dropped": "Снят с отправки",
	}
	packageStateText = map[string]string{
		"formed": "Сформирован", "signed": "Подписан", "queued": "Поставлен в очередь СМЭВ",
		"answered": "Завершена обработка ответа", "send_failed": "Ошибка отправки", "expired": "Истёк срок ожидания",
		"dissolved": "Расформирован",
	}
	// resultText says how an answered package ended, which the journal shows as its information.
	resultText = map[string]string{"accepted": "принят", "partial": "принят частично", "rejected": "отклонён"}
)

func recordState(state string) string { return known(recordStateText, state) }

// packageState is the text of a state as store.Status gives it: "answered/partial".
func packageState(state string) string {
	state, result, ended := strings.Cut(state, "/")
	if !ended {
		return known(packageStateText, state)
	}
	return known(packageStateText, state) + ": " + known(resultText, result)
}

func known(texts map[string]string, state string) string {
	if text, ok := texts[state]; ok {
		return text
	}
	return state
}

// stateLine is a line of status.
type stateLine struct {
	register, state string
	count           int
}

// stateLines turns counts into lines, one for each text.
func stateLines(counts []store.Count, text func(string) string) []stateLine {
	var lines []stateLine
	at := map[stateLine]int{}
	for _, c := range counts {
		key := stateLine{register: egisso.Register(c.Register).Named(), state: text(c.State)}
		i, ok := at[key]
		if !ok {
			i = len(lines)
			at[key] = i
			lines = append(lines, key)
		}
		lines[i].count += c.Count
	}
	return lines
}
