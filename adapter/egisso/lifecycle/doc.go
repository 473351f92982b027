// Package lifecycle decides what is sent of a row, and what an answer means for what was
// sent. It is pure: jobs bring what it needs and store what it says.
//
//	decide.go     what a changed row needs; a file for registers that live in a way of their own
//	step.go       the next step of a record by its content; step_fact.go by that of a fact
//	converge.go   what follows where ЕГИССО holds what we did not have accepted
//	judge.go      what an answer means for its package; protocol.go for its records
//	stale.go      what becomes of a message whose id grew too old
//	state.go      states; reason.go why a record waits or is held
package lifecycle
