package streebog

import (
	"bytes"
	"encoding/hex"
	"hash"
	"math/rand/v2"
	"testing"

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

func TestSameAsGogostAtEveryLength(t *testing.T) {
	source := rand.NewChaCha8([32]byte{1})
	message := make([]byte, 1025)
	source.Read(message)
	for n := range message {
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
