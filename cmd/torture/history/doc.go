// Package history plays random histories: what happens to the records of a МИС, at
// any moment, against whatever the bus answers, with crashes and switches between.
// After each the judge (package judge) is asked whether ЕГИССО holds what the source
// says, or the gateway says why not.
//
// A history depends on its seed only, and so does its outcome. One that fails is made
// shorter and printed as a list of steps. All is in tests; what knows the program from
// inside is in gateway_test.go, so that another version of it can be given the same
// histories and the records of the two compared (make histories).
package history
