// Package ledger is the simulator's memory of what arrived and what came of it:
// every call and transfer, every attempt to send a message, every record
// accepted or refused, every answer delivered and acknowledged.
//
// It is what crash tests are judged by: after a gateway was killed and
// restarted any number of times, Violations must be empty (nothing was sent
// twice) and Accepted must be one for every record of the source (nothing is
// missing).
//
// With a file the ledger is kept as JSON lines, one line per event, appended
// and fsynced before the event takes effect for anybody else, and read back at
// start, so that the simulator itself may be killed too. A line cut off by a
// kill is dropped: its event did not happen. The file holds what the bus needs
// to go on, contents of messages and attachments in them included.
package ledger
