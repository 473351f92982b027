package mis

import (
	"fmt"
	"strings"
	"time"

	"egissogw/adapter/egisso"
)

// CodeRow is the code of findings about rows that cannot be read.
const CodeRow = "L-ROW"

// Row is one record as the source shows it now.
type Row struct {
	Key       string    // stable key; empty for rows that have none, which cannot be told apart
	RecordNo  string    // number shown to people, Key if the source gives none
	ChangedAt time.Time // zero if the source does not say
	Deleted   bool      // gone from the source: it shows no record

	// Provider is the participant code of the provider the record is sent for
	// (adapter/egisso/SPEC.md#carriage), empty for the gateway's own. A deleted row need not
	// name it again.
	Provider string

	// Record is what the row says, a pointer to a type of the register read; nil if the
	// row is deleted or has findings.
	Record egisso.Record

	// Known is what the source says ЕГИССО holds of it already, nil if it says nothing. Of a
	// deleted row it may be said, too.
	Known *Known

	// Findings say why the row cannot be read. All are errors with CodeRow; Field
	// is the column.
	Findings []egisso.Finding

	// Next is where a pass goes on after this row: a caller that has stored it and
	// all rows before it may begin there if it does not come to the pass's end.
	Next Cursor
}

// finding is a finding about a row that cannot be read.
func finding(column, text string) egisso.Finding {
	return egisso.Finding{Code: CodeRow, Severity: egisso.Error, Field: column, Text: text}
}

// report adds a finding about a column.
func (r *Row) report(column, title, text string) {
	if title != "" {
		title = " (" + title + ")"
	}
	r.Findings = append(r.Findings, finding(column, "столбец "+column+title+": "+text))
}

// technical are the columns every view begins with. changed_xid is not read as
// such: the pass orders by it.
var technical = []Column{
	{Name: "row_key", Type: Text, Required: true, Title: "ключ записи"},
	{Name: "record_no", Type: Text, Title: "номер записи"},
	{Name: "changed_at", Type: Timestamp, Required: true, Title: "время изменения"},
	{Name: "changed_xid", Type: Transaction, Title: "транзакция изменения"},
	{Name: "deleted", Type: Boolean, Required: true, Title: "признак удаления"},
	{Name: "provider_code", Type: Text, Title: "код поставщика, от имени которого передаётся запись"},
}

// checkMoment reports a moment that cannot be sent as lastChanging: tTimestamp of
// basic/2.3.0 begins with the year 2000. What the source does not give is
// changed_at.
func checkMoment(row *Row, lastChanging time.Time) {
	column, moment := "last_changing", lastChanging
	if moment.IsZero() {
		column, moment = "changed_at", row.ChangedAt
	}
	const moscow = 3 * time.Hour // the zone it is written in
	if year := moment.UTC().Add(moscow).Year(); !moment.IsZero() && (year < 2000 || year > 2999) {
		row.report(column, "", "передаётся в ЕГИССО как дата последнего изменения: год должен быть от 2000 до 2999")
	}
}

// view is one view of the contract.
type view struct {
	register egisso.Register
	name     string
	optional bool     // a site need not keep the register
	example  string   // file that shows how to write the view
	columns  []Column // all of them, the technical ones first

	// bind returns the function that reads rows with these column names.
	bind func(names []string) (func(values [][]byte) sourceRow, error)
}

// sourceRow is a Row and its place in the order of the pass.
type sourceRow struct {
	Row
	sourceKey string // the key as the source has it; Key may be a substitute
	position  string // the transaction or moment as text, "" in a pass over everything
	repeated  bool   // its key came more than once
}

// spoil makes the row one that cannot be read, for one reason only.
func (r *sourceRow) spoil(reason egisso.Finding) {
	r.Row = Row{Key: r.Key, RecordNo: r.RecordNo, ChangedAt: r.ChangedAt, Provider: r.Provider, Findings: []egisso.Finding{reason}}
}

// views of the contract, in the order the registers are sent.
var views = []*view{
	newView(egisso.RegisterParticipant, "onmsz", participantColumns, nil,
		func(p *egisso.Participant) egisso.Record { return p }).inAddition(),
	newView(egisso.RegisterMeasure, "local_measure", measureColumns, finishMeasure,
		func(m *egisso.LocalMeasure) egisso.Record { return m }),
	newView(egisso.RegisterPoint, "presence_point", pointColumns, finishPoint,
		func(p *pointRow) egisso.Record { return &p.PresencePoint }).inAddition(),
	newView(egisso.RegisterOrganization, "organization", organizationColumns, finishOrganization,
		func(o *organizationRow) egisso.Record { return &o.Organization }).inAddition(),
	newView(egisso.RegisterFact, "fact", factColumns, nil,
		func(f *egisso.Fact) egisso.Record { return f }),
}

