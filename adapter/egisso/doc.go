// Package egisso holds what the gateway knows about ЕГИССО, the state
// information system of social security: the registers as Go values, the local
// checks made before sending, the writers of packages, the readers of packages
// and answers, the classifier of measures, and the decision what a changed
// source row means.
//
//	version_table.go  kinds of information and their versions, as data
//	kinds.go          registers and the elements of their packages
//	rule.go           the table of checks; Checker runs them
//	decide.go         what a changed row means; decide_fact.go for facts
//	kmsz.go           the classifier; classifier.go answers from memory
//	protocol.go       answers; judge.go applies them, succession.go orders them
//
// The package is pure: it does no I/O, reads no clock and rolls no dice. Time
// and identifiers are parameters. Facts about the formats come from the official
// XSD (release 23.12); comments cite the heading of SPEC.md or the XSD type
// they follow.
//
// Types that hold personal data (Person, Fact and what they contain) print
// masked, see mask.go; findings and errors name fields, never their values.
package egisso
