package streebog

// A table holds what byte v in place k of a word contributes to the word after
// the substitution S and the linear transformation L, in [k][v].
type table [8][256]uint64

var sl = newTable()

func newTable() *table {
	t := new(table)
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

// The functions of this file touch nothing but their arguments and tables that
// nobody writes. Under the race detector they are left alone (go:norace), which
// is three times as fast; their callers are watched.

// compress sets h to g_N(h, m), RFC 6986, section 6. The keys are made along
// with what they encrypt, which is faster than one after the other.
//
//go:norace
func compress(h *block, n uint64, m *block) {
	t := sl
	var k block
	t.lps(&k, h, &block{n})
	x := *m
	for i := range roundKeys {
		t.lps(&x, &x, &k)
		t.lps(&k, &k, (*block)(&roundKeys[i]))
	}
	for i := range h {
		h[i] ^= x[i] ^ k[i] ^ m[i]
	}
}

// schedule holds the keys of g_N(h, m), which do not depend on m.
type schedule [len(roundKeys) + 1]block

//go:norace
func (k *schedule) set(h *block, n uint64) {
	t := sl
	t.lps(&k[0], h, &block{n})
	for i := range roundKeys {
		t.lps(&k[i+1], &k[i], (*block)(&roundKeys[i]))
	}
}

// compress does what the function does, with keys made before.
//
//go:norace
func (k *schedule) compress(h, m *block) {
	t := sl
	x := *m
	for i := range roundKeys {
		t.lps(&x, &x, &k[i])
	}
	for i, last := range k[len(roundKeys)] {
		h[i] ^= x[i] ^ last ^ m[i]
	}
}

// lps sets z = L(P(S(x ⊕ y))), RFC 6986, section 6. The permutation P
// transposes the matrix of bytes, so word i of the result is made of byte i of
// every word. Written out, and with the table behind one pointer, everything
// stays in registers.
//
//go:norace
func (t *table) lps(z, x, y *block) {
	x0, x1, x2, x3 := x[0]^y[0], x[1]^y[1], x[2]^y[2], x[3]^y[3]
	x4, x5, x6, x7 := x[4]^y[4], x[5]^y[5], x[6]^y[6], x[7]^y[7]
	z[0] = t[0][byte(x0)] ^ t[1][byte(x1)] ^ t[2][byte(x2)] ^ t[3][byte(x3)] ^
		t[4][byte(x4)] ^ t[5][byte(x5)] ^ t[6][byte(x6)] ^ t[7][byte(x7)]
	z[1] = t[0][byte(x0>>8)] ^ t[1][byte(x1>>8)] ^ t[2][byte(x2>>8)] ^ t[3][byte(x3>>8)] ^
		t[4][byte(x4>>8)] ^ t[5][byte(x5>>8)] ^ t[6][byte(x6>>8)] ^ t[7][byte(x7>>8)]
	z[2] = t[0][byte(x0>>16)] ^ t[1][byte(x1>>16)] ^ t[2][byte(x2>>16)] ^ t[3][byte(x3>>16)] ^
		t[4][byte(x4>>16)] ^ t[5][byte(x5>>16)] ^ t[6][byte(x6>>16)] ^ t[7][byte(x7>>16)]
	z[3] = t[0][byte(x0>>24)] ^ t[1][byte(x1>>24)] ^ t[2][byte(x2>>24)] ^ t[3][byte(x3>>24)] ^
		t[4][byte(x4>>24)] ^ t[5][byte(x5>>24)] ^ t[6][byte(x6>>24)] ^ t[7][byte(x7>>24)]
	z[4] = t[0][byte(x0>>32)] ^ t[1][byte(x1>>32)] ^ t[2][byte(x2>>32)] ^ t[3][byte(x3>>32)] ^
		t[4][byte(x4>>32)] ^ t[5][byte(x5>>32)] ^ t[6][byte(x6>>32)] ^ t[7][byte(x7>>32)]
	z[5] = t[0][byte(x0>>40)] ^ t[1][byte(x1>>40)] ^ t[2][byte(x2>>40)] ^ t[3][byte(x3>>40)] ^
		t[4][byte(x4>>40)] ^ t[5][byte(x5>>40)] ^ t[6][byte(x6>>40)] ^ t[7][byte(x7>>40)]
	z[6] = t[0][byte(x0>>48)] ^ t[1][byte(x1>>48)] ^ t[2][byte(x2>>48)] ^ t[3][byte(x3>>48)] ^
		t[4][byte(x4>>48)] ^ t[5][byte(x5>>48)] ^ t[6][byte(x6>>48)] ^ t[7][byte(x7>>48)]
	z[7] = t[0][byte(x0>>56)] ^ t[1][byte(x1>>56)] ^ t[2][byte(x2>>56)] ^ t[3][byte(x3>>56)] ^
		t[4][byte(x4>>56)] ^ t[5][byte(x5>>56)] ^ t[6][byte(x6>>56)] ^ t[7][byte(x7>>56)]
}
