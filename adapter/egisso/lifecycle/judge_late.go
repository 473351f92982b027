package lifecycle

import (
	"fmt"

	"egissogw/adapter/egisso"
)

// judgeLate says what a protocol means for a package whose records a person gave back
// because it did not come: ЕГИССО holds what it accepted then. final is false if it says
// nothing final about records; decisions on applications are for a person.
func judgeLate(a *Said, pkg *AnsweredPackage) (v Verdict, final bool) {
	if !pkg.Released || a.Kind != SaidContent || pkg.Classifier != "" || pkg.Register == egisso.RegisterParticipant {
		return v, false
	}
	said := judgeContent(a, pkg)
	if said.Result == "" {
		return v, false
	}
	if pkg.Protocol != nil {
		if s := successionOf(a, pkg.Protocol); s == egisso.SuccessionSame || s == egisso.SuccessionOld {
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
	v.Info = fmt.Sprintf("Записи освобождены оператором; протокол пришёл позже: принято записей %d, отклонено %d", accepted, len(said.Outcomes)-accepted)
	return v, true
}
