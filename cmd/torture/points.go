package main

// point is a crash point and where it stands.
type point struct {
	name  string
	where string
	short bool
}

// points are all crash points in the order of a record's way. A test compares them
// with the sources. The points of transactions are around every commit of the store;
// those that matter are named here by what the transaction is called.
var points = []point{
	{"collect: rows stored", "jobs/collect.go: rows are stored, how far they reach is not", true},
	{"collect: cursor stored", "jobs/collect.go", false},
	{"before commit: decide on changed rows", "adapter/store/store.go", false},
	{"after commit: decide on changed rows", "adapter/store/store.go", false},
	{"before commit: form a package", "adapter/store/store.go", false},
	{"after commit: form a package", "adapter/store/store.go", true},
	{"sign: package claimed", "jobs/sign.go", false},
	{"sign: package signed", "jobs/sign.go: bytes and MessageID exist in memory only", true},
	{"before commit: store signed package", "adapter/store/store.go", false},
	{"after commit: store signed package", "adapter/store/store.go", false},
	{"send: message claimed", "jobs/send.go", false},
	{"send: file uploaded", "jobs/send_file.go: the file lies in the storage, nobody knows", true},
	{"send: upload noted", "jobs/send_file.go", false},
	{"send: attempt stored", "jobs/send.go: the intent is stored, nothing left", true},
	{"send: message posted", "jobs/send.go: the message left, its fate is not stored", true},
	{"before commit: store delivery of message", "adapter/store/store.go", false},
	{"after commit: store delivery of message", "adapter/store/store.go", false},
	{"receive: reply kept", "jobs/inbox.go: the reply is kept and not read", false},
	{"receive: message taken", "jobs/inbox.go: the answer was taken and is not stored", true},
	{"before commit: store answer", "adapter/store/store.go", false},
	{"after commit: store answer", "adapter/store/store.go", false},
	{"receive: message stored", "jobs/inbox.go", false},
	{"fetch: file claimed", "jobs/fetch.go", false},
	{"fetch: file fetched", "jobs/fetch.go: the one-time login is used up, the file is not stored", true},
	{"fetch: file stored", "jobs/fetch.go", false},
	{"receive: before the acknowledgement", "jobs/inbox.go", false},
	{"receive: acknowledged", "jobs/inbox.go: the bus forgot the answer, we did not note it", true},
	{"receive: acknowledgement noted", "jobs/inbox.go", false},
	{"before commit: apply an answer", "adapter/store/store.go", false},
	{"after commit: apply an answer", "adapter/store/store.go", true},
	{"before commit: store what became of incoming message", "adapter/store/store.go", false},
	{"after commit: store what became of incoming message", "adapter/store/store.go", false},
	{"respond: answer signed", "jobs/respond.go", false},
	{"before commit: store the answer to incoming message", "adapter/store/store.go", false},
	{"after commit: store the answer to incoming message", "adapter/store/store.go", false},
}
