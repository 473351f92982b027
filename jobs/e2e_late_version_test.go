package jobs_test

import (
	"io"
	"testing"
)

// TestALateProtocolOfAReplacedVersion: ЕГИССО had accepted a version of a measure whose package
// was released and which another version has replaced since. Nobody is asked: the newer version
// becomes its successor, whether it had not left yet or ЕГИССО refused it because it was none.
func TestALateProtocolOfAReplacedVersion(t *testing.T) {
	w := newWorld(t, 1, io.Discard, nil)
	w.everything()
	leave := func() {
		w.run(w.form)
		w.run(w.sign)
		w.run(w.send)
		w.idle()
	}
	reword := func() {
		w.reword()
		w.run(w.collect)
		w.run(w.decide)
	}
	for _, left := range []bool{false, true} {
		reword()
		leave()
		first := w.text(`select string_agg(id::text, E'\n' order by row_key) from egisso.record where register = 'lmsz' and state = 'packed'`)
		w.released(`select package_id from egisso.record where register = 'lmsz' and state = 'packed'`)
		reword()
		if left {
			leave()
		}
		w.run(w.receive)
		w.run(w.apply)
		w.everything()
		w.wantText(`select review from egisso.package where review is not null`, "")
		w.wantText(`select e.content ->> 'previousId' from egisso.source_row s join egisso.element_content e on e.id = s.accepted_event
			where s.register = 'lmsz' and s.accepted_hash = s.content_hash order by s.row_key`, first)
	}
}
