//go:build race

package smevtest_test

// The race detector makes hashing thirty times slower.
const raceEnabled = true
