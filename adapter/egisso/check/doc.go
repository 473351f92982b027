// Package check checks records before they are sent (adapter/egisso/SPEC.md#checks): the
// table of rules, which a Checker runs, and the policy that changes their severity.
//
//	rule.go        the table; the rules of a register are in the file of its records
//	field.go       the texts and dates of a record, with what the schemas demand of them
//	classifier.go  the classifier of measures, which answers from memory
//
// The package is pure: what a record is compared with is given to the Checker. Findings name
// fields, never their values.
package check
