// Package egissotest is the fictional world of the reference samples as Go values, and records
// and packages at random, for the tests of several packages.
//
// The world has four measures, one organisation that grants them, two that provide them and
// five people. It is written by hand from the tables of adapter/egisso/SPEC.md#records, so
// that the readers do not vouch for the writers.
package egissotest

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"egissogw/adapter/egisso"
)

// ID is a UUID by its text.
func ID(s string) uuid.UUID { return uuid.MustParse(s) }

// MeasureID is an id of a measure by the last three digits.
func MeasureID(tail string) uuid.UUID { return ID("a1d3f0c2-5b77-4c1e-9e0a-000000000" + tail) }

// CategoryID is an id of a category by the last four digits.
func CategoryID(tail string) uuid.UUID { return ID("b1d3f0c2-5b77-4c1e-9e0a-00000000" + tail) }

// FactID is an id of a fact, or of an event, by the last three digits.
func FactID(tail string) uuid.UUID { return ID("10060000-0000-4000-9000-000000000" + tail) }

// OrganizationID is an id of an organisation that provides measures by the last three digits.
func OrganizationID(tail string) uuid.UUID { return ID("10070000-0000-4000-9000-000000000" + tail) }

// PointID is an id of a presence point by the last three digits.
func PointID(tail string) uuid.UUID { return ID("10150000-0000-4000-9000-000000000" + tail) }

// Today is the day the samples are checked on.
var Today = Day("2023-02-01")

// ChangedAt is when the records of the world changed.
var ChangedAt = time.Date(2023, 2, 1, 7, 0, 0, 0, time.UTC)

// Day is a date by its text, YYYY-MM-DD.
func Day(s string) egisso.Date {
	d, err := egisso.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

// Num is a number by its text.
func Num(s string) decimal.Decimal { return decimal.RequireFromString(s) }

// Sum is a number that is given, by its text.
func Sum(s string) decimal.NullDecimal { return decimal.NewNullDecimal(Num(s)) }

// Flag is a flag that is given.
func Flag(v bool) *bool { return &v }

// Elements are pointers to copies of the values.
func Elements[T any, P interface {
	*T
	egisso.Element
}](list ...T) (out []egisso.Element) {
	for _, v := range list {
		out = append(out, P(&v))
	}
	return out
}

// JSON is the JSON form of a value, to compare by.
func JSON(t testing.TB, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
