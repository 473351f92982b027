//go:build !race

package smevtest_test

const raceEnabled = false
