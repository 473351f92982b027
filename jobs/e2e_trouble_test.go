package jobs_test

import (
	"slices"

	"egissogw/adapter/smev"
	"egissogw/adapter/smev/smevtest"
)

// trouble is one thing that can go wrong with a call, and what smev says of it.
type trouble struct {
	name string
	rule smevtest.Rule
	// fault is what the bus says, nil if it says nothing that can be understood.
	fault func(smev.Operation) *smev.Fault
	// silent is the class of trouble that is no fault.
	silent smev.Class
}

func (t trouble) class(op smev.Operation) smev.Class {
	if t.fault == nil {
		return t.silent
	}
	return t.fault(op).Class()
}

// alerts: smev wants the operator to know at once.
func (t trouble) alerts(op smev.Operation) bool { return t.fault != nil && t.fault(op).Alert() }

// aboutSignature: the bus refuses these bytes for their signature.
func (t trouble) aboutSignature() bool {
	return t.fault != nil && t.fault(smev.OpSendRequest).Name == "SignatureVerificationFault"
}

// aboutAge: the bus calls the id too old.
func (t trouble) aboutAge() bool {
	return t.fault != nil && t.fault(smev.OpSendRequest).Name == "StaleMessageId"
}

// faults lists every fault of the table of smev, with every code.
func faults() []trouble {
	var list []trouble
	add := func(name, code string) {
		label := name
		if code != "" {
			label += "/" + code
		}
		list = append(list, trouble{name: label, rule: smevtest.Rule{Fault: label}, fault: func(op smev.Operation) *smev.Fault {
			return &smev.Fault{Operation: op, Name: name, SignatureCode: code}
		}})
	}
	for _, name := range smev.FaultNames() {
		if name != "SignatureVerificationFault" {
			add(name, "")
			continue
		}
		for _, code := range append(smev.SignatureFaultCodes(), "SomethingNew") {
			add(name, code)
		}
	}
	return list
}

// troubles lists the faults and everything else that can happen to a call.
func troubles(op smev.Operation) []trouble {
	list := faults()
	for _, t := range []trouble{
		{name: "connection lost before the call", rule: smevtest.Rule{Drop: "before"}},
		{name: "connection lost after the call", rule: smevtest.Rule{Drop: "after"}},
		{name: "reply cut off", rule: smevtest.Rule{CutAfter: 100}},
		{name: "HTTP 502 with HTML", rule: smevtest.Rule{Garbage: "html", Status: 502}},
		{name: "HTTP 503 with nothing", rule: smevtest.Rule{Garbage: "empty", Status: 503}},
	} {
		t.silent = smev.ClassRetry
		list = append(list, t)
	}
	for _, name := range smevtest.GarbageNames() {
		if name == "gzipBomb" { // to the jobs the same as huge, and slow to make
			continue
		}
		list = append(list, trouble{name: "garbage: " + name, rule: smevtest.Rule{Garbage: name}, silent: smev.ClassUnknown})
	}
	if op != smev.OpAck { // its reply is not signed
		list = append(list, trouble{name: "signature does not hold", rule: smevtest.Rule{Tamper: true}, silent: smev.ClassUnknown})
	}
	return list
}

// withoutTampering leaves out what cannot happen to the reply to a repetition: it
// is a fault, and faults are not signed.
func withoutTampering(list []trouble) []trouble {
	return slices.DeleteFunc(list, func(t trouble) bool { return t.rule.Tamper })
}

// bringsReply: a poll brings something under status 200 that nobody can believe or
// understand.
func (t trouble) bringsReply() bool {
	return t.rule.Tamper || t.rule.Garbage != "" && t.rule.Status == 0
}
