package smev

import (
	"errors"
	"slices"
)

// MayHaveArrived tells, of the outcome of SendRequest or SendResponse, whether
// the bus may have the message: then it is in doubt, and its id must not be
// replaced without evidence (SPEC.md#messageid). Only two outcomes are certain not to
// have left anything: there was no connection, or the bus refused by a fault
// that it gives before it takes a message.
func MayHaveArrived(err error) bool {
	var (
		fault     *Fault
		transport *TransportError
	)
	switch {
	case errors.As(err, &fault):
		return !slices.Contains(refusing, fault.Class())
	case errors.As(err, &transport):
		return !transport.NotSent
	}
	return true // success too
}

// refusing are the classes of faults after which nothing of the message is kept.
// An internal failure of the bus (ClassRetry) may come at any moment, and of
// what is not known nothing is.
var refusing = []Class{ClassRetryLater, ClassFixData, ClassFixConfiguration, ClassNewID, ClassOperator}
