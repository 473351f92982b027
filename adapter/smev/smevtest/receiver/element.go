package receiver

import (
	"strings"
	"time"

	"egissogw/adapter/smev/smevtest/ledger"
	"egissogw/crypto/xmlsafe"
)

// process checks the elements one by one; each accepted element counts for
// those after it.
func (r *Receiver) process(root *xmlsafe.Element, f *format, received, now time.Time) Result {
	pkg := root.Elements()[0]
	named := or(value(pkg, "packageId"), value(pkg, "packageID"))
	id := strings.ToLower(named)
	elements := child(pkg, "elements").Elements()
	if len(elements) == 0 {
		return refuse(f, id, "Пакет не содержит элементов", received, now)
	}
	p := protocol{format: f, packageID: named, listsAll: r.options.ListsAll, received: received, now: now}
	batch := batch{ids: map[string]bool{}, targets: map[string]bool{}}
	var records []ledger.Record
	for _, e := range elements {
		record, findings := r.check(e, &batch, now)
		findings = r.applyPolicy(findings)
		record.Accepted = true
		for _, fd := range findings {
			record.Codes = append(record.Codes, or(fd.code, "-"))
			if fd.severity == Error {
				record.Accepted = false
			}
		}
		if record.Accepted {
			r.Restore(record)
		} else {
			record.State, record.Content = nil, ""
		}
		records = append(records, record)
		p.add(recordID(e), record.Accepted, findings)
	}
	return Result{
		PackageID: id, Records: records, Root: f.root(),
		Interim: p.interim(), Protocol: p.final(len(elements)),
	}
}

// finding is one message of the protocol.
type finding struct {
	severity Severity
	code     string // three digits or nothing
	report   string
}

func (r *Receiver) applyPolicy(in []finding) []finding {
	var out []finding
	for _, fd := range in {
		if s, ok := r.options.Rules[fd.code]; ok && fd.code != "" {
			fd.severity = s
		}
		if fd.severity != Off {
			out = append(out, fd)
		}
	}
	return out
}

// batch is what must be known of the elements before one in the same package.
type batch struct {
	ids     map[string]bool
	targets map[string]bool // facts touched by this package
}

// check looks at one element and returns its ledger record, with the state it
// would leave, and everything that is wrong.
func (r *Receiver) check(e *xmlsafe.Element, b *batch, now time.Time) (ledger.Record, []finding) {
	id := strings.ToLower(recordID(e))
	record := ledger.Record{ID: id, Kind: kindOf(e)}
	var findings []finding
	if b.ids[id] {
		findings = append(findings, finding{Error, "", "Идентификатор " + id + " повторяется в пакете"})
	}
	b.ids[id] = true
	switch record.Kind {
	case "organization":
		o, found := r.checkOrganization(e, id)
		record.Target, record.State = o.Previous, marshal(o)
		findings = append(findings, found...)
	case "presencePoint":
		x, found := r.checkPoint(e, id)
		record.Target, record.State = x.Previous, marshal(x)
		findings = append(findings, found...)
	case pointRemoval:
		record.Target = strings.ToLower(value(e, "pointId"))
		findings = append(findings, r.checkPointRemoval(id, record.Target)...)
	case "localMSZ":
		m, found := r.checkMeasure(e, id)
		record.Target, record.State = m.Previous, marshal(m)
		findings = append(findings, found...)
	case "invalidation":
		record.Target = strings.ToLower(value(e, "localMszId"))
		findings = append(findings, r.checkMeasureRemoval(id, record.Target)...)
	case "fact":
		f, found := r.checkFact(e, now)
		if r.register[id] != nil {
			found = append(found, finding{Error, "", "Факт назначения с идентификатором " + id + " уже загружен"})
		}
		b.targets[id] = true
		record.State, record.Content = marshal(f), contentHash(e)
		findings = append(findings, found...)
	default:
		f, found := r.checkEvent(e, id, b, now)
		record.Target = strings.ToLower(value(e, "assignmentFactUuid"))
		record.State = marshal(f)
		findings = append(findings, found...)
	}
	return record, findings
}

// pointRemoval is the kind of a point's removal, whose element is named like a
// measure's.
const pointRemoval = "presencePointInvalidation"

func kindOf(e *xmlsafe.Element) string {
	if e.Local == "invalidation" && child(e, "pointId") != nil {
		return pointRemoval
	}
	return strings.Clone(e.Local)
}

// recordID is the id a protocol names the element by (adapter/egisso/SPEC.md#identifiers).
func recordID(e *xmlsafe.Element) string {
	switch kindOf(e) {
	case "localMSZ", "invalidation":
		return value(e, "id")
	case "organization":
		return value(e, "organizationId")
	case "presencePoint":
		return value(e, "pointId")
	case pointRemoval:
		return value(e, "Id")
	}
	return value(e, "uuid")
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
