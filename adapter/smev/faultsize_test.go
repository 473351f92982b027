package smev

import "testing"

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
