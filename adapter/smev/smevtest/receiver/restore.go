package receiver

import (
	"encoding/json"
	"strings"

	"egissogw/adapter/smev/smevtest/ledger"
)

// Restore applies an accepted record to the registers: while processing, and
// from the ledger after a restart.
func (r *Receiver) Restore(record ledger.Record) {
	if !record.Accepted {
		return
	}
	switch {
	case record.Kind == "organization":
		putVersion(r.organizations, record)
	case record.Kind == "presencePoint":
		putVersion(r.points, record)
	case record.Kind == pointRemoval:
		r.events[record.ID] = true
		if x := r.points[record.Target]; x != nil {
			x.removed = true
		}
	case record.Kind == "application":
		r.events[record.ID] = true
		var p participant
		if json.Unmarshal(record.State, &p) == nil {
			r.participants[record.Target] = &p
		}
	case record.Kind == "localMSZ":
		var m measure
		if json.Unmarshal(record.State, &m) != nil {
			return
		}
		r.measures[record.ID] = &m
		if previous := r.measures[m.Previous]; previous != nil {
			previous.replaced = true
		}
	case record.Kind == "invalidation":
		r.events[record.ID] = true
		if m := r.measures[record.Target]; m != nil {
			m.removed = true
		}
	case record.Kind == "fact":
		r.putFact(record.ID, record.State)
	case strings.HasSuffix(record.Kind, "Invalidation"):
		r.events[record.ID] = true
		if f := r.register[record.Target]; f != nil {
			f.removed = true
		}
	default:
		r.events[record.ID] = true
		r.putFact(record.Target, record.State)
	}
}

func (r *Receiver) putFact(id string, state json.RawMessage) {
	var f fact
	if json.Unmarshal(state, &f) == nil {
		r.register[id] = &f
	}
}
