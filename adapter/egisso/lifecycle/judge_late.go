package lifecycle

import (
	"fmt"

	"egissogw/adapter/egisso"
)

// judgeLate says what a protocol means for a package whose records a person gave back
// because it did not come, or which have gone again by policy: ЕГИССО holds what it accepted
// then. Whatever else is said of it decides nothing. ours is false for other packages;
// decisions on applications are for a person.
func judgeLate(a *Said, pkg *AnsweredPackage) (v Verdict, ours bool) {
	if !pkg.Released || pkg.Classifier != "" || pkg.Register == egisso.RegisterParticipant {
		return v, false
	}
	said := judgeKind(a, pkg)
	switch {
	case said.Result != "":
	case a.Kind == SaidContent && !said.Returned && said.Progress == 0: // not understood
		return Verdict{Note: said.Note, Review: said.Review}, true
	default:
		return Verdict{Note: "nothing of the package was loaded, or not yet; its records have gone again"}, true
	}
	if pkg.Protocol != nil {
		if s := successionOfAnswer(a, pkg.Protocol); s == SuccessionSame || s == SuccessionOld {
			return Verdict{Note: "the late protocol is applied already"}, true
		}
	}
	v = Verdict{Note: "late protocol of a released package", Late: said.Outcomes, Messages: said.Messages, Protocol: said.Protocol, Review: said.Review}
	accepted := 0
	for _, outcome := range said.Outcomes {
		if outcome != Rejected {
			accepted++
		}
	}
	v.Info = fmt.Sprintf("Записи уходят снова; протокол пришёл позже: принято записей %d, отклонено %d", accepted, len(said.Outcomes)-accepted)
	return v, true
}
