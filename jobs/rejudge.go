package jobs

import (
	"context"
	"fmt"
)

// rejudgeBatch is how many messages are read once more in one run.
const rejudgeBatch = 20

// rejudge reads once more what nobody could believe when it came, after what is believed
// has changed: a message that was taken off the queue does not come again. Done counts
// those that are believed now.
func (in inbox) rejudge(ctx context.Context) (done int, more bool, troubles []error) {
	doubted, err := in.book.doubted(ctx, rejudgeBatch)
	if err != nil {
		return 0, false, []error{err}
	}
	for _, d := range doubted {
		if stopping(ctx, troubles) {
			return done, false, troubles
		}
		l, problem := in.read(ctx, in.from.Kept(in.queue, envelopeType, d.Raw))
		if problem != nil || l == nil || l.id != d.ID {
			if err := in.book.doubtful(ctx, d.ID); err != nil {
				return done, false, append(troubles, err)
			}
			continue
		}
		in.log.Info(in.what+" is believed now", append([]any{"answer_id", d.ID}, l.attrs...)...)
		fresh, _, err := in.keepArrival(ctx, l, nil, 0)
		if err != nil {
			troubles = append(troubles, fmt.Errorf("%s %s: %w", in.what, d.ID, err))
		}
		if fresh {
			done++
		}
	}
	return done, len(doubted) == rejudgeBatch, troubles
}

// envelopeType is what is kept of a message: its envelope, without the parts around it.
const envelopeType = "text/xml; charset=utf-8"
