// Package wsdl describes the SMEV 3 message exchange, schema versions 1.1, 1.2
// and 1.3, and holds the Go types generated from the description of 1.3; those of
// the other two are in testdata.
//
// The WSDL and XSD files are our own, written from the protocol description in
// the subset of XML Schema that gowsdl v0.5.0 turns into Go that compiles:
// one-line documentation, xs:ID and xs:dateTime and xs:base64Binary behind
// one-member unions (they become strings), no sequence inside a choice, named
// types or references instead of anonymous inner ones. For 1.1 and 1.3 tests hold
// them against the operator's schemas; of 1.2 none was at hand, and ours follows
// what is known of it (adapter/smev/SPEC.md#versions).
//
// The types are for reading only. gowsdl's fields carry no namespace and drop
// the content of xs:any, so nothing that is signed is ever written or read back
// through them: signed bytes come from crypto/xmldsig's writer, and primary
// content is taken from the verified bytes. The generated client is not used.
//
// One set of types reads every version. That of 1.3 is used, because what the
// others have more is nothing a consumer reads (MessageBroker, DestinationName,
// SupplementaryData) or stands outside the shared tree (Cancel, QueueStatistics);
// three sets would mean three copies of the reading code for no value gained. The
// other two sets show that their descriptions can be generated from, and tests of
// adapter/smev hold what is read through 1.3 against them.
package wsdl

import "embed"

//go:generate go tool gowsdl -d .. -p wsdl -o smev13.go message-exchange-1.3.wsdl
//go:generate go tool gowsdl -d testdata -p smev12 -o smev12.go message-exchange-1.2.wsdl
//go:generate go tool gowsdl -d testdata -p smev11 -o smev11.go message-exchange-1.1.wsdl

// Version is the version of the message exchange schema the types of this
// package belong to; it ends every namespace of its description.
const Version = "1.3"

// Files holds the descriptions themselves: for each version V a
// message-exchange-V.wsdl with types-V.xsd, basic-V.xsd and faults-V.xsd, and
// routing-1.3.xsd.
//
//go:embed *.wsdl *.xsd
var Files embed.FS
