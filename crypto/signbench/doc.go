// Package signbench holds the report of make bench: signing and verifying, from
// the facts to the signed message and back, each step beside what others offer
// for it (OpenSSL's gost-engine, libxml2, goxmldsig with gogost), on the same
// inputs and in one run. It has nothing but tests; without make bench they only
// see that all parties arrive at the same bytes.
package signbench
