package jobs

import (
	"fmt"
	"maps"

	"github.com/google/uuid"

	"egissogw/adapter/smev"
	"egissogw/adapter/store"
)

// judgeInFlight says what a protocol from a file means for a package the bus has.
// Nobody signed it: it needs a reason, only final outcomes of records count, and they
// stay unconfirmed until the bus has its say. refused says in Russian why nothing is
// to be changed by it.
func judgeInFlight(f store.ProtocolFile, pkg *store.ManualPackage) (v store.Verdict, refused string) {
	if f.Reason == "" {
		return v, refusedReasonless
	}
	about := pkg.AnsweredPackage
	about.Unconfirmed = nil // another file confirms nothing
	v = judge(smev.Answer{Kind: smev.AnswerContent, Content: f.Raw}, &about)
	switch {
	case v.Returned:
		return v, refusedReturned
	case v.Progress > 0:
		return v, refusedUnfinished
	}
	v.FromFile = f.ID
	if v.Result != "" {
		v.Info += unconfirmedInfo
		look := fmt.Sprintf("Исходы взяты из файла и не подтверждены СМЭВ, сверьте их в кабинете поставщика. Файл загружен: %s, причина: %s", f.ImportedBy, f.Reason)
		if v.Review != "" {
			look += "; " + v.Review
		}
		v.Review = look
	}
	return v, ""
}

// judgeUnconfirmed says what an answer of the bus means for a package with outcomes
// from a file. Where they differ the word of the bus stands, for these outcomes only,
// and a person is told; what the bus itself had decided before follows judgeAgain.
func judgeUnconfirmed(a smev.Answer, pkg *store.AnsweredPackage) store.Verdict {
	before := *pkg
	before.Unconfirmed = nil
	before.Decided, before.Undecided = maps.Clone(pkg.Decided), maps.Clone(pkg.Undecided)
	for id := range pkg.Unconfirmed {
		delete(before.Decided, id)
		before.Undecided[id] = true
	}
	var v store.Verdict
	if len(before.Decided) > 0 {
		v = judgeAgain(a, &before)
	} else {
		before.State, before.Result = "queued", ""
		v = judgeKind(a, &before)
	}
	v.Settled = map[uuid.UUID]store.RecordState{}
	differ := 0
	for id, fromFile := range pkg.Unconfirmed {
		outcome, decided := v.Outcomes[id]
		if !decided && !v.Failed && !v.Returned {
			continue
		}
		v.Settled[id] = outcome
		if !decided || (outcome == store.Rejected) != (fromFile == store.Rejected) {
			differ++
		}
	}
	if v.Result == "" && !v.Failed && !v.Returned {
		// Nothing final: what the journal says of the file stays.
		return store.Verdict{Note: "nothing final about outcomes from a file: " + v.Note, Review: v.Review}
	}
	if differ > 0 {
		told := fmt.Sprintf("Ответ СМЭВ расходится с протоколом, загруженным из файла: записей %d. Действует ответ СМЭВ, решения по этим записям принимаются заново", differ)
		if v.Review != "" {
			told += "; " + v.Review
		}
		v.Review = told
	}
	v.Note = "the bus had its say about outcomes from a file: " + v.Note
	return v
}
