// Package mis reads the medical information system (МИС): the records the
// gateway keeps ЕГИССО informed of, and what changed in them.
//
// # The contract
//
// The МИС presents views in one schema (egisso_source unless configured
// otherwise): local_measure and fact, and, if it keeps those registers, onmsz,
// organization and presence_point. All begin with
//
//	row_key        text         stable key of the record, unique in the view
//	record_no      text         number people know the record by; null means row_key
//	changed_at     timestamptz  when it changed last
//	changed_xid    xid8         transaction that changed it last; may be left out
//	deleted        boolean      the record is gone; its other columns may be null
//	provider_code  text         provider it is sent for; null means the gateway's own
//
// All but onmsz may have two columns more, for a source whose records were sent to ЕГИССО
// before this gateway ([KnownColumns]):
//
//	egisso_id        uuid   of the record in ЕГИССО, of its accepted version if it has versions
//	egisso_accepted  jsonb  what ЕГИССО accepted, by the names of the columns; null: what the row says
//
// A key has at most 200 bytes and is not personal data (not СНИЛС, say): it is
// shown in the journal, in logs and in errors.
//
// and go on with the record itself: one column per field of egisso.LocalMeasure,
// egisso.Fact and so on, lists as jsonb with the JSON names of those types.
// [Columns] lists them. testdata/mis/03_views.sql and 05_register_views.sql are a
// complete example with a comment on every column.
//
// The queries are in sql/*.sql and can be replaced one by one, see [ReadQueries].
//
// # Nothing is passed by
//
// With changed_xid a pass takes the rows changed by transactions older than the
// oldest one still running, and the next pass goes on from there: a transaction
// that runs for hours is waited for, never skipped. Without changed_xid a pass
// rereads a window of time before the newest change seen; what commits later
// than that is found only by reading everything (the zero [Cursor]).
//
// # One bad row stops nothing
//
// Columns are read as text and parsed here. A value that cannot be understood,
// an obligatory one that is missing, a row the view itself fails on: each
// becomes a finding of its row with the code [CodeRow], and the pass goes on.
// Findings name the column and what is wrong, never the value. A key that is too
// long or not text is replaced by its SHA-256 in such a row. Rows without any key
// come with an empty one, to be counted: nothing can be kept of them.
//
// The package only reads, in read-only transactions, and never keeps a snapshot
// of the source longer than a minute.
package mis
