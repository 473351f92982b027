package lifecycle

import "egissogw/adapter/egisso/wire"

// judgeClassifier judges the answer to a request for the classifier (10.02.I).
// One that brings nothing ends the request; another follows after a pause.
func judgeClassifier(a *Said, pkg *AnsweredPackage) Verdict {
	if a.Kind != SaidContent {
		v := judgeKind(a, pkg)
		if v.Failed && v.Review != "" {
			v.Review = "Запрос КМСЗ отклонён: проверьте доступ системы к виду сведений 10.02.I; запрос будет повторён"
		}
		return v
	}
	answer, err := wire.ReadClassifierAnswer(a.Content)
	switch {
	case err != nil:
		return Verdict{
			Result: PackageRejected, Note: "classifier not read",
			Info:   "Ответ не соответствует схеме 10.02.I и не применён",
			Review: "Ответ на запрос КМСЗ не удалось прочитать: он сохранён и не применён; запрос будет повторён",
		}
	case answer.Code != pkg.Classifier:
		return Verdict{
			Result: PackageRejected, Note: "another classifier than was asked for",
			Info:   "Получен не тот классификатор, который запрошен",
			Review: "На запрос КМСЗ пришёл другой классификатор: ответ сохранён и не применён; запрос будет повторён",
		}
	}
	return Verdict{Note: "classifier", Classifier: answer, Body: a.Content}
}
