package smev

import (
	"errors"
	"fmt"
	"testing"

	"egissogw/adapter/bus"
)

// TestWhatTheBusSays: which of its statuses end a message, and in which words.
func TestWhatTheBusSays(t *testing.T) {
	for _, c := range []struct {
		status AsyncStatus
		want   bus.Answer
	}{
		{AsyncStatus{Category: "requestIsRejectedBySmev", Details: "подробности"}, bus.Answer{Final: true, Text: "подробности"}},
		{AsyncStatus{Category: "cancelled", Details: "подробности", Fault: &Fault{Description: "SMEV-403: схема"}}, bus.Answer{Final: true, Text: "SMEV-403: схема"}},
		{AsyncStatus{Category: "doesNotExist", Fault: &Fault{}}, bus.Answer{Final: true}},
		{AsyncStatus{Category: "responseIsRejectedBySmev"}, bus.Answer{ReplyRefused: true}},
		{AsyncStatus{Category: "requestIsAcceptedBySmev"}, bus.Answer{}},
		{AsyncStatus{Category: "somethingNew"}, bus.Answer{}},
	} {
		var got bus.Answer
		c.status.put(&got)
		if got.Category != c.status.Category || got.Final != c.want.Final || got.ReplyRefused != c.want.ReplyRefused || got.Text != c.want.Text {
			t.Errorf("%s: %+v", c.status.Category, got)
		}
	}
}

// TestErrorsAcrossThePort: whoever knows no SMEV is told what to do, and the cause stays.
func TestErrorsAcrossThePort(t *testing.T) {
	for name, c := range map[string]struct {
		err  error
		want bus.Error
	}{
		"no connection":        {&TransportError{NotSent: true, Err: errors.New("refused")}, bus.Error{Class: bus.ClassRetry, Absent: true}},
		"no reply":             {&TransportError{Err: errors.New("reset")}, bus.Error{Class: bus.ClassRetry}},
		"an id too old":        {&Fault{Operation: OpSendRequest, Name: "StaleMessageId"}, bus.Error{Class: bus.ClassNewID, Refused: "StaleMessageId", TooOld: true, Absent: true}},
		"a signature refused":  {&Fault{Operation: OpSendRequest, Name: "SignatureVerificationFault"}, bus.Error{Refused: "SignatureVerificationFault", Unsigned: true}},
		"a reply nobody reads": {&ReplyError{Operation: OpGetResponse, Err: ErrMalformedReply}, bus.Error{Class: bus.ClassUnknown, Unreadable: true}},
		"another file":         {fmt.Errorf("fetch: %w", ErrFileHash), bus.Error{Class: bus.ClassOperator, Damaged: true, Refusable: true}},
		"a file too large":     {&FileStoreError{Step: stepTransfer, Err: ErrTooLarge}, bus.Error{Class: bus.ClassOperator, Refusable: true}},
		"a login used up":      {&FileStoreError{Step: stepOneTimeLogin, Code: 530, Err: errors.New("no")}, bus.Error{Class: bus.ClassOperator, Withheld: true}},
	} {
		got := bus.As(PortError(c.err))
		if got == nil || !errors.Is(got, c.err) {
			t.Errorf("%s: the cause is lost: %v", name, got)
			continue
		}
		if c.want.Class != "" && got.Class != c.want.Class || got.Refused != c.want.Refused || got.TooOld != c.want.TooOld || got.Unsigned != c.want.Unsigned ||
			got.Unreadable != c.want.Unreadable || got.Damaged != c.want.Damaged || got.Refusable != c.want.Refusable || got.Withheld != c.want.Withheld {
			t.Errorf("%s: %+v, want %+v", name, *got, c.want)
		}
		if c.want.Absent && bus.MayHaveArrived(got) {
			t.Errorf("%s: it may have arrived", name)
		}
	}
	if PortError(nil) != nil {
		t.Error("no error became one")
	}
}
