package smev

import "sync/atomic"

// Passive is how a data connection is asked for: by EPSV (RFC 2428) or PASV (RFC 959).
type Passive string

// Ways to ask for a data connection. A firewall may open only the ports it reads in the
// replies to one of them.
const (
	PassiveAuto Passive = "auto" // EPSV, and the other one after a data connection that failed
	PassiveEPSV Passive = "epsv" // EPSV; a server that does not know it is asked by PASV
	PassivePASV Passive = "pasv"
)

// passiveWay remembers which way leads through the firewall.
type passiveWay struct {
	wanted Passive
	other  atomic.Bool // PASV, where nothing is set
}

// pasv tells whether the next session asks by PASV alone.
func (w *passiveWay) pasv() bool {
	switch w.wanted {
	case PassiveEPSV:
		return false
	case PassivePASV:
		return true
	}
	return w.other.Load()
}

// failed notes that a data connection could not be made in a session of that way.
func (w *passiveWay) failed(pasv bool) { w.other.CompareAndSwap(pasv, !pasv) }
