package receiver

import (
	"strings"

	"github.com/shopspring/decimal"

	"egissogw/crypto/xmlsafe"
)

// checkPoint applies the rules for presencePoint (adapter/egisso/SPEC.md#presence-point).
func (r *Receiver) checkPoint(e *xmlsafe.Element, id string) (*versioned, []finding) {
	x := &versioned{Previous: strings.ToLower(value(e, "previousID"))}
	out := checkVersion(r.points, id, x.Previous, "Точка присутствия", "039")
	out = append(out, r.participantKnown(value(e, "onmszCode"))...)
	out = append(out, checkPlace(child(e, "point"))...)
	named := map[string]bool{}
	for _, m := range values(e, "msz") {
		measure := strings.ToLower(strings.TrimSpace(m.Text()))
		out = append(out, r.measureKnown(measure)...)
		if named[measure] {
			out = append(out, finding{Warning, "", "ЛМСЗ " + measure + " указана повторно"})
		}
		named[measure] = true
	}
	return x, out
}

// checkPointRemoval applies the rules for the invalidation of a point.
func (r *Receiver) checkPointRemoval(event, target string) []finding {
	var out []finding
	if r.events[event] {
		out = append(out, finding{Error, "", "Событие с идентификатором " + event + " уже загружено"})
	}
	switch x := r.points[target]; {
	case x == nil || x.removed:
		out = append(out, finding{Error, "039", "Точка присутствия " + target + " в реестре не найдена"})
	case x.replaced:
		out = append(out, finding{Error, "039", "Точка присутствия " + target + " уже заменена другой версией"})
	}
	return out
}

// checkPlace: coordinates are degrees of the Earth.
func checkPlace(e *xmlsafe.Element) []finding {
	for _, c := range []struct {
		name string
		max  int64
	}{{"latitude", 90}, {"longitude", 180}} {
		v, err := decimal.NewFromString(value(e, c.name))
		if err != nil || v.Abs().GreaterThan(decimal.NewFromInt(c.max)) {
			return []finding{{Error, "", "Координаты точки присутствия указаны неверно"}}
		}
	}
	return nil
}
