// Package receiver plays ЕГИССО, the information system behind the bus: it
// keeps the registers of local measures and facts of assignment, checks
// packages by the rules of adapter/egisso/SPEC.md#rule-codes and answers with protocols
// (#protocol-structure).
//
// It reads packages by itself from the XML tree and checks them with code of
// its own: nothing of adapter/egisso, which the gateway writes and checks its
// packages with, could hide a mistake here. Where the official rule code of a
// refusal is not known, the protocol gives none, as the schema allows.
package receiver
