//go:build !race

package gost3410

// thin is how many times fewer cases are tried under the race detector.
const thin = 1
