// Package gost3410 signs and verifies by GOST R 34.10-2012 (RFC 7091) on every
// curve of 256 and 512 bits that occurs in certificates (RFC 4357, RFC 7836,
// RFC 9215).
//
// From the bottom up: field.go, limb.go and invert.go calculate modulo p and q,
// point.go and edwards.go add points, group.go multiplies them, key.go and
// signature.go are what the standard describes. Every file names the sources of
// its formulas.
//
// What depends on a secret, the private key or a nonce, takes the same steps
// and touches the same memory whatever the secret is: limbs of fixed number, no
// branches, additions that meet no exception, rows of a table read as a whole.
// The exception is the hash that derives nonces: its look-ups depend on the key
// when the key is parsed, and on the key and fresh random bytes when it signs.
// Verification works on public values and its time depends on them.
//
// Keys, nonces and their products are overwritten when done with, as far as Go
// allows: the runtime may have left copies where a stack grew.
//
// This is not a certified cryptographic tool (СКЗИ): legal signatures come from
// a token or a CSP.
package gost3410
