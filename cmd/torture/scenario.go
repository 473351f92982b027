package main

import (
	"context"
	"time"

	"egissogw/cmd/torture/world"
)

// Scenario is one bad day.
type Scenario struct {
	Name    string
	Happens string // what happens
	Holds   string // what must hold besides the invariants of package judge
	Asks    string // who may be asked to do something, and what; "" nobody

	Facts    int  // prescriptions of the МИС
	Gateways int  // running beside each other
	Defects  bool // some prescriptions are wrong from the beginning
	Short    bool // one of the quickest of its kind
	// ShortFacts is how many there are in the short form; at most 100 if 0.
	ShortFacts int
	// Awaits says what the program does not do yet: the scenario is expected to
	// fail, and must be unmarked once it passes.
	Awaits string
	// Resent: the gateway lost its memory, elements may come to ЕГИССО again.
	Resent bool
	Limit  time.Duration // of the whole scenario; defaultLimit if 0
	// Still is how long nothing may move before the judge's word is final even if it
	// is bad; standstill if 0.
	Still time.Duration
	Needs []need // what the machine must have
	// Within is how soon after the trouble everything must be done; whenever if 0.
	Within time.Duration
	Builds []string // variants of the program it uses besides the product
	World  func(*world.Options)
	Play   func(context.Context, *play) error
}

const defaultLimit = 4 * time.Minute

// play is a scenario being played.
type play struct {
	*world.World
	scenario Scenario
	short    bool
	seed     uint64
	settled  int             // how often everything came to rest before the end
	calm     time.Time       // when the trouble ended
	asked    int             // what a person did
	outside  map[string]bool // rows, as «fact/KEY», that are not to be sent, and say why
	note     []string        // what the report shall say
}

// much is the size of something in the long and in the short form.
func (p *play) much(long, short int) int {
	if p.short {
		return short
	}
	return long
}

// calmed notes that from now on nothing is in the way.
func (p *play) calmed() { p.calm = time.Now() }
