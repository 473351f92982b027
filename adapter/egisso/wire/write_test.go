package wire

import (
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"egissogw/adapter/egisso"
)

func TestValuesAsWritten(t *testing.T) {
	for got, want := range map[string]string{
		money(decimal.RequireFromString("3000")): "3000.00", money(decimal.RequireFromString("0.1")): "0.10", money(decimal.RequireFromString("12345678901234.5")): "12345678901234.50",
		percent(decimal.RequireFromString("100")): "100.00", percent(decimal.RequireFromString("33.333")): "33.333", percent(decimal.RequireFromString("33.300000")): "33.30",
		timestamp(egisso.RegisterMeasure.Version(), time.Date(2023, 2, 1, 22, 30, 15, 999, time.UTC)):                     "2023-02-02T01:30:15+03:00",
		timestamp(egisso.RegisterMeasure.Version(), time.Date(2023, 2, 1, 10, 0, 0, 0, time.FixedZone("", -9*3600-1800))): "2023-02-01T22:30:00+03:00",
		timestamp(egisso.RegisterPoint.Version(), time.Date(2018, 11, 12, 8, 55, 37, 631_999_000, time.UTC)):              "2018-11-12T11:55:37.631+03:00",
		timestamp(egisso.RegisterPoint.Version(), time.Date(2018, 11, 12, 8, 55, 37, 0, time.UTC)):                        "2018-11-12T11:55:37+03:00",
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
