// Package hostiletest measures what input made to do harm costs the one who reads
// it: peak memory, CPU time, and what is said about it, in a process where nothing
// else counts.
//
// A test gives rows; Run measures each with N and with 4N bytes of input and
// asserts the bounds every reader of the gateway keeps: memory within Most, CPU
// time that grows with the input and not with its square, a refusal with its
// reason. By default 4N is half a MiB and rows share processes as long as a peak
// tells whose it is. EGISSOGW_HOSTILE_MIB=32 sets 4N for a run by hand, each
// measurement in a process of its own; with -v every row is a line of the table.
package hostiletest
