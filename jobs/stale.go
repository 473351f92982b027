package jobs

import (
	"context"
	"time"

	"egissogw/adapter/egisso/lifecycle"
	"egissogw/adapter/store"
)

// staleRest is the longest pause before a message whose id is too old is offered
// again: that will not help, only an answer or a person will.
const staleRest = 24 * time.Hour

// stale stores what becomes of a message the bus calls too old. It gets a new id
// only when nothing of it can be on the bus (adapter/smev/SPEC.md#messageid); otherwise answers
// and statuses are waited for, and then a person decides. done: it turned out to
// have arrived.
func (s Send) stale(ctx context.Context, m *store.OutMessage, attempt int64, f store.Failure) (done bool, err error) {
	doubt, err := s.Store.Doubt(ctx, m, attempt)
	if err != nil {
		return false, err
	}
	made, _ := s.Bus.MessageTime(m.ID.String())
	facts := lifecycle.StaleCase{
		Made: made, InDoubt: m.MayHaveArrived, LastInDoubt: doubt.Last, Evidence: lifecycle.EvidenceNone, Patience: s.AnswerTerm,
	}
	switch {
	case doubt.Arrived:
		facts.Evidence = lifecycle.EvidenceArrived
	case doubt.Absent:
		facts.Evidence = lifecycle.EvidenceAbsent
	}
	d := lifecycle.DecideStale(facts, s.Now())
	s.Log.Warn("the bus calls a message id too old", append(about(m), "action", string(d.Action), "clock_suspect", d.ClockSuspect)...)
	f.Info = "СМЭВ отклонила сообщение: его идентификатор устарел"
	switch {
	case d.Action == lifecycle.StaleArrived:
		return true, s.Store.Delivered(ctx, m, attempt, "Пакет поставлен в очередь СМЭВ и ожидает ответа ЕГИССО")
	case d.ClockSuspect:
		f.After = s.RetryMax
		f.Review = "СМЭВ считает устаревшим новый идентификатор сообщения: сверьте часы этой машины со временем СМЭВ"
	case d.Action == lifecycle.StaleNewID:
		f.Faultless = true
		switch {
		case m.IncomingID != "": // an answer is simply signed anew
		case d.FromFuture:
			f.Info = "Идентификатор сообщения выдан при спешащих часах: записи уйдут в новом пакете"
		default:
			f.Review = "Идентификатор сообщения устарел до отправки: записи уйдут в новом пакете"
		}
		return false, s.Store.Refuse(ctx, m, attempt, f)
	case d.Action == lifecycle.StaleWait:
		f.After = min(max(d.Wait, s.RetryMax), staleRest)
		f.Review = "Идентификатор сообщения устарел, а исход первой отправки неизвестен: ожидается ответ"
	default:
		f.After = staleRest
		f.Review = "Идентификатор сообщения устарел, исход первой отправки неизвестен, ответа нет: убедитесь, что ЕГИССО не получила пакет, " +
			"и освободите записи (egissogw release)"
	}
	return false, s.Store.RetryLater(ctx, m, attempt, f)
}
