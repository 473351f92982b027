package lifecycle

import (
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/wire"
)

// Judge says what an answer means for the package it belongs to
// (adapter/smev/SPEC.md#answers; adapter/egisso/SPEC.md#outcomes, #inconsistent-protocols). It
// guesses nothing: what cannot be read or matched asks for a person.
func Judge(a *Said, pkg *AnsweredPackage) Verdict {
	if pkg == nil {
		return stranger(a)
	}
	switch pkg.State {
	case "answered":
		if len(pkg.Unconfirmed) > 0 {
			return judgeUnconfirmed(a, pkg)
		}
		return judgeAgain(a, pkg)
	case "send_failed":
		if v, ours := judgeLate(a, pkg); ours {
			return v
		}
		if pkg.Delivered && (a.Kind == SaidByBus || a.Kind == SaidStatus) {
			return Verdict{Note: "status of a package that has failed already"} // late, or by GetStatus, too
		}
		return Verdict{
			Note:   "the package had failed before the answer came",
			Review: "Ответ пришёл после того, как отправка пакета признана неудачной: сверьте записи",
		}
	}
	if pkg.Classifier != "" {
		return judgeClassifier(a, pkg)
	}
	return judgeKind(a, pkg)
}

// stranger: nothing of ours is answered. Records that wait for an answer go on
// waiting, so a person is told.
func stranger(a *Said) Verdict {
	v := Verdict{Note: "no message of ours has the original id", Stranger: "Ответ на сообщение, которого шлюз не отправлял"}
	if !IsMessageID(a.About) {
		v.Note, v.Stranger = "the original id is not of its form", "Идентификатор сообщения, на которое пришёл ответ, не того вида"
	}
	if a.Kind != SaidContent {
		return v
	}
	if answer, err := a.answer(); err == nil && answer.Protocol != nil && answer.Protocol.Package != nil {
		for _, r := range answer.Protocol.Package.Records {
			if id, err := uuid.Parse(r.ID); err == nil {
				v.Named = append(v.Named, id)
			}
		}
	}
	return v
}

// LostPackage is why a person should look at the protocol of a package that this database
// does not know, though it names records of ours: an older copy was restored, perhaps.
const LostPackage = "Протокол пакета, которого в базе шлюза нет, называет записи шлюза: сверьте их в кабинете поставщика"

// judgeKind judges what nothing decided yet.
func judgeKind(a *Said, pkg *AnsweredPackage) Verdict {
	switch a.Kind {
	case SaidContent:
		return judgeContent(a, pkg)
	case SaidRefused:
		return judgeRejected(a.Refusals)
	case SaidByBus:
		return judgeAsyncStatus(a)
	case SaidStatus:
		return Verdict{Note: "intermediate status of the provider", Info: "Получен промежуточный статус ЕГИССО"}
	}
	return Verdict{
		Note:   "content of an unknown kind",
		Review: "Получен ответ неизвестного вида: он сохранён и не применён",
	}
}

// judgeAgain: a package that has its outcome is decided again only for members
// an earlier protocol left in doubt (adapter/egisso/SPEC.md#inconsistent-protocols).
// What ЕГИССО says of the others in other words than before is for a person.
func judgeAgain(a *Said, pkg *AnsweredPackage) Verdict {
	repeated := Verdict{Note: "the package has its outcome already"}
	if a.Kind != SaidContent || pkg.Classifier != "" {
		return repeated
	}
	v := judgeContent(a, pkg)
	succession := SuccessionNew
	if pkg.Protocol != nil {
		succession = successionOfAnswer(a, pkg.Protocol)
	}
	if succession == SuccessionSame || succession == SuccessionOld {
		return repeated
	}
	differs := v.Returned
	for id, outcome := range v.Outcomes {
		if before, decided := pkg.Decided[id]; decided && (before == Rejected) != (outcome == Rejected) {
			differs = true
		}
		if !pkg.Undecided[id] || succession == SuccessionConflict {
			delete(v.Outcomes, id)
		}
	}
	differs = differs || succession == SuccessionConflict && len(pkg.Undecided) > 0
	if differs {
		repeated.Review = "Повторный протокол расходится с применённым: сверьте записи"
	}
	if len(v.Outcomes) == 0 {
		return repeated
	}
	v.Note = "superseding protocol"
	if differs {
		v.Review = repeated.Review
	}
	return v
}

