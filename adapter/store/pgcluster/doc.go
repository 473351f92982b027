// Package pgcluster runs a private PostgreSQL server in a directory of its own:
// what "egissogw demo" and the tests need instead of an installed database.
//
// The server listens on a free loopback port (password, SCRAM) and on a unix
// socket inside its directory (which only its owner can enter). It works for an
// ordinary user, and for root, where initdb and postgres, which refuse to run
// with root's rights, run as the user "postgres" of the Debian package.
//
// A server never outlives the process that started it: the kernel sends it
// SIGINT (PostgreSQL's fast shutdown) when the parent dies, however it dies.
// What a killed parent could not remove, the next Start removes.
//
// The package is for Linux. It is not for production databases.
package pgcluster
