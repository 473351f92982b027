// Package egisso holds what the gateway knows about ЕГИССО, the state
// information system of social security: the registers as Go values, the local
// checks made before sending, the writers of packages, the readers of packages
// and protocols, and the decision what a changed source row means.
//
// The package is pure: it does no I/O, reads no clock and rolls no dice. Time
// and identifiers are parameters. Facts about the formats come from the official
// XSD (release 23.12); comments cite the section of spec egisso.md or the XSD
// type they follow.
//
// Types that hold personal data (Person, Fact and what they contain) print
// masked, see mask.go; findings and errors name fields, never their values.
package egisso
