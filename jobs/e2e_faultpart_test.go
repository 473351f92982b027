package jobs_test

import (
	"context"
	"fmt"
	"time"

	"egissogw/adapter/bus"
	"egissogw/adapter/smev"
	"egissogw/adapter/smev/smevtest"
)

// sending: the first attempt meets the trouble, and the second one too.
func (p *part) sending(t trouble) {
	p.Helper()
	p.trouble(smev.OpSendRequest, t)
	p.attempts(t, expectSend(t, false))
}

// doubting: the reply to the first attempt was lost, the others meet the trouble.
func (p *part) doubting(t trouble) {
	p.Helper()
	p.script(smevtest.Rule{On: string(smev.OpSendRequest), Drop: "after"})
	if _, err := p.send.Run(context.Background()); bus.ClassOf(err) != bus.ClassRetry {
		p.Fatalf("lost reply: %v", err)
	}
	p.due()
	p.trouble(smev.OpSendRequest, t)
	p.attempts(t, expectSend(t, true))
}

// attempts makes two attempts under the same trouble.
func (p *part) attempts(t trouble, want expectation) {
	p.Helper()
	class := t.class(smev.OpSendRequest)
	p.row.class = string(class)
	_, err := p.send.Run(context.Background())
	if delivered := want.states == "delivered queued packed"; (err == nil) != delivered {
		p.Errorf("send said %v", err)
	} else if got := bus.ClassOf(err); err != nil && got != class {
		p.Errorf("class is %s, want %s: %v", got, class, err)
	}
	first := p.look()
	p.compare(first, want)
	p.row.action = action(first)
	if want.latest > 0 && !t.rule.Tamper {
		p.due()
		if _, err := p.send.Run(context.Background()); err == nil {
			p.Error("the second attempt succeeded")
		}
		second := p.look()
		if second.states != first.states || second.review != first.review {
			p.Errorf("the second attempt led to %+v, the first to %+v", second, first)
		}
	}
	p.Cleanup(func() {
		if n := len(p.messages()); n != want.messages {
			p.Errorf("the record went in %d messages, want %d", n, want.messages)
		}
	})
}

func action(s seen) string {
	switch {
	case s.states == "delivered queued packed":
		return "success"
	case s.next == 0:
		return "refused, records go in a new package"
	case s.next > retryMax/2-time.Minute:
		return "kept, same bytes, long pause"
	}
	return "same bytes again soon"
}

// delivered takes the message under way to the bus, whose answer is ready then.
func (p *part) delivered() {
	p.Helper()
	p.run(p.send)
	p.idle()
}

func (p *part) answers(condition string) int {
	p.Helper()
	return p.count(`select count(*) from egisso.answer where ` + condition + ` and received_at > (select max(created_at) from egisso.message)`)
}

// kept counts what nobody can believe or understand and is kept since the last message.
func (p *part) kept() int {
	p.Helper()
	return p.answers("not verified") +
		p.count(`select count(*) from egisso.raw_reply where state = 'unread' and received_at > (select max(created_at) from egisso.message)`)
}

// polling: the bus cannot be asked for the answer.
func (p *part) polling(t trouble) {
	p.Helper()
	class := t.class(smev.OpGetResponse)
	p.row.class = string(class)
	p.delivered()
	before := len(p.bus.Ledger().Calls("Ack"))
	p.trouble(smev.OpGetResponse, t)
	_, err := p.receive.Run(context.Background())
	if err == nil {
		p.Error("nobody hears of it")
	} else if got := bus.ClassOf(err); got != class {
		p.Errorf("class is %s, want %s: %v", got, class, err)
	}
	p.run(p.apply)
	p.compare(p.look(), expectation{states: "delivered queued packed"})
	if n := p.answers("verified"); n != 0 {
		p.Errorf("%d answers are believed", n)
	}
	if n := len(p.bus.Ledger().Calls("Ack")) - before; n != 0 {
		p.Errorf("%d acknowledgements", n)
	}
	p.row.action = "nothing taken, polled again"
	if unbelieved := p.kept(); (unbelieved > 0) != t.bringsReply() {
		p.Errorf("%d answers are kept and not believed", unbelieved)
	} else if unbelieved > 0 {
		p.row.action = "kept, not believed, not acknowledged"
	}
}

