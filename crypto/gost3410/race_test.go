//go:build race

package gost3410

// thin is how many times fewer cases are tried: the race detector makes limb
// arithmetic ten times slower and has nothing to find in most of it.
const thin = 8
