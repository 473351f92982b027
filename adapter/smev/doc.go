// Package smev talks to SMEV 3, the bus between state information systems: it
// builds and signs the calls of a consumer (SendRequest, GetResponse, Ack and
// their relatives), posts them, verifies and reads the replies, puts files into
// the bus's file storage and says of every fault what a caller should do.
//
// Three schema versions (1.1, 1.2, 1.3) share one code; what differs is data in
// the Version table. Nothing here keeps state: ids, bytes and attempts belong
// to the caller, who stores a message before it is sent and posts the same bytes
// as often as needed. What to do about an outcome is answered by pure functions:
// Classify, MayHaveArrived, ChooseCarriage.
//
// Files travel inside a message or through the file storage. They are streamed,
// never held; Fetch and Attachment.Check verify hash and signature before a file
// may be used.
//
// Bytes that are signed are written once by crypto/xmldsig's writer and never
// re-marshalled. Replies are read strictly, the signature of the bus is checked
// on exactly the element that is used, and only then are values taken from it:
// the envelope's through the types generated in package wsdl, primary content as
// the bytes that were verified.
//
// SPEC.md describes the protocol this package follows, with its sources and how
// certain each point is; comments cite its headings.
package smev
