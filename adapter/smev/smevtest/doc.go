// Package smevtest is an honest simulator of the bus (СМЭВ 3) and of the
// information system behind it (ЕГИССО), stricter than the real ones.
//
// A Bus listens for SOAP on loopback and runs a real FTP server for the file
// storage. It checks what arrives in the order of spec/smev3.md (c, "Simulator
// checklist"), verifies every signature with code of its own, keeps queues
// with acknowledgement and redelivery, answers packages with protocols (package
// receiver) and writes everything down in a ledger (package ledger), which
// crash tests are judged by.
//
// What it verifies shares nothing with what the gateway signs with: the tree
// comes from crypto/xmlsafe, the transform is written a second time in
// normal.go, SignedInfo is canonicalised by goxmldsig, and only the curve
// arithmetic (gost3410.PublicKey.Verify) and the hash are common, which
// OpenSSL's vectors vouch for. Its own replies are signed over the general
// transform of the finished tree.
//
// Trouble is made on demand: see Script.
package smevtest
