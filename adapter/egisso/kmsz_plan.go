package egisso

import (
	"fmt"
	"slices"
	"sort"
	"strings"
)

// StoredVersion is a version of КМСЗ the gateway holds.
type StoredVersion struct {
	KMSZVersion
	Hash [32]byte // KMSZ.ContentHash
}

// KMSZPlan is what a message about КМСЗ asks the gateway to do
// (SPEC.md#classifier-updates). It is done in one transaction.
type KMSZPlan struct {
	// Store: the content is new, or differs from what is stored.
	Store bool
	// Replaces: a version of the number was stored with other content, which
	// has to be logged.
	Replaces bool
	// Headers to write: new versions and changed statuses.
	Headers []KMSZVersion
	// Pull: ask for the active version by 10.02.I (010).
	Pull bool
	// Notes for the journal, in Russian.
	Notes []string
}

// KMSZBook is what versions are stored, in any order.
type KMSZBook []StoredVersion

// Active returns the number of the active version, 0 if there is none.
func (b KMSZBook) Active() int {
	active := 0
	for _, v := range b {
		if v.Status == StatusActive {
			active = max(active, v.Number)
		}
	}
	return active
}

// Gaps returns the numbers missing between those stored.
func (b KMSZBook) Gaps() []int {
	var numbers []int
	for _, v := range b {
		numbers = append(numbers, v.Number)
	}
	sort.Ints(numbers)
	var gaps []int
	for i := 1; i < len(numbers); i++ {
		// A wrong number must not make a list of millions.
		for n := numbers[i-1] + 1; n < numbers[i] && len(gaps) < 1000; n++ {
			gaps = append(gaps, n)
		}
	}
	return gaps
}

func (b KMSZBook) find(number int) *StoredVersion {
	for i := range b {
		if b[i].Number == number {
			return &b[i]
		}
	}
	return nil
}

// Publish plans for a version that ЕГИССО published (10.01.O). Whatever status
// the message gives, only 10.03.O and 10.02.I make a version active.
func (b KMSZBook) Publish(k *KMSZ) KMSZPlan {
	if k.Status > StatusPublished {
		c := *k
		c.Status = StatusPublished
		k = &c
	}
	plan := b.keep(k)
	plan.gap(b, k.Number)
	return plan
}

// Receive plans for the active version that ЕГИССО gave on request (10.02.I).
// An answer that was overtaken by a later version does not move back.
func (b KMSZBook) Receive(k *KMSZ) KMSZPlan {
	plan := b.keep(k)
	if k.Status != StatusActive {
		plan.note("Версия КМСЗ %d получена по запросу со статусом «%s»", k.Number, k.Status.Title())
		return plan
	}
	if active := b.Active(); active > k.Number {
		plan.note("Версия КМСЗ %d получена по запросу, но активна уже версия %d", k.Number, active)
		for i := range plan.Headers {
			plan.Headers[i].Status = StatusArchived
		}
		return plan
	}
	plan.archiveOthers(b, k.Number)
	return plan
}

// Activate plans for the headers of 10.03.O. As long as the version that became
// active is not stored, the one before stays in use.
func (b KMSZBook) Activate(headers []KMSZVersion) KMSZPlan {
	var plan KMSZPlan
	for _, h := range headers {
		if h.Status == StatusActive && b.find(h.Number) == nil {
			plan.Pull = true
			plan.note("Активирована версия КМСЗ %d, которой здесь нет: запрашивается", h.Number)
		}
	}
	if plan.Pull {
		return plan
	}
	active := 0
	for _, h := range headers {
		stored := b.find(h.Number)
		switch {
		case stored == nil:
			plan.note("Версия КМСЗ %d («%s») здесь не хранится", h.Number, h.Status.Title())
		case h.Status < stored.Status:
			plan.note("Версия КМСЗ %d здесь уже в статусе «%s», сообщение со статусом «%s» не применяется",
				h.Number, stored.Status.Title(), h.Status.Title())
		case h.Status == StatusActive && h.Number < b.Active():
			plan.note("Версия КМСЗ %d не становится активной: активна уже версия %d", h.Number, b.Active())
		default:
			if !h.equal(stored.KMSZVersion) {
				plan.Headers = append(plan.Headers, h)
			}
			if h.Status == StatusActive {
				active = max(active, h.Number)
			}
		}
	}
	if active > 0 {
		for i := range plan.Headers { // of two active versions the later one is
			if h := &plan.Headers[i]; h.Status == StatusActive && h.Number != active {
				h.Status = StatusArchived
			}
		}
		plan.archiveOthers(b, active)
	}
	if gaps := b.Gaps(); len(gaps) > 0 {
		plan.note("Нет версий КМСЗ: %s", numbers(gaps))
	}
	return plan
}

// keep plans the content: a second delivery of the same content is nothing new,
// and a status never goes back.
func (b KMSZBook) keep(k *KMSZ) KMSZPlan {
	var plan KMSZPlan
	header := k.KMSZVersion
	stored := b.find(k.Number)
	switch {
	case stored == nil:
		plan.Store = true
	case stored.Hash != k.ContentHash():
		plan.Store, plan.Replaces = true, true
		plan.note("Содержание версии КМСЗ %d отличается от полученного раньше и заменено", k.Number)
	}
	if stored != nil && stored.Status > header.Status {
		header.Status = stored.Status
	}
	if stored == nil || !header.equal(stored.KMSZVersion) {
		plan.Headers = append(plan.Headers, header)
	}
	return plan
}

// archiveOthers keeps the rule that exactly one version is active.
func (p *KMSZPlan) archiveOthers(b KMSZBook, active int) {
	for _, v := range b {
		listed := slices.ContainsFunc(p.Headers, func(h KMSZVersion) bool { return h.Number == v.Number })
		if v.Number != active && v.Status == StatusActive && !listed {
			v.Status = StatusArchived
			p.Headers = append(p.Headers, v.KMSZVersion)
		}
	}
}

// gap asks for the active version when numbers between the last one stored and
// the new one are missing.
func (p *KMSZPlan) gap(b KMSZBook, number int) {
	last := 0
	for _, v := range b {
		if v.Number != number {
			last = max(last, v.Number)
		}
	}
	if last > 0 && number > last+1 {
		p.Pull = true
		p.note("После версии КМСЗ %d получена версия %d, между ними есть пропущенные: запрашивается действующая", last, number)
	}
}

// equal compares headers; times are moments whatever zone they are in.
func (v KMSZVersion) equal(other KMSZVersion) bool {
	return v.Number == other.Number && v.Status == other.Status && v.StartDate.Equal(other.StartDate) &&
		v.FinishDate.Equal(other.FinishDate) && v.Document == other.Document && v.Note == other.Note
}

func (p *KMSZPlan) note(format string, args ...any) {
	p.Notes = append(p.Notes, fmt.Sprintf(format, args...))
}

func numbers(list []int) string {
	texts := make([]string, len(list))
	for i, n := range list {
		texts[i] = fmt.Sprint(n)
	}
	return strings.Join(texts, ", ")
}
