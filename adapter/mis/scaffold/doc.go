// Package scaffold writes the SQL by which a МИС of any shape fulfils the source contract: its
// views, the role that reads them and, if asked, the log of changes. It is made of answers in a
// small file and of what the catalogue of the МИС's database says of tables, types and keys.
//
// Nothing of it is executed here: the SQL is for the administrator of the МИС. Names come from
// the answers only where the catalogue knows them, and every one is quoted; values are literals.
//
// What cannot be written is a [Problem]: where, what, and what to do. The same answers and the
// same catalogue give the same text, and what it makes may be made again.
package scaffold
