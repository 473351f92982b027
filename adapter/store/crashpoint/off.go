//go:build !crashpoint

// Package crashpoint names the instructions between which a crash must cost
// nothing: before and after every stored intent, call, commit and acknowledgement.
//
// In the program as it is delivered the points are nothing: empty functions that
// the compiler leaves out. Built with the tag crashpoint, the program kills itself
// (SIGKILL) at the point that the variable CRASHPOINT names, when it comes there
// for the time CRASHPOINT_TIMES says; cmd/torture builds and uses it so.
package crashpoint

// At is a point of the code.
func At(string) {}

// Commit is a point before or after the commit of a transaction.
func Commit(string, string) {}
