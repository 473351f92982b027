// Package bus is what the jobs know of the bus between the gateway and ЕГИССО:
// messages that are built once and sent as often as needed, queues that bring
// messages and want acknowledgements, a storage of files, and errors that say what
// to do. What carries it, and in which form, is a transport's business: package smev
// is one, and the tests of the jobs have another.
package bus
