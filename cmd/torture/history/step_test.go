package history

import (
	"fmt"
	"math/bits"
	"strings"

	"pgregory.net/rapid"
)

// settings are how a gateway is set in a history, and what it begins with.
type settings struct {
	Records    int  // in a package at most
	Whole      bool // the МИС keeps all registers
	Settled    bool // everything is accepted before the history begins
	SendPeople bool // changes of people go without asking
	Lax        bool // ЕГИССО is asked what a local rule would hold
}

// step is one step of a history. Which of the numbers mean something depends on what
// it does.
type step struct {
	Do      string
	Edit    string
	Row, N  int
	Stage   stage
	Call    int
	Late    bool
	Skip    int
	Trouble string
}

// history is what is played.
type history struct {
	Settings settings
	Steps    []step
}

// Steps beside edits.
const (
	doEdit    = "edit"
	doStage   = "stage"
	doAll     = "all"
	doAmid    = "amid"    // an edit in the middle of a stage
	doCrash   = "crash"   // in the middle of a stage
	doTrouble = "trouble" // of the bus
	doWait    = "wait"
	doOutage  = "outage"
	doPause   = "pause"
	doSwitch  = "switch"
	doBegin   = "begin" // a transaction of the МИС that stays open
	doEnd     = "end"
	doPerson  = "person" // who decides what waits for a person
)

// deeds are what a history draws from, the common ones more often.
var deeds = []string{
	doEdit, doEdit, doEdit, doEdit, doEdit, doEdit, doEdit, doEdit, doEdit, doEdit, doEdit, doEdit, doEdit, doEdit,
	doStage, doStage, doStage, doAll, doAll, doAll, doAmid, doAmid, doCrash, doCrash, doCrash,
	doTrouble, doTrouble, doTrouble, doTrouble, doWait, doWait, doOutage, doPause, doSwitch, doBegin, doEnd, doPerson,
}

var stages = []stage{read, pack, send, take, reconcile, watch}

var waits = []string{"1m", "20m", "20m", "20m", "3h", "26h"}

var outages = []string{"", "reset", "unavailable", "failure"}

// draw draws a history. What is drawn depends on nothing but the seed.
func draw(t *rapid.T) history {
	return history{
		Settings: settings{
			Records: rapid.IntRange(1, 4).Draw(t, "records"), Whole: rapid.Bool().Draw(t, "whole"), Settled: rapid.Bool().Draw(t, "settled"),
			SendPeople: rapid.Bool().Draw(t, "people"), Lax: rapid.Bool().Draw(t, "lax"),
		},
		Steps: rapid.SliceOfN(rapid.Custom(drawStep), 2, 24).Draw(t, "steps"),
	}
}

func drawStep(t *rapid.T) step {
	return step{
		Do: deeds[among(t, len(deeds))], Edit: usual[among(t, len(usual))], Row: among(t, 10), N: among(t, 10),
		Stage: stages[among(t, len(stages))], Call: 1 + among(t, 40), Late: among(t, 2) == 1, Skip: among(t, 4), Trouble: likely[among(t, len(likely))],
	}
}

// among draws a number less than n. All are as likely, while rapid's own numbers are
// small ones mostly.
func among(t *rapid.T, n int) (drawn int) {
	for range bits.Len(uint(n-1)) + 2 {
		drawn <<= 1
		if rapid.Bool().Draw(t, "bit") {
			drawn |= 1
		}
	}
	return drawn % n
}

func (h history) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%+v\n", h.Settings)
	for i, s := range h.Steps {
		fmt.Fprintf(&b, "%3d. %s\n", i+1, s)
	}
	return b.String()
}

// GoString is how rapid shows a history.
func (h history) GoString() string { return "\n" + h.String() }

func (s step) String() string {
	switch s.Do {
	case doEdit:
		return told(s.Edit, s.Row, s.N)
	case doStage:
		return "the gateway does: " + string(s.Stage)
	case doAll:
		return "the gateway does everything"
	case doAmid:
		return fmt.Sprintf("the gateway does: %s; before its call %d of the database, %s", s.Stage, s.Call, told(s.Edit, s.Row, s.N))
	case doCrash:
		when := "before"
		if s.Late {
			when = "after"
		}
		return fmt.Sprintf("the gateway does: %s; it crashes %s its call %d of the database", s.Stage, when, s.Call)
	case doTrouble:
		return fmt.Sprintf("the bus is going to make trouble: %s, after %d calls", s.Trouble, s.Skip)
	case doWait:
		return waits[s.N%len(waits)] + " pass"
	case doOutage:
		return fmt.Sprintf("the bus is down: %q", outages[s.N%len(outages)])
	case doPause:
		return [...]string{"ЕГИССО works again", "ЕГИССО stops working"}[s.N%2]
	case doSwitch:
		return [...]string{"the service is switched on", "the service is switched off"}[s.N%2]
	case doBegin:
		return "a transaction of the МИС begins and stays open"
	case doEnd:
		return [...]string{"the transaction of the МИС commits", "the transaction of the МИС is rolled back"}[s.N%2]
	case doPerson:
		return [...]string{"a person lets changes of people go", fmt.Sprintf("a person tries held row %d again", s.Row)}[s.N%2]
	}
	return s.Do
}
