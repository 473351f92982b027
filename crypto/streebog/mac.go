package streebog

// MAC computes HMAC-Streebog-512 under one key (HMAC_GOSTR3411_2012_512,
// RFC 7836, section 4.1.2). It is safe for concurrent use.
type MAC struct {
	inner, outer         digest // what is left after the padded key
	innerKeys, outerKeys schedule
}

// NewMAC prepares a key, which must not be longer than a block.
func NewMAC(key []byte) *MAC {
	m := &MAC{inner: digest{size: Size512}, outer: digest{size: Size512}}
	var pad [BlockSize]byte
	copy(pad[:], key)
	for i := range pad {
		pad[i] ^= 0x36
	}
	m.inner.update(pad[:])
	for i := range pad {
		pad[i] ^= 0x36 ^ 0x5c
	}
	m.outer.update(pad[:])
	clear(pad[:])
	m.innerKeys.set(&m.inner.h, m.inner.n)
	m.outerKeys.set(&m.outer.h, m.outer.n)
	m.inner.keys, m.outer.keys = &m.innerKeys, &m.outerKeys
	return m
}

// Sum sets mac to the code of the joined parts.
func (m *MAC) Sum(mac *[Size512]byte, parts ...[]byte) {
	d := m.inner
	for _, p := range parts {
		d.update(p)
	}
	d.final()
	d.put(mac[:])
	d = m.outer
	d.update(mac[:])
	d.final()
	d.put(mac[:])
	d = digest{}
}

// Destroy overwrites what was kept of the key.
func (m *MAC) Destroy() { *m = MAC{} }
