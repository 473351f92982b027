// Package world builds what a scenario plays in: a private PostgreSQL with the
// reference МИС and the gateway's database, the simulator of the bus and of
// ЕГИССО, and real processes of the gateway, which it starts, stops, freezes and
// kills.
//
// It knows the gateway only from outside: its command line, its environment, its
// public views. Everything it starts ends with it, however it ends, and its folder
// goes away.
package world
