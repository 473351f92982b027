package assemble

import (
	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/check"
	"egissogw/adapter/egisso/lifecycle"
	"egissogw/config"
)

// Policies are what the configuration says in the words of ЕГИССО's registers.
type Policies struct {
	Rules    check.Policy
	events   egisso.EventPolicy
	Versions egisso.VersionSet
	actualOn egisso.Date    // of the first export of facts; zero: all of them
	limits   map[string]int // of changes, see egisso.ParseChangeLimits
	refusals lifecycle.Refusals
	// Withdrawn are versions that are sent though ЕГИССО takes them no longer, or soon will not.
	Withdrawn []egisso.Withdrawal
}

// PoliciesOf reads them: which rules, events and versions there are is known to
// adapter/egisso only. Its error tells all that is wrong.
func PoliciesOf(c config.Config) (p Policies, err error) {
	var wrong error
	note := func(variable string, err error) {
		wrong = config.Together(wrong, config.Wrong("package", variable, err))
	}
	p.Rules, err = check.ParsePolicy(string(c.Package.RulePolicy))
	note("RULE_POLICY", err)
	p.events, err = egisso.ParseEventPolicy(c.Package.EventPolicy)
	note("EVENT_POLICY", err)
	p.Versions, err = egisso.ParseVersionSet(c.Package.KindVersions)
	note("KIND_VERSIONS", err)
	p.limits, err = egisso.ParseChangeLimits(c.Package.GuardLimits)
	note("GUARD_LIMITS", err)
	refusals, loaded, unknown := lifecycle.ParseRefusals(c.Package.AlreadyLoaded, c.Package.UnknownRecord)
	p.refusals = refusals
	note("ALREADY_LOADED", loaded)
	note("UNKNOWN_RECORD", unknown)
	list, err := egisso.Withdrawals(c.Package.WithdrawnVersions)
	note("WITHDRAWN_VERSIONS", err)
	p.Withdrawn = p.Versions.Withdrawn(list)
	if c.Package.FactsActualOn != "" {
		p.actualOn, err = egisso.ParseDate(c.Package.FactsActualOn)
		note("FACTS_ACTUAL_ON", err)
	}
	return p, wrong
}
