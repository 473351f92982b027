package jobs_test

import (
	"slices"
	"testing"

	"egissogw/adapter/bus"
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
	silent bus.Class
}

func (t trouble) class(op smev.Operation) bus.Class {
	if t.fault == nil {
		return t.silent
	}
	return bus.ClassOf(smev.PortError(t.fault(op)))
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
		t.silent = bus.ClassRetry
		list = append(list, t)
	}
	for _, name := range smevtest.GarbageNames() {
		if name == "gzipBomb" { // to the jobs the same as huge, and slow to make
			continue
		}
		list = append(list, trouble{name: "garbage: " + name, rule: smevtest.Rule{Garbage: name}, silent: bus.ClassUnknown})
	}
	if op != smev.OpAck { // its reply is not signed
		list = append(list, trouble{name: "signature does not hold", rule: smevtest.Rule{Tamper: true}, silent: bus.ClassUnknown})
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

// kind is all by which smev and the jobs tell one trouble with a call from another.
type kind struct {
	class                                bus.Class
	alerts, age, signature, reply, fault bool
}

func (t trouble) kind(op smev.Operation) kind {
	return kind{t.class(op), t.alerts(op), t.aboutAge(), t.aboutSignature(), t.bringsReply(), t.fault != nil}
}

// hand is what can go wrong with one call.
type hand struct {
	when string
	op   smev.Operation
	list []trouble
}

// hands are the calls of the table.
func hands() []hand {
	sending := troubles(smev.OpSendRequest)
	return []hand{
		{whenSend, smev.OpSendRequest, sending}, {whenDoubt, smev.OpSendRequest, withoutTampering(slices.Clone(sending))},
		{whenPoll, smev.OpGetResponse, troubles(smev.OpGetResponse)}, {whenAck, smev.OpAck, troubles(smev.OpAck)},
		{whenStatus, smev.OpGetStatus, troubles(smev.OpGetStatus)},
	}
}

// deal picks what each call meets: one trouble of every kind, and of the further ones of
// a kind each at one call. All of them: everything everywhere.
func deal(hands []hand, all bool) map[string][]trouble {
	dealt := map[string][]trouble{}
	for n, h := range hands {
		met := map[kind]int{}
		for _, t := range h.list {
			k := t.kind(h.op)
			if of := met[k]; all || of == 0 || of%len(hands) == n {
				dealt[h.when] = append(dealt[h.when], t)
			}
			met[k]++
		}
	}
	return dealt
}

// TestDealLeavesNoTroubleOut: each is met somewhere, each kind everywhere.
func TestDealLeavesNoTroubleOut(t *testing.T) {
	hands := hands()
	dealt := deal(hands, false)
	somewhere, picked := map[string]bool{}, 0
	for _, h := range hands {
		here := map[kind]bool{}
		for _, one := range dealt[h.when] {
			here[one.kind(h.op)], somewhere[one.name] = true, true
			picked++
		}
		for _, one := range h.list {
			if !here[one.kind(h.op)] {
				t.Errorf("%s meets nothing like %s", h.op, one.name)
			}
		}
	}
	whole := 0
	for _, h := range hands {
		whole += len(h.list)
		for _, one := range h.list {
			if !somewhere[one.name] {
				t.Errorf("%s is met nowhere", one.name)
			}
		}
	}
	t.Logf("%d of %d", picked, whole)
	if picked > whole*2/3 {
		t.Errorf("%d of %d are dealt: nothing is saved", picked, whole)
	}
}
