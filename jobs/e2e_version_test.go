package jobs_test

import (
	"io"
	"testing"

	"egissogw/adapter/smev"
	"egissogw/adapter/smev/smevtest"
	"egissogw/jobs"
)

// Every schema version and every way of a file takes records to ЕГИССО and
// protocols back, with a status of the bus before each answer.
func TestEveryVersionAndWayOfFiles(t *testing.T) {
	for name, c := range map[string]struct {
		way     jobs.FileWay
		mtom    bool
		uploads int
	}{
		"storage":                       {jobs.FileWay{}, false, 2},
		"inside as base64":              {jobs.FileWay{InlineLimit: 1 << 20}, false, 0},
		"inside as MIME parts":          {jobs.FileWay{InlineLimit: 1 << 20}, true, 0},
		"too large to travel inside it": {jobs.FileWay{InlineLimit: 1 << 8}, true, 2},
	} {
		for _, version := range smev.Versions() {
			if c.way.InlineLimit > 0 && !c.mtom && version.Name != "1.2" {
				continue // base64 is the same in all
			}
			t.Run(version.Name+", "+name, func(t *testing.T) {
				// Two facts, a message each: replies with and without parts alternate.
				w := newWorld(t, 2, io.Discard, func(o *smevtest.Options) { o.Multipart, o.XOP = smevtest.Alternate, smevtest.Alternate })
				w.assemble(version, func(o *smev.Options) { o.MTOM = c.mtom })
				w.sign.FileWay = c.way
				w.script(smevtest.Rule{On: "SendRequest", Times: -1, Statuses: []string{"requestIsAcceptedBySmev"}})
				w.measuresAccepted()
				w.exec(`update egisso.source_row set dirty = true where register = 'fact'`)
				for range 2 {
					w.everything()
				}
				w.clean(w.count(`select count(*) from egisso.record`))
				if n := w.count(`select count(*) from egisso.attachment where uploaded_at is not null`); n != c.uploads {
					t.Errorf("%d files went through the storage, want %d", n, c.uploads)
				}
				var used int
				for _, call := range w.bus.Ledger().Calls("SendRequest") {
					if call.Version == version.Name {
						used++
					}
				}
				if used == 0 {
					t.Errorf("no message of schema %s", version)
				}
			})
		}
	}
}
