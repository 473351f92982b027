package history

import "fmt"

// edit is something that happens in the МИС.
type edit struct {
	says string // with the number of the prescription, or whatever it happens to
	sql  string // $1 is that number, $2 another
	// bad: the record may be refused or held for it.
	bad bool
}

// edits are written for any number: an edit that fits nothing changes nothing.
var edits = map[string]edit{
	"issue": {says: "a prescription is issued like %d", sql: `
		insert into mis.recipe (id, lpu_id, patient_id, privilege_id, series, num, issue_date, valid_days, drug_id, pack_qty, discount, price, sum_total, status)
		select i, lpu_id, patient_id, privilege_id, '57-26', i::text, issue_date + 1 + $2::int, valid_days, drug_id, 1 + $2::int, discount, price, sum_total, 1
		  from mis.recipe, nextval('side.recipe_id') i where id = side.recipe($1)`},
	"quantity": {says: "prescription %d is of %d packages", sql: `update mis.recipe set pack_qty = 1 + $2::int where id = side.recipe($1)`},
	"price":    {says: "prescription %d costs %d more", sql: `update mis.recipe set sum_total = 100 + $2::int where id = side.recipe($1)`},
	"drug":     {says: "prescription %d is of drug %d", sql: `update mis.recipe set drug_id = 1 + $2::int where id = side.recipe($1)`},
	"cancel":   {says: "prescription %d is cancelled, or not", sql: `update mis.recipe set status = case status when 4 then 2 else 4 end where id = side.recipe($1) and $2::int is not null`},
	"hide":     {says: "prescription %d is marked as deleted, or not", sql: `update mis.recipe set is_deleted = not is_deleted where id = side.recipe($1) and $2::int is not null`},
	"delete": {says: "prescription %d is deleted", sql: `
		delete from mis.recipe where id = side.recipe($1) and $2::int is not null and id not in (select merged_into from mis.recipe where merged_into is not null)`},
	"undo": {says: "what happened to a prescription is taken back (%d, %d)", sql: `
		select side.put(r) from side.version where n = (select max(n) from side.version) - ($1::int + $2::int) % 5`},
	"merge": {says: "prescription %d is merged into another, or not", sql: `
		update mis.recipe r set merged_into = case when merged_into is null then
			(select min(id) from mis.recipe k where k.privilege_id = r.privilege_id and k.id <> r.id and k.merged_into is null) end
		 where id = side.recipe($1) and $2::int is not null`},
	"expire":  {says: "nobody fetched prescription %d", sql: `update mis.recipe set status = 5, dispensed_date = null where id = side.recipe($1) and $2::int is not null`},
	"save":    {says: "all prescriptions are saved", sql: `select side.save() where ($1::int, $2::int) is not null`},
	"restore": {says: "all prescriptions are as they were saved", sql: `select side.restore(false) where ($1::int, $2::int) is not null`},
	"backup":  {says: "the МИС is restored to what was saved, its log too", sql: `select side.restore(true) where ($1::int, $2::int) is not null`},

	// People and benefits.
	"surname": {says: "the patient of prescription %d marries", sql: `update mis.patient set surname = (array['Крапивина', 'Осокина', 'Ромашкина'])[1 + $2::int % 3] where id = side.patient($1)`},
	"dies":    {says: "the patient of prescription %d died, or not", sql: `update mis.patient set death_date = case when death_date is null then (select issue_date + 1 + $2::int from mis.recipe where id = side.recipe($1)) end where id = side.patient($1)`},
	"moves":   {says: "the patient of prescription %d moved, or not", sql: `update mis.patient set left_date = case when left_date is null then (select issue_date + 1 + $2::int from mis.recipe where id = side.recipe($1)) end where id = side.patient($1)`},
	"closes": {says: "the benefit of prescription %d ended, or not", sql: `update mis.patient_privilege set end_cause = 1 + $2::int % 4,
		end_date = case when end_date is null then (select issue_date + 1 + $2::int from mis.recipe where id = side.recipe($1)) end where id = side.privilege($1)`},
	"refuses": {says: "the benefit of prescription %d is refused, or not", sql: `update mis.patient_privilege set
		refused_date = case when refused_date is null then (select issue_date + 1 + $2::int from mis.recipe where id = side.recipe($1)) end where id = side.privilege($1)`},
	"reuse": {says: "the key of prescription %d is given to that of another man (%d)", sql: `
		update mis.recipe r set patient_id = o.patient_id, privilege_id = o.privilege_id, discount = o.discount, pack_qty = 9
		  from mis.recipe o where o.id = side.recipe($1 + 1 + $2::int) and r.id = side.recipe($1)`},

	// What cannot be sent.
	"priceless": {bad: true, says: "prescription %d has no price", sql: `update mis.recipe set price = null, sum_total = null where id = side.recipe($1) and $2::int is not null`},
	"backwards": {bad: true, says: "prescription %d ends before it begins, or not", sql: `update mis.recipe set valid_days = -valid_days where id = side.recipe($1) and $2::int is not null`},
	"early":     {bad: true, says: "prescription %d is older than its measure, or not", sql: `update mis.recipe set issue_date = case when issue_date < '2019-01-01' then issue_date + 3650 else issue_date - 3650 end where id = side.recipe($1) and $2::int is not null`},
	"snils":     {bad: true, says: "the patient of prescription %d has an impossible number, or not", sql: `update mis.patient set snils = translate(snils, '0123456789', '1032547698') where id = side.patient($1) and $2::int is not null`},

	// The other registers.
	"measure": {says: "a measure has other conditions (%d, %d)", sql: `update mis.measure set condition_text = 'Условие ' || $2::int where id = 1 + $1::int % 4`},
	"category": {says: "a category of a measure has another title (%d, %d)", sql: `
		update mis.measure_category set title = 'Категория ' || $2::int where id = (select id from mis.measure_category order by id offset $1::int limit 1)`},
	"measure gone": {says: "measure %d is deleted, or not", sql: `update mis.measure set is_deleted = not is_deleted where id = 1 + $1::int % 4 and $2::int is not null`},
	"measure ends": {says: "measure %d ends, or not", sql: `update mis.measure set end_date = case end_date when '2025-06-30' then null else date '2025-06-30' end where id = 1 + $1::int % 4 and $2::int is not null`},
	"grantor gone": {says: "the second organisation that grants measures is deleted, or not (%d)", sql: `update mis.onmsz set is_deleted = not is_deleted where id = 2 and ($1::int, $2::int) is not null`},
	"new pharmacy": {says: "a pharmacy begins to work (%d, %d)", sql: `
		insert into mis.pharmacy (id, name, site, address, email, phone, is_person, inn, kpp, ogrn, reg_grn, reg_date, reg_issuer)
		select nextval('side.recipe_id'), name || ' ' || $2::int, site, address, email, phone, is_person, inn, kpp, ogrn, reg_grn, reg_date, reg_issuer from mis.pharmacy where id = 1 + $1::int % 3`},
	"trim":     {says: "the log of changes is trimmed (%d)", sql: `select mis.egisso_trim_changes(interval '0') where ($1::int, $2::int) is not null`},
	"pharmacy": {says: "a pharmacy has another telephone (%d, %d)", sql: `update mis.pharmacy set phone = '(342) 200-10-0' || $2::int where id = 1 + $1::int % 3`},
	"point":    {says: "a point of a pharmacy has other hours (%d, %d)", sql: `update mis.pharmacy_point set schedule = 'Ежедневно ' || $2::int || '–22' where id = (select id from mis.pharmacy_point order by id offset $1::int % 4 limit 1)`},
	"hours":    {says: "a place has other hours (%d, %d)", sql: `update mis.reception set schedule = 'Пн–Пт ' || $2::int || '–18' where id = 1 + $1::int % 2`},
	"place":    {says: "a place is closed, or not (%d)", sql: `update mis.reception set is_closed = not is_closed where id = 1 + $1::int % 2 and $2::int is not null`},
	"address": {says: "an organisation that grants measures has another address (%d, %d)", sql: `
		update mis.onmsz set address = '614000, Пермь, ул. Вымышленная, д. ' || 1 + $2::int, basis_num = $2::int || '-п', basis_date = '2025-06-30', basis_name = 'О переезде' where id = 1 + $1::int % 2`},
	"grantor":         {says: "another organisation grants what clinic %d prescribes (%d)", sql: `update mis.egisso_onmsz set onmsz_id = (select max(id) from mis.onmsz where id <= 1 + $2::int % 2) where lpu_id = 1 + $1::int % 3`},
	"closed pharmacy": {bad: true, says: "a pharmacy is deleted, or not (%d)", sql: `update mis.pharmacy set is_deleted = not is_deleted where id = 1 + $1::int % 3 and $2::int is not null`},
}

// usual are the edits a history draws from, the common ones more often.
var usual = []string{
	"quantity", "quantity", "quantity", "price", "price", "drug", "issue", "issue", "issue", "cancel", "cancel", "hide", "delete", "delete", "delete",
	"undo", "undo", "undo", "undo", "merge", "expire", "save", "save", "restore", "restore", "backup",
	"surname", "dies", "moves", "closes", "refuses", "reuse", "priceless", "backwards", "early", "snils",
	"measure", "measure", "category", "pharmacy", "point", "hours", "place", "address", "grantor", "closed pharmacy",
	"measure gone", "measure ends", "grantor gone", "new pharmacy", "trim",
}

// told tells of an edit.
func told(name string, row, n int) string {
	e := edits[name]
	args := []any{row, n}
	count := 0
	for i := 0; i+1 < len(e.says); i++ {
		if e.says[i] == '%' {
			count++
		}
	}
	return name + ": " + fmt.Sprintf(e.says, args[:count]...)
}
