package egisso

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
)

// id is a UUID by its text.
func id(s string) uuid.UUID { return uuid.MustParse(s) }

// measureID is an id of a measure by the last three digits.
func measureID(tail string) uuid.UUID { return id("a1d3f0c2-5b77-4c1e-9e0a-000000000" + tail) }

// categoryID is an id of a category by the last four digits.
func categoryID(tail string) uuid.UUID { return id("b1d3f0c2-5b77-4c1e-9e0a-00000000" + tail) }

// factID is an id of a fact, or of an event, by the last three digits.
func factID(tail string) uuid.UUID { return id("10060000-0000-4000-9000-000000000" + tail) }

// organizationID is an id of an organisation that provides measures by the last three digits.
func organizationID(tail string) uuid.UUID { return id("10070000-0000-4000-9000-000000000" + tail) }

// pointID is an id of a presence point by the last three digits.
func pointID(tail string) uuid.UUID { return id("10150000-0000-4000-9000-000000000" + tail) }

// today is the day the samples are checked on.
var today = day("2023-02-01")

// changedAt is when the records of the world changed.
var changedAt = time.Date(2023, 2, 1, 7, 0, 0, 0, time.UTC)

// day is a date by its text, YYYY-MM-DD.
func day(s string) Date {
	d, err := ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

// num is a number by its text.
func num(s string) decimal.Decimal { return decimal.RequireFromString(s) }

// sum is a number that is given, by its text.
func sum(s string) decimal.NullDecimal { return decimal.NewNullDecimal(num(s)) }

// flag is a flag that is given.
func flag(v bool) *bool { return &v }

// elements are pointers to copies of the values.
func elements[T any, P interface {
	*T
	Element
}](list ...T) (out []Element) {
	for _, v := range list {
		out = append(out, P(&v))
	}
	return out
}

// asJSON is the JSON form of a value, to compare by.
func asJSON(t testing.TB, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
