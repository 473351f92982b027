package streebog

// tables[k][v] is what byte v in place k of a word contributes to the word
// after the substitution S and the linear transformation L.
var tables = makeTables()

func makeTables() (t [8][256]uint64) {
	for place := range t {
		for v := range t[place] {
			for bit := range 8 {
				if sbox[v]>>bit&1 == 1 {
					t[place][v] ^= matrix[63-8*place-bit]
				}
			}
		}
	}
	return t
}

// lps sets z = L(P(S(x ⊕ y))), RFC 6986, section 6. The permutation P
// transposes the matrix of bytes, so word i of the result is made of byte i of
// every word.
func lps(z, x, y *block) {
	x0, x1, x2, x3 := x[0]^y[0], x[1]^y[1], x[2]^y[2], x[3]^y[3]
	x4, x5, x6, x7 := x[4]^y[4], x[5]^y[5], x[6]^y[6], x[7]^y[7]
	t := &tables
	for i := range z {
		z[i] = t[0][byte(x0)] ^ t[1][byte(x1)] ^ t[2][byte(x2)] ^ t[3][byte(x3)] ^
			t[4][byte(x4)] ^ t[5][byte(x5)] ^ t[6][byte(x6)] ^ t[7][byte(x7)]
		x0, x1, x2, x3 = x0>>8, x1>>8, x2>>8, x3>>8
		x4, x5, x6, x7 = x4>>8, x5>>8, x6>>8, x7>>8
	}
}

// compress is the compression function g_N(h, m) of RFC 6986, section 6.
func compress(h *block, n uint64, m *block) {
	var k block
	lps(&k, h, &block{n})
	x := *m
	for i := range roundKeys {
		lps(&x, &x, &k)
		lps(&k, &k, (*block)(&roundKeys[i]))
	}
	for i := range h {
		h[i] ^= x[i] ^ k[i] ^ m[i]
	}
}
