// Package judge says whether a gateway did right, from outside: it compares what
// the source shows, what the simulator's ledger and registers hold and what the
// gateway's public views say. It asks the program nothing and believes none of its
// words alone. All invariants are in the list of invariant.go.
package judge
