package lifecycle

import (
	"fmt"
	"maps"

	"github.com/google/uuid"
)

// judgeUnconfirmed says what an answer of the bus means for a package with outcomes
// from a file. Where they differ the word of the bus stands, for these outcomes only,
// and a person is told; what the bus itself had decided before follows judgeAgain.
func judgeUnconfirmed(a *Said, pkg *AnsweredPackage) Verdict {
	before := *pkg
	before.Unconfirmed = nil
	before.Decided, before.Undecided = maps.Clone(pkg.Decided), maps.Clone(pkg.Undecided)
	for id := range pkg.Unconfirmed {
		delete(before.Decided, id)
		before.Undecided[id] = true
	}
	var v Verdict
	if len(before.Decided) > 0 {
		v = judgeAgain(a, &before)
	} else {
		before.State, before.Result = "queued", ""
		v = judgeKind(a, &before)
	}
	v.Settled = map[uuid.UUID]State{}
	differ := 0
	for id, fromFile := range pkg.Unconfirmed {
		outcome, decided := v.Outcomes[id]
		if !decided && !v.Failed && !v.Returned {
			continue
		}
		v.Settled[id] = outcome
		if !decided || (outcome == Rejected) != (fromFile == Rejected) {
			differ++
		}
	}
	if v.Result == "" && !v.Failed && !v.Returned {
		// Nothing final: what the journal says of the file stays.
		return Verdict{Note: "nothing final about outcomes from a file: " + v.Note, Review: v.Review}
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
