package signature

import (
	"fmt"
	"slices"
	"strings"

	"egissogw/crypto/xmldsig"
	"egissogw/crypto/xmlsafe"
)

// MessageNamespaces begins the namespaces of the bus's messages in all versions
// (adapter/smev/SPEC.md#namespaces).
const MessageNamespaces = "urn://x-artefacts-smev-gov-ru/services/message-exchange/types"

// place is what the place of a signature in a message of the bus tells about it.
type place struct {
	role    string // Russian; empty where the place means nothing to us
	isBus   bool   // made by the bus
	problem string // Russian; why the signature is not about what it has to be about
}

// roles of signatures by the element that holds them
// (adapter/smev/SPEC.md#signed-elements).
var roles = map[string]string{
	"CallerInformationSystemSignature": "подпись вызывающей системы (ЭП-ОВ)",
	"SMEVSignature":                    "подпись СМЭВ (ЭП-СМЭВ)",
	"SenderInformationSystemSignature": "подпись системы-отправителя (ЭП-ОВ)",
	"PersonalSignature":                "подпись должностного лица (ЭП-СП)",
	"RoutingSignature":                 "подпись маршрутизации (ЭП-ОВ)",
	"RecordSignature":                  "подпись записи реестра (ЭП-ОВ)",
}

// signed names the element that has to be signed, by the parent of the element
// that holds the signature. All are siblings of that element.
var signed = map[string][]string{
	"SendRequestRequest":                {"SenderProvidedRequestData"},
	"SendResponseRequest":               {"SenderProvidedResponseData"},
	"GetRequestRequest":                 {"MessageTypeSelector"},
	"GetResponseRequest":                {"MessageTypeSelector"},
	"AckRequest":                        {"AckTargetMessage"},
	"GetStatusRequest":                  {"Timestamp"},
	"GetIncomingQueueStatisticsRequest": {"Timestamp"},
	"SendRequestResponse":               {"MessageMetadata"},
	"SendResponseResponse":              {"MessageMetadata"},
	"RequestMessage":                    {"Request", "Cancel"},
	"ResponseMessage":                   {"Response"},
	"SmevAsyncProcessingMessage":        {"AsyncProcessingStatusData"},
	"Request":                           {"SenderProvidedRequestData"},
	"Response":                          {"SenderProvidedResponseData"},
	"Cancel":                            {"MessageReference"},
	"Routing":                           {"RoutingInformation"},
}

// required names the element that has to hold a signature of the message, by the
// element the message is: what the bus gives out it has signed, what it is called
// with the caller has.
var required = map[string]string{
	"SendRequestResponse":               "SMEVSignature",
	"SendResponseResponse":              "SMEVSignature",
	"RequestMessage":                    "SMEVSignature",
	"ResponseMessage":                   "SMEVSignature",
	"SmevAsyncProcessingMessage":        "SMEVSignature",
	"SendRequestRequest":                "CallerInformationSystemSignature",
	"SendResponseRequest":               "CallerInformationSystemSignature",
	"GetRequestRequest":                 "CallerInformationSystemSignature",
	"GetResponseRequest":                "CallerInformationSystemSignature",
	"AckRequest":                        "CallerInformationSystemSignature",
	"GetStatusRequest":                  "CallerInformationSystemSignature",
	"GetIncomingQueueStatisticsRequest": "CallerInformationSystemSignature",
}

// containers are replies whose only child is the message.
var containers = map[string][]string{
	"GetRequestResponse":  {"RequestMessage"},
	"GetResponseResponse": {"ResponseMessage"},
	"GetStatusResponse":   {"SmevAsyncProcessingMessage"},
}

// absence is a signature that has to be in a message and is not.
type absence struct{ role, path, problem string }

