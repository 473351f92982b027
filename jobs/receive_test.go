package jobs

import (
	"testing"

	"egissogw/adapter/egisso/lifecycle"
	"egissogw/adapter/smev"
)

// TestWhatTheBusSays: which of its statuses end a message, and in which words.
func TestWhatTheBusSays(t *testing.T) {
	for _, c := range []struct {
		status smev.AsyncStatus
		want   lifecycle.Said
	}{
		{smev.AsyncStatus{Category: "requestIsRejectedBySmev", Details: "подробности"}, lifecycle.Said{Final: true, Text: "подробности"}},
		{smev.AsyncStatus{Category: "cancelled", Details: "подробности", Fault: &smev.Fault{Description: "SMEV-403: схема"}}, lifecycle.Said{Final: true, Text: "SMEV-403: схема"}},
		{smev.AsyncStatus{Category: "doesNotExist", Fault: &smev.Fault{}}, lifecycle.Said{Final: true}},
		{smev.AsyncStatus{Category: "responseIsRejectedBySmev"}, lifecycle.Said{ReplyRefused: true}},
		{smev.AsyncStatus{Category: "requestIsAcceptedBySmev"}, lifecycle.Said{}},
		{smev.AsyncStatus{Category: "somethingNew"}, lifecycle.Said{}},
	} {
		got := said(&smev.Answer{Kind: smev.AnswerAsyncStatus, AsyncStatus: &c.status})
		if got.Kind != lifecycle.SaidByBus || got.Category != c.status.Category || got.Final != c.want.Final || got.ReplyRefused != c.want.ReplyRefused || got.Text != c.want.Text {
			t.Errorf("%s: said %+v", c.status.Category, got)
		}
	}
}