// successionOfAnswer compares a protocol with the one applied before it. Decisions on
// applications have no order: another one is for a person.
func successionOfAnswer(a *Said, before []byte) Succession {
	now, err := a.answer()
	old, errOld := wire.ReadAnswer(before)
	switch {
	case err != nil || errOld != nil:
		return SuccessionConflict
	case now.Protocol != nil && old.Protocol != nil:
		return SuccessionOf(now.Protocol, old.Protocol)
	case now.Application != nil && old.Application != nil && now.Application.Accepted == old.Application.Accepted:
		return SuccessionSame
	}
	return SuccessionConflict
}

func judgeRejected(rejections []Refusal) Verdict {
	var codes, texts []string
	temporary := len(rejections) > 0
	for _, r := range rejections {
		codes = append(codes, known(r.Code, "ACCESS_DENIED", "NO_DATA", "UNKNOWN_REQUEST_DESCRIPTION", "FAILURE"))
		texts = append(texts, strings.TrimSpace(r.Code+" "+r.Text))
		temporary = temporary && r.Code == "FAILURE"
	}
	v := Verdict{
		Failed: true,
		Note:   "rejected by the provider: " + strings.Join(codes, ", "),
		Info:   "Отклонено получателем: " + strings.Join(texts, "; "),
	}
	if !temporary {
		v.Review = "Получатель отклонил запрос: исправьте причину, записи уйдут в следующем пакете"
	}
	return v
}

func judgeAsyncStatus(a *Said) Verdict {
	if !a.Final {
		return Verdict{Note: "intermediate status of the bus"}
	}
	return Verdict{
		Failed: true,
		Note:   "terminal status of the bus: " + known(a.Category, "requestIsRejectedBySmev", "cancelled", "doesNotExist"),
		Info:   strings.TrimSpace("Отклонён СМЭВ: " + a.Text),
		Review: "СМЭВ отклонила сообщение после приёма: исправьте причину, записи уйдут в следующем пакете",
	}
}

// JudgeReply judges what is said about an answer of ours
// (adapter/smev/SPEC.md#answers).
func JudgeReply(a *Said) Verdict {
	if a.Kind != SaidByBus || !a.Final && !a.ReplyRefused {
		return Verdict{Note: "status of an answer of ours"}
	}
	return Verdict{
		Note:        "an answer of ours is refused: " + known(a.Category, "responseIsRejectedBySmev", "cancelled", "doesNotExist"),
		ReplyFailed: "СМЭВ отклонила ответ на запрос после приёма: отправитель запроса его не получит",
	}
}

// known keeps a code for the log only if it is one of the given: what strangers
// write does not belong there.
func known(code string, codes ...string) string {
	if slices.Contains(codes, code) {
		return code
	}
	return "other"
}

func judgeContent(a *Said, pkg *AnsweredPackage) Verdict {
	answer, err := a.answer()
	if err != nil {
		return Verdict{
			Note:   "protocol not read",
			Review: "Протокол ЕГИССО не удалось прочитать: он сохранён и не применён",
		}
	}
	var v Verdict
	switch {
	case answer.Application != nil && pkg.Register == egisso.RegisterParticipant:
		v = judgeApplication(answer.Application, pkg)
	case answer.Protocol != nil && (pkg.Register != egisso.RegisterParticipant || len(answer.Protocol.MessageErrors) > 0):
		v = judgeProtocol(answer.Protocol, pkg)
	default:
		return Verdict{
			Note:   "an answer of another kind",
			Review: "Получен ответ другого вида сведений: он сохранён и не применён",
		}
	}
	v.Protocol = a.Content
	return v
}

