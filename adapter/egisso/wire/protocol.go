package wire

import (
	"fmt"
	"strconv"
	"strings"

	"egissogw/adapter/egisso"
	"egissogw/crypto/xmlsafe"
)

// ReadProtocol reads a protocol: the element response of any kind and version that carries one,
// or a bare protocol (adapter/egisso/SPEC.md#carriage, #inconsistent-protocols). Elements are
// found by local name whatever the versions in their namespaces. What departs from the schema
// but can be understood is listed in Deviations; an error means that the document cannot be
// understood and no record may be judged by it.
func ReadProtocol(content []byte) (*egisso.Protocol, error) {
	doc, err := parseTree(content)
	if err != nil {
		return nil, fmt.Errorf("read protocol: %w", err)
	}
	return readProtocol(doc.Root)
}

func readProtocol(root *xmlsafe.Element) (*egisso.Protocol, error) {
	r := &protocolReader{p: &egisso.Protocol{}}
	r.root(root)
	if r.err != nil {
		return nil, fmt.Errorf("read protocol: %w", r.err)
	}
	return r.p, nil
}

type protocolReader struct {
	p   *egisso.Protocol
	err error
	v   *protocolVersion // nil: not a version whose schema is known
}

func (r *protocolReader) fail(e *xmlsafe.Element, format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf("%s at byte %d: %s", e.Path(), e.Start, fmt.Sprintf(format, args...))
	}
}

func (r *protocolReader) deviate(e *xmlsafe.Element, format string, args ...any) {
	switch {
	case len(r.p.Deviations) < maxDeviations:
		r.p.Deviations = append(r.p.Deviations, e.Path()+": "+fmt.Sprintf(format, args...))
	case len(r.p.Deviations) == maxDeviations:
		r.p.Deviations = append(r.p.Deviations, fmt.Sprintf("и другие отступления: названы первые %d", maxDeviations))
	}
}

// maxDeviations is how many deviations of one document are kept.
const maxDeviations = 100

// shape sorts the children of an element by the name the reader knows them by.
// A name ending in * may repeat; any other that repeats makes the document
// ambiguous, which is an error. Unknown names and a wrong order are deviations.
func (r *protocolReader) shape(e *xmlsafe.Element, names ...string) map[string][]*xmlsafe.Element {
	found := map[string][]*xmlsafe.Element{}
	last := 0
	r.plainAttributes(e)
	for _, n := range e.Children {
		child, ok := n.(*xmlsafe.Element)
		if !ok {
			continue
		}
		at := -1
		for i, name := range names {
			if strings.EqualFold(strings.TrimSuffix(name, "*"), child.Local) {
				at = i
				break
			}
		}
		if at < 0 {
			r.deviate(e, "неизвестный элемент %.80s", child.Local)
			continue
		}
		name := strings.TrimSuffix(names[at], "*")
		if name == names[at] && len(found[name]) > 0 {
			r.fail(child, "element stands twice")
		}
		if at < last {
			r.deviate(e, "элемент %.80s не на своём месте", child.Local)
		}
		last = max(last, at)
		found[name] = append(found[name], child)
	}
	return found
}

func first(list []*xmlsafe.Element) *xmlsafe.Element {
	if len(list) == 0 {
		return nil
	}
	return list[0]
}

func (r *protocolReader) root(e *xmlsafe.Element) {
	if !strings.HasPrefix(e.Space, "urn://egisso-ru/") {
		r.deviate(e, "пространство имён не принадлежит ЕГИССО")
	}
	switch e.Local {
	case "protocol":
		r.protocol(e)
	case "response":
		kids := r.shape(e, "protocol", "attachment")
		inner, attachment := first(kids["protocol"]), first(kids["attachment"])
		switch {
		case inner != nil && attachment != nil:
			r.fail(e, "both a protocol and an attachment")
		case inner != nil:
			r.protocol(inner)
		case attachment != nil && isTrue(attachment):
			r.p.Attached = true
		default:
			r.fail(e, "no protocol in the response")
		}
	default:
		r.fail(e, "neither a response nor a protocol")
	}
}

func isTrue(e *xmlsafe.Element) bool {
	v := strings.TrimSpace(e.Text())
	return v == "true" || v == "1"
}