// inAddition marks the view as one a site need not have.
func (v *view) inAddition() *view {
	v.optional, v.example = true, optionalExample
	return v
}

func viewOf(register egisso.Register) (*view, error) {
	for _, v := range views {
		if v.register == register {
			return v, nil
		}
	}
	return nil, fmt.Errorf("the source has no register %q", register)
}

// Columns returns the columns of the view that holds the register, as the
// contract wants them, or nil for an unknown register.
func Columns(register egisso.Register) []Column {
	v, err := viewOf(register)
	if err != nil {
		return nil
	}
	return append([]Column(nil), v.columns...)
}

// newView makes a view of records of type T. finish, which may be nil, checks
// the record as a whole; record is what is made of it.
func newView[T any](register egisso.Register, name string, columns []column[T],
	finish func(*T, *Row), record func(*T) egisso.Record) *view {

	v := &view{register: register, name: name, example: obligatoryExample, columns: append([]Column(nil), technical...)}
	for _, c := range columns {
		v.columns = append(v.columns, c.Column)
	}
	v.bind = func(names []string) (func([][]byte) sourceRow, error) {
		head, places, err := places(v, names)
		if err != nil {
			return nil, err
		}
		return func(values [][]byte) sourceRow {
			row := head.read(values)
			readID(&row.Row, head.value(values, head.knownID))
			readAccepted(&row.Row, head.value(values, head.accepted), columns, finish, record)
			if row.Deleted {
				row.Findings = nil
				return row
			}
			read := new(T)
			for i, c := range columns {
				if problem := c.decode(read, values[places[i]]); problem != "" {
					row.report(c.Name, c.Title, problem)
				}
			}
			if finish != nil {
				finish(read, &row.Row)
			}
			if len(row.Findings) == 0 {
				row.Record = record(read)
				checkCategories(&row.Row)
			}
			if len(row.Findings) > 0 {
				row.Record = nil
			}
			return row
		}, nil
	}
	return v
}

// head are the places of the technical columns in a result, and of those about what ЕГИССО
// holds, -1 where there are none.
type head struct{ key, number, changedAt, position, deleted, provider, knownID, accepted int }

// value is the value at a place.
func (h head) value(values [][]byte, place int) []byte {
	if place < 0 {
		return nil
	}
	return values[place]
}

// places finds the columns of the contract among the names of a result.
func places(v *view, names []string) (head, []int, error) {
	at := make(map[string]int, len(names))
	for i, name := range names {
		at[name] = i
	}
	var missing []string
	place := func(name string) int {
		i, ok := at[name]
		if !ok {
			missing = append(missing, name)
		}
		return i
	}
	optional := func(c Column) int {
		if i, ok := at[c.Name]; ok && v.knows() {
			return i
		}
		return -1
	}
	h := head{
		knownID: optional(knownColumns[0]), accepted: optional(knownColumns[1]),
		key: place("row_key"), number: place("record_no"), changedAt: place("changed_at"),
		position: place("position"), deleted: place("deleted"), provider: place("provider_code"),
	}
	var rest []int
	for _, c := range v.columns[len(technical):] {
		rest = append(rest, place(c.Name))
	}
	if len(missing) > 0 {
		return head{}, nil, fmt.Errorf("the query %s.sql does not return: %s", v.name, strings.Join(missing, ", "))
	}
	return h, rest, nil
}

// read reads the technical columns.
func (h head) read(values [][]byte) sourceRow {
	row := sourceRow{position: string(values[h.position])}
	row.identify(string(values[h.key]))
	row.RecordNo = strings.TrimSpace(string(values[h.number]))
	problem := badName(row.RecordNo)
	if problem == "" && len(row.RecordNo) > numberBytes {
		problem = fmt.Sprintf("длиннее %d байт", numberBytes)
	}
	if problem != "" {
		row.RecordNo = ""
		row.report("record_no", "номер записи", problem)
	}
	if row.RecordNo == "" {
		row.RecordNo = row.Key
	}
	switch string(values[h.deleted]) {
	case "true":
		row.Deleted = row.Key != ""
	case "false":
	default:
		row.report("deleted", "признак удаления", "не заполнено")
	}
	var err error
	if row.ChangedAt, err = parseTime(string(values[h.changedAt])); err != nil {
		row.ChangedAt = time.Time{}
		row.report("changed_at", "время изменения", "не заполнено или вне 0001–9999 годов")
	}
	switch code := strings.TrimSpace(string(values[h.provider])); {
	case code == "" || egisso.ParticipantCodeFormat(code) == "":
		row.Provider = code
	default:
		row.report("provider_code", "код поставщика", "должен быть вида NNNN.NNNNNN, как выдан при регистрации")
	}
	return row
}
