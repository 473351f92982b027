// Package wsdl describes the SMEV 3 message exchange, schema version 1.3, and
// holds the Go types generated from that description.
//
// The WSDL and XSD files are our own, written from the protocol description in
// the subset of XML Schema that gowsdl v0.5.0 turns into Go that compiles:
// one-line documentation, xs:ID and xs:dateTime and xs:base64Binary behind
// one-member unions (they become strings), no sequence inside a choice, named
// types or references instead of anonymous inner ones.
//
// The types are for reading only. gowsdl's fields carry no namespace and drop
// the content of xs:any, so nothing that is signed is ever written or read back
// through them: signed bytes come from crypto/xmldsig's writer, and primary
// content is taken from the verified bytes. The generated client is not used.
package wsdl

import "embed"

//go:generate go tool gowsdl -d .. -p wsdl -o smev13.go message-exchange-1.3.wsdl

// Version is the version of the message exchange schema the generated types
// belong to; it ends every namespace of the description.
const Version = "1.3"

// Files holds the description itself: message-exchange-1.3.wsdl and the four
// schemas it imports.
//
//go:embed *.wsdl *.xsd
var Files embed.FS
