package egisso

import (
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
)

// random makes records at the edges of what the schemas allow and, now and
// then, beyond them.
type random struct {
	*rand.Rand
	v *Version // limits of texts and participant codes; nil: the widest
}

// newRandom makes one for the version; nil: the widest limits.
func newRandom(seed uint64, v *Version) random {
	return random{Rand: rand.New(rand.NewPCG(seed, 10)), v: v}
}

// randomPackages is how many packages of each kind and version are made. Set
// EGISSO_RANDOM_PACKAGES to make more.
func randomPackages(t *testing.T) int {
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
func (r random) long() string {
	if r.v != nil && r.v.LongText > 0 {
		return r.text(r.v.LongText)
	}
	return r.text(2000)
}

// participant is a participant code.
func (r random) participant() string {
	letters := "ABCDEFGHJKLMNPQRSTUVWXYZ"
	if r.v != nil && !r.v.Letters {
		letters = ""
	}
	return r.nasty(r.from(letters+"0123456789", 4) + "." + r.from("0123456789", 6))
}

// sometimes is true once in n.
func (r random) sometimes(n int) bool { return r.IntN(n) == 0 }

func pick[T any](r random, values ...T) T { return values[r.IntN(len(values))] }

// uuid is any UUID.
func (r random) uuid() uuid.UUID {
	var id uuid.UUID
	for i := range id {
		id[i] = byte(r.IntN(256))
	}
	return id
}

func (r random) from(alphabet string, n int) string {
	runes := []rune(alphabet)
	var b strings.Builder
	for range n {
		b.WriteRune(runes[r.IntN(len(runes))])
	}
	return b.String()
}

const cyrillic = "абвгдеёжзийклмнопрстуфхцчшщъыьэюяАБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ"

// nasty spoils a value once in a while.
func (r random) nasty(s string) string {
	if !r.sometimes(150) {
		return s
	}
	return pick(r, "", s+"x", "x"+s, s+"\x00", s+"\x1f", s+"\ufffe", s+"\xff", s+"\u0085z", "\u200b"+s, s+s+s, "-"+s, s+"\n5", " "+s+"\t")
}

// text is 1 to max characters, often exactly max, with everything XML has to
// escape and characters of one to four bytes.
func (r random) text(max int) string {
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

func (r random) maybe(n int, s string) string {
	if r.sometimes(n) {
		return ""
	}
	return s
}

func (r random) digits(n int) string { return r.nasty(r.from("0123456789", n)) }

func (r random) date() Date {
	if r.sometimes(400) {
		return pick(r, Date{}, Date{2023, 2, 31}, Date{999, 1, 1}, Date{3000, 1, 1})
	}
	return day("2020-01-01").AddDays(r.IntN(1500))
}

func (r random) maybeDate() Date {
	if r.sometimes(2) {
		return Date{}
	}
	return r.date()
}

func (r random) number(scale int32) decimal.Decimal {
	if r.sometimes(300) {
		return pick(r, num("-1"), num("0"), num("12345678901234567890"), num("0.0000000000000000000001"), decimal.New(1, 400), num("1.005"))
	}
	return decimal.New(r.Int64N(10_000_000)+1, -r.Int32N(scale+1))
}

func (r random) optional(scale int32) decimal.NullDecimal {
	if r.sometimes(3) {
		return decimal.NullDecimal{}
	}
	return decimal.NewNullDecimal(r.number(scale))
}

func (r random) boolPtr() *bool {
	if r.sometimes(3) {
		return nil
	}
	return flag(r.sometimes(2))
}

// list is now and then empty though it must not be.
func list[T any](r random, min, max int, f func() T) []T {
	if r.sometimes(300) {
		min = 0
	}
	return few(r, min, max, f)
}

func few[T any](r random, min, max int, f func() T) []T {
	var out []T
	for range min + r.IntN(max-min+1) {
		out = append(out, f())
	}
	return out
}
