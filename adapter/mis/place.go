package mis

import "strconv"

// after returns the place after the row. A row whose key is no text, or one dated
// infinity, has none.
func (p *pass) after(row *sourceRow) (next Cursor, placed bool) {
	if !row.placed() {
		return Cursor{}, false
	}
	next = p.place
	var err error
	switch {
	case next.everything:
	case p.by == byTransaction:
		next.xid, err = strconv.ParseUint(row.position, 10, 64)
	default:
		next.at, err = parseTime(row.position)
	}
	next.key, next.inside = row.sourceKey, true
	return next, err == nil
}

// resumable reports whether a pass that was left at the row, the last one of a
// page, would go on behind it.
func (p *pass) resumable(row *sourceRow) bool {
	_, placed := p.after(row)
	return placed
}

// next is the cursor after a pass that read everything there was.
func (p *pass) next() Cursor {
	switch {
	case p.place.everything && p.by == byTransaction:
		// The pass may have been taken up again: its beginning counts.
		return Cursor{by: byTransaction, xid: p.place.xid, anew: p.place.anew}
	case p.by == byTransaction:
		return Cursor{by: byTransaction, xid: p.bound}
	case p.place.everything:
		return Cursor{by: byTime, at: p.place.at, anew: p.place.anew}
	case p.newest.After(p.clock):
		// A change dated in the future must not hide those made until then.
		return Cursor{by: byTime, at: p.clock}
	default:
		return Cursor{by: byTime, at: p.newest}
	}
}
