package egissotest

import (
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"egissogw/adapter/egisso"
)

// Random makes records at the edges of what the schemas allow and, now and
// then, beyond them.
type Random struct {
	*rand.Rand
	v *egisso.Version // limits of texts and participant codes; nil: the widest
}

// NewRandom makes it for the version; nil: the widest limits.
func NewRandom(seed uint64, v *egisso.Version) Random {
	return Random{Rand: rand.New(rand.NewPCG(seed, 10)), v: v}
}

// RandomPackages is how many packages of each kind and version are made. Set
// EGISSO_RANDOM_PACKAGES to make more.
func RandomPackages(t *testing.T) int {
	if s := os.Getenv("EGISSO_RANDOM_PACKAGES"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 {
			t.Fatalf("EGISSO_RANDOM_PACKAGES is no positive number: %q", s)
		}
		return n
	}
	return 40
}

// long is a text of a measure whose limit depends on the version.
func (r Random) long() string {
	if r.v != nil && r.v.LongText > 0 {
		return r.text(r.v.LongText)
	}
	return r.text(2000)
}

// participant is a participant code.
func (r Random) participant() string {
	letters := "ABCDEFGHJKLMNPQRSTUVWXYZ"
	if r.v != nil && !r.v.Letters {
		letters = ""
	}
	return r.nasty(r.from(letters+"0123456789", 4) + "." + r.from("0123456789", 6))
}

// sometimes is true once in n.
func (r Random) sometimes(n int) bool { return r.IntN(n) == 0 }

func pick[T any](r Random, values ...T) T { return values[r.IntN(len(values))] }

// UUID is any UUID.
func (r Random) UUID() uuid.UUID {
	var id uuid.UUID
	for i := range id {
		id[i] = byte(r.IntN(256))
	}
	return id
}

func (r Random) from(alphabet string, n int) string {
	runes := []rune(alphabet)
	var b strings.Builder
	for range n {
		b.WriteRune(runes[r.IntN(len(runes))])
	}
	return b.String()
}

const cyrillic = "абвгдеёжзийклмнопрстуфхцчшщъыьэюяАБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ"

// nasty spoils a value once in a while.
func (r Random) nasty(s string) string {
	if !r.sometimes(150) {
		return s
	}
	return pick(r, "", s+"x", "x"+s, s+"\x00", s+"\x1f", s+"\ufffe", s+"\xff", s+"\u0085z", "\u200b"+s, s+s+s, "-"+s, s+"\n5", " "+s+"\t")
}

// text is 1 to max characters, often exactly max, with everything XML has to
// escape and characters of one to four bytes.
func (r Random) text(max int) string {
	n := 1 + r.IntN(max)
	if r.sometimes(3) {
		n = max
	}
	if r.sometimes(300) {
		n = max + 1
	}
	s := r.from(cyrillic+cyrillic+`abcXYZ 0123456789.,<>&"'№–€]]>😀`, n)
	return r.nasty(s)
}

func (r Random) maybe(n int, s string) string {
	if r.sometimes(n) {
		return ""
	}
	return s
}

func (r Random) digits(n int) string { return r.nasty(r.from("0123456789", n)) }

func (r Random) date() egisso.Date {
	if r.sometimes(400) {
		return pick(r, egisso.Date{}, egisso.Date{Year: 2023, Month: 2, Day: 31}, egisso.Date{Year: 999, Month: 1, Day: 1}, egisso.Date{Year: 3000, Month: 1, Day: 1})
	}
	return Day("2020-01-01").AddDays(r.IntN(1500))
}

func (r Random) maybeDate() egisso.Date {
	if r.sometimes(2) {
		return egisso.Date{}
	}
	return r.date()
}

func (r Random) number(scale int32) decimal.Decimal {
	if r.sometimes(300) {
		return pick(r, Num("-1"), Num("0"), Num("12345678901234567890"), Num("0.0000000000000000000001"), decimal.New(1, 400), Num("1.005"))
	}
	return decimal.New(r.Int64N(10_000_000)+1, -r.Int32N(scale+1))
}

func (r Random) optional(scale int32) decimal.NullDecimal {
	if r.sometimes(3) {
		return decimal.NullDecimal{}
	}
	return decimal.NewNullDecimal(r.number(scale))
}

func (r Random) boolPtr() *bool {
	if r.sometimes(3) {
		return nil
	}
	return Flag(r.sometimes(2))
}

// list is now and then empty though it must not be.
func list[T any](r Random, min, max int, f func() T) []T {
	if r.sometimes(300) {
		min = 0
	}
	return few(r, min, max, f)
}

func few[T any](r Random, min, max int, f func() T) []T {
	var out []T
	for range min + r.IntN(max-min+1) {
		out = append(out, f())
	}
	return out
}
