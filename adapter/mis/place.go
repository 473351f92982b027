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
	c := Cursor{by: p.by, database: p.database, anew: p.place.anew, moved: p.place.moved}
	switch {
	case p.place.everything: // the pass may have been taken up again: its beginning counts
		c.xid, c.at = p.place.xid, p.place.at
	case p.by == byTransaction:
		c.xid = p.bound
	case p.newest.After(p.clock): // a change dated in the future must not hide those made until then
		c.at = p.clock
	default:
		c.at = p.newest
	}
	return c
}