// missing looks for them everywhere in a document: a message may be part of one.
func missing(root *xmlsafe.Element) []absence {
	var found []absence
	root.Walk(func(e *xmlsafe.Element) bool {
		if !strings.HasPrefix(e.Space, MessageNamespaces) {
			return true
		}
		if names, ok := containers[e.Local]; ok && len(e.Elements()) > 0 {
			if all := e.Elements(); len(all) != 1 || !slices.Contains(names, all[0].Local) || !strings.HasPrefix(all[0].Space, MessageNamespaces) {
				found = append(found, absence{roles["SMEVSignature"], e.Path(), "вместо единственного элемента " + strings.Join(names, " или ") + " другие, подписи СМЭВ у них нет"})
			}
		}
		holder, ok := required[e.Local]
		if !ok {
			return true
		}
		wrapper, ok := e.Only(e.Space, holder)
		if ok {
			all := wrapper.Elements()
			ok = len(all) == 1 && all[0].Is(xmldsig.Namespace, "Signature")
		}
		if !ok {
			found = append(found, absence{roles[holder], e.Path(), "в " + e.Local + " нет единственного элемента " + holder + " с подписью, а сообщение этого вида без неё не бывает"})
		}
		return true
	})
	return found
}

// places looks at the places of the first n signatures of a document, in its order.
func places(root *xmlsafe.Element, n int) []place {
	found := make([]place, 0, n)
	root.Walk(func(e *xmlsafe.Element) bool {
		if e.Is(xmldsig.Namespace, "Signature") {
			found = append(found, placeOf(e))
		}
		return len(found) < n
	})
	return found
}

func placeOf(signature *xmlsafe.Element) place {
	wrapper := signature.Parent
	if wrapper == nil || wrapper.Parent == nil || !strings.HasPrefix(wrapper.Space, MessageNamespaces) {
		return place{}
	}
	p := place{role: roles[wrapper.Local], isBus: wrapper.Local == "SMEVSignature"}
	if p.role == "" {
		return p
	}
	target, name := expectedTarget(wrapper)
	switch {
	case name == "": // a place the table does not know
	case target == nil:
		p.problem = fmt.Sprintf("рядом с ней нет единственного элемента %s, который она должна подписывать", name)
	case !refersTo(signature, target):
		p.problem = fmt.Sprintf("она относится не к элементу %s, который стоит рядом с ней", name)
	}
	return p
}

// expectedTarget is what a signature at that place has to be about, and its name
// for people; without a name nothing is known.
func expectedTarget(wrapper *xmlsafe.Element) (*xmlsafe.Element, string) {
	parent := wrapper.Parent
	if wrapper.Local == "PersonalSignature" {
		content := messageChild(parent, "MessagePrimaryContent")
		if content == nil || len(content.Elements()) != 1 {
			return nil, "MessagePrimaryContent"
		}
		return content.Elements()[0], content.Elements()[0].Local
	}
	names := signed[parent.Local]
	for _, name := range names {
		if e := messageChild(parent, name); e != nil {
			return e, name
		}
	}
	return nil, strings.Join(names, " или ")
}

// messageChild gives the only child of that name in a namespace of the bus.
func messageChild(parent *xmlsafe.Element, local string) *xmlsafe.Element {
	var found *xmlsafe.Element
	for _, e := range parent.Elements() {
		if e.Local != local || !strings.HasPrefix(e.Space, MessageNamespaces) {
			continue
		}
		if found != nil {
			return nil
		}
		found = e
	}
	return found
}

// refersTo tells whether the signature's Reference names an Id of the element. A
// Reference that cannot be found is another step's finding.
func refersTo(signature, target *xmlsafe.Element) bool {
	info := signature.Child(xmldsig.Namespace, "SignedInfo")
	if info == nil {
		return true
	}
	reference := info.Child(xmldsig.Namespace, "Reference")
	if reference == nil {
		return true
	}
	uri, _ := reference.Attr("", "URI")
	return slices.ContainsFunc(target.Attrs, func(a xmlsafe.Attr) bool { return xmlsafe.IsID(a) && uri == "#"+a.Value })
}
