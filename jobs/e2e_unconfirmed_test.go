package jobs_test

import (
	"context"
	"fmt"
	"io"
	"strings"
	"testing"

	"egissogw/adapter/smev/smevtest"
	"egissogw/jobs"
)

// TestHandWrittenProtocol: somebody writes a protocol for a package that is on the
// bus. It needs a reason, is marked, and the bus, which refused the message, is
// believed: everything the file called accepted goes again. The file declares as many
// namespaces as a real one does.
func TestHandWrittenProtocol(t *testing.T) {
	w := newWorld(t, 1, io.Discard, nil)
	w.run(w.collect)
	w.exec(`update egisso.source_row set dirty = false where register = 'fact'`)
	w.script(smevtest.Rule{On: "SendRequest", Reject: "InvalidContent", Times: 2})
	for _, job := range []jobs.Job{w.decide, w.form, w.sign, w.send} {
		w.run(job)
	}
	var id string
	var records int
	if err := w.pool.QueryRow(context.Background(), `select id::text, record_count from egisso.package where state = 'queued' order by record_count desc limit 1`).Scan(&id, &records); err != nil {
		t.Fatal(err)
	}
	protocol := strings.Replace(processed(id, records), "<p:protocol", "<p:protocol"+declarations(71), 1)
	imports := jobs.ImportProtocol{Store: w.store, Log: w.log}
	want := func(text, query string) {
		t.Helper()
		var got string
		if err := w.pool.QueryRow(context.Background(), query).Scan(&got); err != nil || !strings.Contains(got, text) {
			t.Errorf("%s: %q, want %q (%v)", query, got, text, err)
		}
	}

	w.exec(`select egisso.import_protocol($1)`, protocol)
	w.run(imports)
	want("укажите причину", `select status || ': ' || note from egisso.protocol_import`)
	want("queued 0", `select state || ' ' || unconfirmed from egisso.journal where id = '`+id+`'`)

	w.exec(`select egisso.import_protocol($1, null, 'ответ потерялся')`, protocol)
	w.run(imports)
	want(fmt.Sprintf("answered %d", records), `select state || ' ' || unconfirmed from egisso.journal where id = '`+id+`'`)
	want("причина: ответ потерялся", `select review from egisso.journal where id = '`+id+`'`)
	want("не подтверждён СМЭВ", `select reason from egisso.record_status where package_id = '`+id+`' limit 1`)
	want("accepted", `select string_agg(distinct state, ' ') from egisso.record where package_id = '`+id+`'`)

	w.idle()
	for _, job := range []jobs.Job{w.receive, w.apply} {
		w.run(job)
	}
	want("send_failed 0", `select state || ' ' || unconfirmed from egisso.journal where id = '`+id+`'`)
	want("Ответ СМЭВ расходится с протоколом", `select review from egisso.journal where id = '`+id+`'`)
	if n := w.count(`select count(*) from egisso.source_row s join egisso.record r using (register, row_key)
		join egisso.package_record m on m.record_id = r.id where m.package_id = $1 and s.accepted_id is not null`, id); n != 0 {
		t.Errorf("%d rows are still taken for accepted", n)
	}
	w.exec(`select egisso.retry_package(id, 'причина устранена') from egisso.package where state = 'send_failed'`)
	w.everything()
	w.clean(w.count(`select count(*) from egisso.source_row where register = 'lmsz'`))
}

// processed is the protocol of a package all of whose records are accepted.
func processed(packageID string, records int) string {
	return fmt.Sprintf(`<p:protocol xmlns:p="urn://egisso-ru/types/package-protocol/1.0.3" xmlns:r="urn://egisso-ru/types/package-result/1.0.2"><p:packageResult><r:packageID>%s</r:packageID><r:packageType>x</r:packageType><r:packageStatus>3</r:packageStatus><r:receivingTime>2026-11-28T14:00:00</r:receivingTime><r:recordNum>%d</r:recordNum><r:recordNumSuccess>%[2]d</r:recordNumSuccess></p:packageResult></p:protocol>`, packageID, records)
}

// declarations are n declarations of namespaces nothing uses.
func declarations(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, ` xmlns:jns%d="urn://egisso-ru/types/of-a-program/%[1]d"`, i)
	}
	return b.String()
}
