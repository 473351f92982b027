package streebog

import (
	"bytes"
	"crypto/hmac"
	"encoding/hex"
	"fmt"
	"hash"
	"math/rand/v2"
	"testing"

	"egissogw/crypto/gostbench"

	"go.cypherpunks.ru/gogost/v5/gost34112012256"
	"go.cypherpunks.ru/gogost/v5/gost34112012512"
)

// The messages of RFC 6986, section 10, in natural order of bytes: M1 is the
// ASCII text "012345678901…", M2 a line of «Слово о полку Игореве» in CP1251.
var (
	exampleM1 = []byte("012345678901234567890123456789012345678901234567890123456789012")
	exampleM2 = unhex("d1e520e2e5f2f0e82c20d1f2f0e8e1eee6e820e2edf3f6e82c20e2e5fef2fa20" +
		"f120eceef0ff20f1f2f0e5ebe0ece820ede020f5f0e0e1f0fbff20efebfaeafb20c8e3eef0e5e2fb")
)

func unhex(s string) []byte {
	b, err := hex.DecodeString(s)
	if err != nil {
		panic(err)
	}
	return b
}

func TestExamplesOfRFC6986(t *testing.T) {
	for _, c := range []struct {
		name    string
		message []byte
		new     func() hash.Hash
		want    string
	}{
		{"M1, 512 bits", exampleM1, New512, "1b54d01a4af5b9d5cc3d86d68d285462b19abc2475222f35c085122be4ba1ffa" +
			"00ad30f8767b3a82384c6574f024c311e2a481332b08ef7f41797891c1646f48"},
		{"M1, 256 bits", exampleM1, New256, "9d151eefd8590b89daa6ba6cb74af9275dd051026bb149a452fd84e5e57b5500"},
		{"M2, 512 bits", exampleM2, New512, "1e88e62226bfca6f9994f1f2d51569e0daf8475a3b0fe61a5300eee46d961376" +
			"035fe83549ada2b8620fcd7c496ce5b33f0cb9dddc2b6460143b03dabac9fb28"},
		{"M2, 256 bits", exampleM2, New256, "9dd2fe4e90409e5da87f53976d7405b0c0cac628fc669a741d50063c557e8f50"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := c.new()
			h.Write(c.message)
			if got := hex.EncodeToString(h.Sum(nil)); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

// random returns n bytes that are the same in every run.
func random(n int, seed byte) []byte {
	b := make([]byte, n)
	rand.NewChaCha8([32]byte{seed}).Read(b)
	return b
}

func TestSameAsGogostAtEveryLength(t *testing.T) {
	message := random(5*64, 1) // of every length in a block, a few blocks
	for n := range len(message) + 1 {
		m := message[:n]
		want256, want512 := gost34112012256.New(), gost34112012512.New()
		want256.Write(m)
		want512.Write(m)
		if got := Sum256(m); !bytes.Equal(got[:], want256.Sum(nil)) {
			t.Fatalf("256 bits differ at length %d", n)
		}
		if got := Sum512(m); !bytes.Equal(got[:], want512.Sum(nil)) {
			t.Fatalf("512 bits differ at length %d", n)
		}
	}
}

func TestSameAsOpenSSL(t *testing.T) {
	engine := gostbench.Start(t)
	check := func(m []byte) {
		want256, _ := engine.Hash("md_gost12_256", m, 1)
		if got := Sum256(m); !bytes.Equal(got[:], want256) {
			t.Fatalf("256 bits differ at length %d", len(m))
		}
		want512, _ := engine.Hash("md_gost12_512", m, 1)
		if got := Sum512(m); !bytes.Equal(got[:], want512) {
			t.Fatalf("512 bits differ at length %d", len(m))
		}
	}
	message := random(3<<20+7, 2)
	for n := range 1025 {
		check(message[n : 2*n])
	}
	check(message)
	check(bytes.Repeat([]byte{0xff}, 100_000)) // carries all through the control sum
	check(make([]byte, 100_000))
}

func TestPiecesOfAnySizeGiveTheSameDigest(t *testing.T) {
	message := random(5000, 3)
	want := Sum256(message)
	for size := 1; size < 200; size++ {
		h := New256()
		for rest := message; len(rest) > 0; {
			n := min(size, len(rest))
			h.Write(rest[:n])
			rest = rest[n:]
			if n%7 == 0 {
				h.Sum(nil) // must not disturb what follows
			}
		}
		if got := h.Sum(nil); !bytes.Equal(got, want[:]) {
			t.Fatalf("pieces of %d bytes give another digest", size)
		}
	}
}

func TestSumAppendsAndResetStartsAnew(t *testing.T) {
	h := New512()
	h.Write([]byte("something else"))
	h.Reset()
	h.Write(exampleM1)
	want := Sum512(exampleM1)
	if got := h.Sum([]byte("before")); string(got) != "before"+string(want[:]) {
		t.Errorf("got %x", got)
	}
	if h.Size() != Size512 || h.BlockSize() != BlockSize || New256().Size() != Size256 {
		t.Error("sizes are wrong")
	}
}

func TestHashingDoesNotAllocate(t *testing.T) {
	message := random(1000, 4)
	h, sum := New256(), make([]byte, 0, Size256)
	if n := testing.AllocsPerRun(100, func() {
		Sum256(message)
		h.Reset()
		h.Write(message)
		h.Sum(sum)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// The example of RFC 7836, appendix B.
func TestExampleOfMAC(t *testing.T) {
	m := NewMAC(unhex("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"))
	var got [Size512]byte
	m.Sum(&got, unhex("0126bdb87800af21"), nil, unhex("4341456563780100"))
	want := "a59bab22ecae19c65fbde6e5f4e9f5d8549d31f037f9df9b905500e171923a77" +
		"3d5f1530f2ed7e964cb2eedc29e9ad2f3afe93b2814f79f5000ffc0366c251e6"
	if hex.EncodeToString(got[:]) != want {
		t.Errorf("got %x", got)
	}
}

func TestMACIsHMAC(t *testing.T) {
	for n := range 65 {
		key, message := random(n, 5), random(3*n, 6)
		h := hmac.New(New512, key)
		h.Write(message)
		var got [Size512]byte
		NewMAC(key).Sum(&got, message[:n], message[n:])
		if !bytes.Equal(got[:], h.Sum(nil)) {
			t.Fatalf("differs from HMAC for a key of %d bytes", n)
		}
	}
}

func BenchmarkSum256(b *testing.B) {
	for _, size := range []int{64, 4 << 10, 1 << 20} {
		b.Run(fmt.Sprintf("%d bytes", size), func(b *testing.B) {
			message := random(size, 7)
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				Sum256(message)
			}
		})
	}
}
