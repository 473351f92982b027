package jobs_test

import (
	"io"
	"testing"
	"time"

	"egissogw/adapter/smev/smevtest"
)

// Facts because of which ЕГИССО refuses every file that holds one, and says of none that it
// is the cause: they are found, and the others are accepted.
func TestFactsThatSpoilTheirFileAreFound(t *testing.T) {
	const facts, poisonous = 60, 3
	w := newWorld(t, facts, io.Discard, func(o *smevtest.Options) { o.Receiver.RefusesText = "Отравленная" })
	w.measuresAccepted()
	w.form.MaxRecords = 30
	w.exec(`update egisso.source_content set content = jsonb_set(content::jsonb, '{mszReceiver,familyName}', '"Отравленная"')
		where (register, row_key) in (select register, row_key from egisso.source_row where register = 'fact' order by md5(row_key) limit $1)`, poisonous)
	w.exec(`update egisso.source_row set dirty = true where register = 'fact'`)
	for range 12 {
		w.everything()
		w.advance(25 * time.Hour)
	}
	w.wantText(`select state || ' ' || count(*) from egisso.record where register = 'fact' group by state order by state`, "accepted 57\nrejected 3")
	w.wantText(`select distinct reason from egisso.record_status where register = 'fact' and state = 'rejected'`,
		"Пакет с одной этой записью не принят дважды, а другие пакеты приняты. Пакет отклонен. Ошибка: Файл пакета не может быть обработан")
	if n := w.count(`select count(*) from egisso.package where returned`); n > poisonous*7 {
		t.Errorf("%d packages were refused", n)
	}
}
