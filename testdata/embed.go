// Package testdata holds files used by tests and by the demo, embedded so that
// the demo needs nothing but the program.
package testdata

import "embed"

// MIS is the SQL of the reference medical information system: its tables, the
// log of changes and the views of the source contract, to be run in the order
// of the file names.
//
//go:embed mis/*.sql
var MIS embed.FS

// MIS2 is the second reference medical information system: the SQL of its tables and people, and the
// answers out of which its views are written.
//
//go:embed mis2
var MIS2 embed.FS
