package smev

import (
	"math"
	"testing"
)

func TestChooseCarriage(t *testing.T) {
	const mib = 1 << 20
	for _, tt := range []struct {
		name  string
		sizes []int64
		limit int64
		want  Carriage
	}{
		{"no files", nil, 0, CarriageNone},
		{"small", []int64{1, 0}, 0, CarriageInline},
		{"exactly the limit", []int64{2 * mib, 3 * mib}, 0, CarriageInline},
		{"one byte over in the sum: all go", []int64{2 * mib, 3 * mib, 1}, 0, CarriageStorage},
		{"one large", []int64{5*mib + 1}, 0, CarriageStorage},
		{"own limit", []int64{11}, 10, CarriageStorage},
		{"a limit the bus named", []int64{6 * mib}, 8 * mib, CarriageInline},
		{"storage always", []int64{0}, -1, CarriageStorage},
		{"unknown size", []int64{-1}, 0, CarriageStorage},
		{"sum beyond numbers", []int64{math.MaxInt64, math.MaxInt64}, math.MaxInt64, CarriageStorage},
	} {
		if got := ChooseCarriage(tt.sizes, tt.limit); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}

func TestFaultSizes(t *testing.T) {
	size := &Fault{Name: "AttachmentSizeLimitExceeded", Details: map[string]string{
		"PermittedTotalAttachmentSize": "5242880", "RealTotalAttachmentSize": " 6000000 ",
	}}
	if permitted, actual, ok := size.AttachmentSizes(); !ok || permitted != 5<<20 || actual != 6_000_000 {
		t.Errorf("%d, %d, %v", permitted, actual, ok)
	}
	if _, _, ok := size.QuotaSizes(); ok {
		t.Error("a limit is read as a quota")
	}
	quota := &Fault{Name: "QuoteLimitExceeded", Details: map[string]string{
		"RemainedTotalQuoteSize": "0", "RealTotalAttachmentSize": "7",
	}}
	if left, asked, ok := quota.QuotaSizes(); !ok || left != 0 || asked != 7 {
		t.Errorf("%d, %d, %v", left, asked, ok)
	}
	for _, details := range []map[string]string{nil, {"PermittedTotalAttachmentSize": "many", "RealTotalAttachmentSize": "1"}} {
		if _, _, ok := (&Fault{Name: "AttachmentSizeLimitExceeded", Details: details}).AttachmentSizes(); ok {
			t.Errorf("figures found in %v", details)
		}
	}
}
