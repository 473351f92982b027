// Package wire writes and reads the documents that go to ЕГИССО and come from it: packages of
// elements, protocols and other answers, the classifier of measures.
//
//	layout.go    how elements stand in messages: a row for each register, in its file
//	package.go   packages; write.go and decode.go have the values of the schemas
//	protocol.go  protocols, read by local names; protocol_version.go compares with the schemas
//
// In what versions of a kind of information differ is data of egisso.Version: writers and
// readers ask it, none of them compares numbers. Documents we might have written are read as
// strictly as the XSD does, what ЕГИССО answers is understood if it can be. Errors name places,
// never values.
package wire