func (r *protocolReader) protocol(e *xmlsafe.Element) {
	if r.v = protocolVersionOf(e.Space); r.v != nil {
		r.p.Version = r.v.number
		r.conform(e)
	}
	kids := r.shape(e, "messageResult", "packageResult")
	message, pack := first(kids["messageResult"]), first(kids["packageResult"])
	switch {
	case message != nil && pack != nil:
		r.fail(e, "both messageResult and packageResult")
	case message != nil:
		r.messageResult(message)
	case pack != nil:
		r.packageResult(pack)
	default:
		r.fail(e, "neither messageResult nor packageResult")
	}
}

func (r *protocolReader) messageResult(e *xmlsafe.Element) {
	kids := r.shape(e, "receivingTime", "processingTime", "errors")
	r.time(e, kids, "receivingTime", true)
	r.time(e, kids, "processingTime", true)
	list, messageMax := first(kids["errors"]), 500
	if r.v != nil {
		messageMax = r.v.messageMax
	}
	if list != nil {
		for _, item := range r.shape(list, "error*")["error"] {
			kids := r.shape(item, "code", "message", "time")
			r.p.MessageErrors = append(r.p.MessageErrors, egisso.ProtocolError{
				Code:    r.text(item, kids, "code", 10, false),
				Message: r.text(item, kids, "message", messageMax, true),
				Time:    r.time(item, kids, "time", false),
			})
		}
	}
	if len(r.p.MessageErrors) == 0 {
		// The message was refused all the same; only the reason is missing.
		r.deviate(e, "нет ни одной ошибки")
		r.p.MessageErrors = []egisso.ProtocolError{{Message: "Сообщение не обработано, причина в протоколе не указана"}}
	}
}

func (r *protocolReader) packageResult(e *xmlsafe.Element) {
	kids := r.shape(e, "packageId", "packageType", "packageStatus", "receivingTime", "startProcessTime",
		"finishProcessTime", "recordNum", "recordNumSuccess", "errorRecords")
	p := &egisso.PackageResult{
		PackageType: r.text(e, kids, "packageType", 50, true),
		ReceivedAt:  r.time(e, kids, "receivingTime", true),
		StartedAt:   r.time(e, kids, "startProcessTime", false),
		FinishedAt:  r.time(e, kids, "finishProcessTime", false),
		RecordNum:   r.count(e, kids, "recordNum"),

		RecordNumSuccess: r.count(e, kids, "recordNumSuccess"),
	}
	id, ok := parseUUID(r.text(e, kids, "packageId", 0, true))
	if !ok {
		r.deviate(e, "идентификатор пакета не является UUID")
	}
	p.PackageID = id
	status, err := strconv.Atoi(r.text(e, kids, "packageStatus", 0, true))
	if err != nil || status < egisso.PackageTaken || status > egisso.PackageProcessed {
		r.fail(e, "packageStatus is not 1, 2 or 3")
	}
	p.Status = status
	if list := first(kids["errorRecords"]); list != nil {
		records := r.shape(list, "recordResult*")["recordResult"]
		if len(records) == 0 {
			r.deviate(list, "список записей пуст")
		}
		for _, item := range records {
			p.Records = append(p.Records, r.record(item))
		}
	}
	r.p.Package = p
}

func (r *protocolReader) record(e *xmlsafe.Element) egisso.RecordResult {
	kids := r.shape(e, "recId", "recordOK", "messages*")
	rec := egisso.RecordResult{ID: r.text(e, kids, "recId", 0, true)}
	if _, ok := parseUUID(rec.ID); !ok {
		r.deviate(e, "идентификатор записи не является UUID")
	}
	switch r.text(e, kids, "recordOK", 0, true) {
	case "true", "1":
		rec.OK = true
	case "false", "0":
	default:
		r.fail(e, "recordOK is neither true nor false")
	}
	for _, item := range kids["messages"] {
		kids := r.shape(item, "messageType", "ruleCode", "report")
		m := egisso.ProtocolMessage{
			RuleCode: r.text(item, kids, "ruleCode", 0, false),
			Report:   r.text(item, kids, "report", 500, true),
		}
		if first(kids["ruleCode"]) != nil && egisso.Digits3(m.RuleCode) != "" {
			r.deviate(item, "код правила – не три цифры")
		}
		switch r.text(item, kids, "messageType", 0, true) {
		case "1":
			m.Type = egisso.MessageError
		case "2":
			m.Type = egisso.MessageWarning
		default:
			r.deviate(item, "тип сообщения не 1 и не 2")
			m.Type = egisso.MessageError
			if rec.OK {
				m.Type = egisso.MessageWarning
			}
		}
		rec.Messages = append(rec.Messages, m)
	}
	return rec
}