// judgeApplication: the decision of people on an application. A positive one
// tells the code of the organisation (adapter/egisso/SPEC.md#application).
func judgeApplication(a *egisso.ApplicationAnswer, pkg *AnsweredPackage) Verdict {
	v := recordsDecided(JudgeApplication(a, pkg.Members))
	v.Note = "decision on an application"
	if len(v.Outcomes) > 0 && a.Accepted && a.Registered != nil {
		v.ParticipantCode = a.Code()
	}
	return v
}

func judgeProtocol(protocol *egisso.Protocol, pkg *AnsweredPackage) Verdict {
	switch {
	case protocol.Attached:
		return Verdict{
			Note:   "the protocol is in an attached file",
			Review: "Протокол передан файлом: он сохранён и не применён",
		}
	case protocol.Package != nil && protocol.Package.PackageID != uuid.Nil && protocol.Package.PackageID != pkg.ID:
		return Verdict{
			Note:   "the protocol names another package",
			Review: "Протокол назван протоколом другого пакета: он сохранён и не применён",
		}
	}
	verdict := JudgeProtocol(protocol, pkg.Members)
	switch verdict.Package {
	case VerdictInProgress:
		return Verdict{Note: "not final", Progress: protocol.Package.Status, Info: "Пакет обрабатывается ЕГИССО"}
	case VerdictRejected:
		return returned(protocol.MessageErrors)
	}
	return recordsDecided(verdict)
}

// returned: ЕГИССО could not process the message as a package, so none of its
// records was loaded.
func returned(errors []egisso.ProtocolError) Verdict {
	v := Verdict{
		Returned: true, Note: "message error",
		Review: "ЕГИССО не обработала пакет: проверьте причину, записи уйдут в следующем пакете",
	}
	var texts []string
	for _, e := range errors {
		texts = append(texts, e.Message)
		v.Messages = append(v.Messages, ProtocolMessage{Type: egisso.MessageError, RuleCode: e.Code, Report: e.Message})
	}
	v.Info = "Пакет отклонен. Ошибка: " + strings.Join(texts, "; ")
	return v
}

// recordsDecided stores the outcome of every record that has one. A record the
// protocol leaves in doubt stays sent, and the package asks for a person.
func recordsDecided(verdict ProtocolVerdict) Verdict {
	v := Verdict{Note: "protocol", Outcomes: make(map[uuid.UUID]State, len(verdict.Records))}
	counts := map[State]int{}
	for _, r := range verdict.Records {
		for _, m := range r.Messages {
			v.Messages = append(v.Messages, message(r.ID.String(), m))
		}
		if r.Outcome == OutcomeUnknown {
			continue
		}
		state := State(r.Outcome)
		v.Outcomes[r.ID] = state
		counts[state]++
	}
	for _, r := range verdict.Unknown {
		for _, m := range r.Messages {
			v.Messages = append(v.Messages, message(r.ID, m))
		}
	}
	if verdict.NeedsReview {
		v.Review = strings.Join(verdict.Notes, "; ")
	}
	v.Result, v.Info = packageOutcome(counts, len(verdict.Records))
	return v
}

func message(recordID string, m egisso.ProtocolMessage) ProtocolMessage {
	return ProtocolMessage{RecordID: recordID, Type: m.Type, RuleCode: m.RuleCode, Report: m.Report}
}

func packageOutcome(counts map[State]int, sent int) (PackageResult, string) {
	warned, rejected := counts[AcceptedWithWarnings], counts[Rejected]
	accepted := counts[Accepted] + warned
	switch {
	case rejected == sent:
		return PackageRejected, fmt.Sprintf("Пакет отклонен. Отклонены все записи: %d", rejected)
	case accepted == sent && warned == 0:
		return PackageAccepted, fmt.Sprintf("Пакет принят. Принято записей: %d", accepted)
	case accepted == sent:
		return PackageAccepted, fmt.Sprintf("Пакет принят. Принято записей: %d, из них с предупреждениями: %d", accepted, warned)
	}
	info := fmt.Sprintf("Пакет принят частично. Принято записей: %d, отклонено: %d", accepted, rejected)
	if unknown := sent - accepted - rejected; unknown > 0 {
		info += fmt.Sprintf(", исход не подтверждён: %d", unknown)
	}
	return PackagePartial, info
}
