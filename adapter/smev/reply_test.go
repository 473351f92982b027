package smev

import (
	"bytes"
	"strings"
	"testing"
)

func TestClaimedID(t *testing.T) {
	for name, tc := range map[string]struct{ raw, want string }{
		"metadata before data":     {`<t:MessageID>a</t:MessageID><t:MessageMetadata><t:MessageId>b</t:MessageId>`, "b"},
		"only the sender's":        {`<x><t:OriginalMessageId>o</t:OriginalMessageId><t:MessageID>a</t:MessageID>`, "a"},
		"only the original":        {`<x><t:OriginalMessageId>o</t:OriginalMessageId>`, ""},
		"without prefix":           {`<MessageId>a</MessageId>`, "a"},
		"attributes and space":     {"<t:MessageId x='1'>\n a\n</t:MessageId>", "a"},
		"end tag first":            {`</t:MessageId>x<t:MessageId>a</t:MessageId>`, "a"},
		"longer name":              {`<t:MessageIdentifier>x</t:MessageIdentifier>`, ""},
		"empty element":            {`<t:MessageId/><t:MessageId>a</t:MessageId>`, "a"},
		"too long":                 {`<t:MessageId>` + strings.Repeat("a", 65) + `</t:MessageId>`, ""},
		"endless":                  {`<t:MessageId>` + strings.Repeat("a", 6500), ""},
		"blank inside":             {`<t:MessageId>a b</t:MessageId>`, ""},
		"element inside":           {`<t:MessageId><a/>x</t:MessageId>`, ""},
		"not xml":                  {`MessageId MessageId=5`, ""},
		"cut in the middle":        {`<t:MessageId>abc`, ""},
		"processing instruction":   {`<t:MessageId>a<?x?>b</t:MessageId>`, "a"},
		"nothing":                  {``, ""},
		"in the text of a fault":   {`<faultstring>MessageId is old</faultstring>`, ""},
		"a name that ends with it": {`<t:xMessageId>a</t:xMessageId>`, ""},
	} {
		if got := (&Reply{Raw: []byte(tc.raw)}).ClaimedID(); got != tc.want {
			t.Errorf("%s: %q, want %q", name, got, tc.want)
		}
	}
	// Linear also where every name is a trap.
	big := bytes.Repeat([]byte("<t:MessageId/>MessageId"), 1<<16)
	if got := (&Reply{Raw: big}).ClaimedID(); got != "" {
		t.Errorf("%q", got)
	}
}

// A reply tells by its looks whether it is worth keeping before it is read, and what
// was kept reads as it would have when it came.
func TestKeptReplyReadsAsFresh(t *testing.T) {
	b := newClockBus(t)
	b.then(answerXML(inReply(OpGetRequest, "")))
	r, err := b.client.Poll(t.Context(), OpGetRequest)
	if err != nil {
		t.Fatal(err)
	}
	if r.Carries() {
		t.Error("an empty queue looks like a message")
	}
	if m, err := b.client.ReadRequest(r); m != nil || err != nil {
		t.Errorf("%v, %v", m, err)
	}
	b.then(answerXML(b.delivered(testNow)))
	if r, err = b.client.Poll(t.Context(), OpGetRequest); err != nil {
		t.Fatal(err)
	}
	if !r.Carries() || r.ClaimedID() != "22222222-0000-11ef-8000-000000000000" {
		t.Errorf("carries %v, claims %q", r.Carries(), r.ClaimedID())
	}
	b.readings = nil
	m, err := b.client.ReadRequest(KeptReply(OpGetRequest, r.ContentType, r.Raw))
	if err != nil || m.Kind != IncomingBroadcast || m.MessageID != r.ClaimedID() {
		t.Errorf("%+v, %v", m, err)
	}
	if len(b.readings) > 0 {
		t.Error("a reply that was kept says something of the clock")
	}
	if _, err := b.client.Poll(t.Context(), OpSendRequest); err == nil {
		t.Error("polled by sending")
	}
}
