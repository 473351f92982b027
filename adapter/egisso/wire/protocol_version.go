package wire

import (
	"strings"

	"egissogw/adapter/egisso"
	"egissogw/crypto/xmlsafe"
)

// protocolVersion is what one version of the protocol's schema says beyond the
// structure that all have in common (adapter/egisso/SPEC.md#namespaces, #protocol-structure).
type protocolVersion struct {
	number                string
	basic, result, record string // versions of the namespaces used
	packageID, recordID   string // spelling
	messageMax            int    // characters of an error's message
	plainTimes            bool   // tTimestamp of basic/2.3.0
}

// protocolVersions are the protocols of all kinds: 10.10.I 1.0.3 has 1.0.3;
// 10.05.I 1.0.7, 10.07.I and 10.15.I 1.0.3 have 1.0.4; 10.15.I 1.0.4 has 1.0.5;
// 10.05.I 2.1.0 has 2.3.0.
var protocolVersions = []protocolVersion{
	{"1.0.3", "1.0.3", "1.0.2", "1.0.3", "packageID", "recID", 200, false},
	{"1.0.4", "1.0.6", "1.0.4", "1.0.4", "packageID", "recID", 500, false},
	{"1.0.5", "1.0.8", "1.0.5", "1.0.5", "packageID", "recID", 500, false},
	{"2.3.0", "2.3.0", "2.3.0", "2.3.0", "packageId", "recId", 500, true},
}

// protocolVersionOf returns the version of a protocol element, nil if it is not
// one of ours.
func protocolVersionOf(space string) *protocolVersion {
	number, ok := strings.CutPrefix(space, egisso.NamespaceTypes+"package-protocol/")
	for i := range protocolVersions {
		if ok && protocolVersions[i].number == number {
			return &protocolVersions[i]
		}
	}
	return nil
}

// names lists the elements of the version by parent and own name, with the
// namespace each is in.
func (v *protocolVersion) names() map[string]string {
	protocol, basic := egisso.NamespaceTypes+"package-protocol/"+v.number, egisso.NamespaceTypes+"basic/"+v.basic
	result, record := egisso.NamespaceTypes+"package-result/"+v.result, egisso.NamespaceTypes+"record-result/"+v.record
	names := map[string]string{"errorRecords/recordResult": record, "packageResult/errorRecords": protocol}
	add := func(space, parent string, list ...string) {
		for _, name := range list {
			names[parent+"/"+name] = space
		}
	}
	add(protocol, "protocol", "messageResult", "packageResult")
	add(protocol, "messageResult", "receivingTime", "processingTime", "errors")
	add(protocol, "errors", "error")
	add(basic, "error", "code", "message", "time")
	add(result, "packageResult", v.packageID, "packageType", "packageStatus", "receivingTime", "startProcessTime",
		"finishProcessTime", "recordNum", "recordNumSuccess")
	add(record, "recordResult", v.recordID, "recordOK", "messages")
	add(record, "messages", "messageType", "ruleCode", "report")
	return names
}

// conform compares the names of a protocol of a known version with its schema,
// each difference once.
func (r *protocolReader) conform(protocol *xmlsafe.Element) {
	if r.v == nil {
		return
	}
	names, told := r.v.names(), map[string]bool{}
	protocol.Walk(func(e *xmlsafe.Element) bool {
		if e == protocol {
			return true
		}
		key := e.Parent.Local + "/" + e.Local
		space, known := names[key]
		if known && space == e.Space || told[key] {
			return true
		}
		told[key] = true
		if known {
			r.deviate(e, "пространство имён не то, что в схеме протокола %s", r.v.number)
		} else if misspelt(names, key) {
			r.deviate(e, "имя записано не так, как в схеме протокола %s", r.v.number)
		}
		return true
	})
}

// misspelt reports whether only the case of letters is wrong; other unknown
// names are told when the element is read.
func misspelt(names map[string]string, key string) bool {
	for name := range names {
		if strings.EqualFold(name, key) {
			return true
		}
	}
	return false
}

// plainAttributes: no type of these schemas has attributes.
func (r *protocolReader) plainAttributes(e *xmlsafe.Element) {
	for _, a := range e.Attrs {
		if a.Space != nsInstance {
			r.deviate(e, "атрибут %s не предусмотрен схемой", a.Local)
		}
	}
}
