// Package egisso holds what the gateway knows about ЕГИССО, the state
// information system of social security, as Go values: the registers and their
// records, the kinds of information and their versions, the classifier of
// measures and what ЕГИССО answers.
//
//	version_table.go  kinds of information and their versions, as data
//	register.go       registers, each in a file of its own; kinds.go their elements
//	format.go         formats of texts that several registers, or records and answers, have
//	kmsz.go           the classifier of measures, its versions and their differences
//	protocol.go       answers
//
// Package check checks records before they are sent, package wire writes and reads
// documents, package lifecycle decides what is sent and what an answer means.
//
// The package is pure: it does no I/O, reads no clock and rolls no dice. Time
// and identifiers are parameters. Facts about the formats come from the official
// XSD (release 23.12); comments cite the heading of SPEC.md or the XSD type
// they follow.
//
// Types that hold personal data (Person, Fact and what they contain) print
// masked, see mask.go; findings and errors name fields, never their values.
package egisso
