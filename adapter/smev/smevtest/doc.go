// Package smevtest is an honest simulator of the bus (СМЭВ 3) and of the
// information system behind it (ЕГИССО), stricter than the real ones.
//
// A Bus listens for SOAP on loopback and runs a real FTP server for the file
// storage. It speaks the schema versions 1.1, 1.2 and 1.3, each at its own path,
// and does all their operations. It checks what arrives in the order of
// adapter/smev/SPEC.md#order-of-checks, verifies every signature with code of its own, keeps queues with acknowledgement and redelivery, answers packages
// with protocols (package receiver) and writes everything down in a ledger
// (package ledger), which crash tests are judged by.
//
// What it verifies shares nothing with what the gateway signs with: the tree
// comes from crypto/xmlsafe, the transform is written a second time in
// normal.go, SignedInfo is canonicalised by goxmldsig, and only the curve
// arithmetic (gost3410.PublicKey.Verify) and the hash are common, which
// OpenSSL's vectors vouch for. Its own replies are signed over the general
// transform of the finished tree.
//
// What a test can ask for:
//
//   - Script and Rule: trouble with the next calls of an operation; Chaos:
//     trouble of all kinds at random, decided by a seed;
//   - Bus.Push: broadcasts, requests and cancellations for GetRequest, and
//     answers of any content, with files of any size;
//   - strangers: Rule.Stranger answers our messages under another name, AnswerFrom and
//     StatusFrom speak in ЕГИССО's and the bus's place, Rule.Impostor signs as the bus
//     with another key (Authority issues both), Push.From broadcasts and asks;
//     Bus.RenameReceiver and Rename give ЕГИССО another mnemonic in the middle of a run;
//   - Bus.SetOutage and Downtime: no bus at all for a while; Clock: hours that
//     pass in a moment;
//   - Bus.Pause, Options.Quota, QueueLimit and Rate: a bus that takes no more;
//   - CabinetPath and PushPath: what people do by hand, packages uploaded in
//     the provider's cabinet and broadcasts at a moment of one's choice;
//   - Bus.Ledger: every call, message, answer and transfer afterwards, and what
//     a correct gateway would not have done (Ledger.Violations);
//   - Bus.WaitIdle and WaitAcked: conditions to wait for.
package smevtest