// acknowledging: the answer is stored, its acknowledgement fails.
func (p *part) acknowledging(t trouble) {
	p.Helper()
	class := t.class(smev.OpAck)
	p.row.class = string(class)
	p.delivered()
	p.trouble(smev.OpAck, t)
	_, err := p.receive.Run(context.Background())
	acked := class == bus.ClassAlreadyDone
	if (err == nil) != acked {
		p.Errorf("receive said %v", err)
	} else if got := bus.ClassOf(err); err != nil && got != class {
		p.Errorf("class is %s, want %s: %v", got, class, err)
	}
	p.run(p.apply)
	p.compare(p.look(), expectation{states: "delivered answered accepted"})
	if n := p.answers("acked_at is not null"); (n == 1) != acked {
		p.Errorf("%d answers count as acknowledged", n)
	}
	p.row.action = "applied, acknowledged again later"
	if acked {
		p.row.action = "applied, taken for acknowledged"
		return
	}
	if n := p.answers("acked_at is null and ack_attempts = 1 and next_ack_at > now()"); n != 1 {
		p.Errorf("%d acknowledgements are put off", n)
	}
}

// statusing: the bus cannot be asked for its statuses, which are a supplement.
func (p *part) statusing(t trouble) {
	p.Helper()
	class := t.class(smev.OpGetStatus)
	p.row.class = string(class)
	p.script(smevtest.Rule{On: string(smev.OpSendRequest), Statuses: []string{"underProcessing"}, StatusBy: smevtest.StatusByGetStatus})
	p.delivered()
	p.trouble(smev.OpGetStatus, t)
	_, err := p.statuses().Run(context.Background())
	if err == nil {
		p.Error("nobody hears of it")
	} else if got := bus.ClassOf(err); got != class {
		p.Errorf("class is %s, want %s: %v", got, class, err)
	}
	p.run(p.apply)
	p.compare(p.look(), expectation{states: "delivered queued packed"})
	if n := p.answers("verified"); n != 0 {
		p.Errorf("%d statuses are believed", n)
	}
	p.row.action = "nothing taken, asked again"
	if unbelieved := p.kept(); (unbelieved > 0) != t.bringsReply() {
		p.Errorf("%d statuses are kept and not believed", unbelieved)
	} else if unbelieved > 0 {
		p.row.action = "kept, not believed"
	}
}

// uploadTroubles are those of the file storage; the class is the one smev gives
// the error.
var uploadTroubles = []trouble{
	{name: "login refused", rule: smevtest.Rule{On: "LOGIN", Refuse: "denied"}, silent: bus.ClassFixConfiguration},
	{name: "login cut off", rule: smevtest.Rule{On: "LOGIN", Drop: "before"}, silent: bus.ClassRetry},
	{name: "storage full", rule: smevtest.Rule{On: "STOR", Refuse: "full"}, silent: bus.ClassRetryLater},
	{name: "storing refused", rule: smevtest.Rule{On: "STOR", Refuse: "denied"}, silent: bus.ClassRetry},
	{name: "connection lost in the file", rule: smevtest.Rule{On: "STOR", CutAfter: 10, Drop: "after"}, silent: bus.ClassRetry},
}

// uploading: the file cannot be stored, so nothing is posted.
func (p *part) uploading(t trouble) {
	p.Helper()
	p.row.class = string(t.silent)
	p.trouble(smev.Operation(t.rule.On), t)
	before := len(p.bus.Ledger().Calls("SendRequest"))
	_, err := p.send.Run(context.Background())
	if got := bus.ClassOf(err); got != t.silent {
		p.Errorf("class is %s, want %s: %v", got, t.silent, err)
	}
	if n := len(p.bus.Ledger().Calls("SendRequest")) - before; n != 0 {
		p.Errorf("posted %d times without its file", n)
	}
	want := expectation{states: "pending signed packed", review: !t.silent.Repeats(), soonest: retryMin / 2, latest: retryMax}
	if t.silent == bus.ClassRetry {
		want.latest = 2 * retryMin
	}
	if want.review {
		want.soonest = retryMax / 2
	}
	got := p.look()
	p.compare(got, want)
	p.row.action = fmt.Sprintf("nothing posted, %s", action(got))
}
