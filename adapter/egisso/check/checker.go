package check

import (
	"github.com/google/uuid"

	"egissogw/adapter/egisso"
)

// Checker holds what records are checked against beside themselves. Everything
// is optional: a rule that needs what is absent is skipped (Rule.Needs says
// which). The zero Checker asks nothing but the record.
type Checker struct {
	// Versions say in which version each register is sent.
	Versions egisso.VersionSet
	// Today switches on the rules that compare with today.
	Today egisso.Date
	// Policy says which findings on a measure are errors for its facts (L-KMSZ). It
	// does not change the severity of the findings returned.
	Policy Policy
	// Classifier is the classifier of measures with its dictionaries.
	Classifier *Classifier
	// NoClassifier: КМСЗ was asked for and did not come.
	NoClassifier bool
	// KnownParticipant reports whether an organisation that grants measures is
	// in the register of participants under the code.
	KnownParticipant func(code string) bool
	// KnownMeasure reports whether ЕГИССО accepted the version of a local
	// measure with the id and holds it still.
	KnownMeasure func(id uuid.UUID) bool
	// KnownOKTMO reports whether a municipality has the code of eight digits.
	KnownOKTMO func(code string) bool
	// Twin reports whether another fact, active and not this one, has the key
	// of Fact.TwinKey.
	Twin func(key [32]byte) bool
	// MeasureLoader is the provider ЕГИССО has the fact's measure from; "" if that is not
	// known.
	MeasureLoader string
	// LastAccepted is the id of the last version of this very record that
	// ЕГИССО accepted and holds, uuid.Nil if there is none.
	LastAccepted *uuid.UUID
}

// Measure checks a local measure. Identifiers and lastChanging are given by the
// gateway and not checked.
func (c Checker) Measure(m egisso.LocalMeasure) []egisso.Finding {
	return check(measureRules, ruleOfMeasure, newMeasureSubject(c, m))
}

// Fact checks a fact of assignment. measure is the accepted version of the local
// measure the fact uses, nil if there is none.
func (c Checker) Fact(f egisso.Fact, measure *egisso.LocalMeasure) []egisso.Finding {
	return check(factRules, ruleOfFact, newFactSubject(c, f, measure))
}

// Organization checks an organisation that provides measures. Identifiers that
// the gateway gives are not checked.
func (c Checker) Organization(o egisso.Organization) []egisso.Finding {
	return check(organizationRules, ruleOfOrganization, newOrganizationSubject(c, o))
}

// Point checks a presence point; see Organization.
func (c Checker) Point(p egisso.PresencePoint) []egisso.Finding {
	return check(pointRules, ruleOfPoint, newPointSubject(c, p))
}

// Application checks an application on a participant.
func (c Checker) Application(a egisso.Application) []egisso.Finding {
	return check(applicationRules, ruleOfApplication, newApplicationSubject(c, a))
}

// ParticipantRow checks a row of the source as the application that would
// insert it, which has every field.
func (c Checker) ParticipantRow(p egisso.Participant) []egisso.Finding {
	return c.Application(egisso.Application{Action: egisso.ActionInsertion, Participant: p})
}

// check runs the rules that look at the subject.
func check[S any](rules []Rule, of func(*Rule) func(S, *report), subject S) []egisso.Finding {
	var r report
	for i := range rules {
		r.rule = &rules[i]
		of(r.rule)(subject, &r)
	}
	return r.findings
}

func ruleOfMeasure(r *Rule) func(*measureSubject, *report)           { return r.measure }
func ruleOfFact(r *Rule) func(*factSubject, *report)                 { return r.fact }
func ruleOfOrganization(r *Rule) func(*organizationSubject, *report) { return r.organization }
func ruleOfPoint(r *Rule) func(*pointSubject, *report)               { return r.point }
func ruleOfApplication(r *Rule) func(*applicationSubject, *report)   { return r.application }
func ruleOfEvent(r *Rule) func(*eventSubject, *report)               { return r.event }
