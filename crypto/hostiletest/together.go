package hostiletest

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"io"
	"os"
	"strconv"
	"testing"
)

// pair is what one row costs with N and with 4N bytes.
type pair struct{ Small, Large cost }

// together measures the rows in as few processes as will do: starting one takes longer than most
// rows. Memory of the Go runtime only grows, so that a peak that is not too high after a row
// was not before; after one that is, the row begins a process of its own.
func together(t *testing.T, rows []Row) []pair {
	t.Helper()
	dir := t.TempDir()
	for i, r := range rows {
		if small, large := r.sizes(); r.Outside {
			r.write(t, dir, i, small)
			r.write(t, dir, i, large)
		}
	}
	var found []pair
	for len(found) < len(rows) {
		begun := len(found)
		start(t, dir, func(report *json.Decoder) error {
			found = found[:0]
			for {
				var p pair
				switch err := report.Decode(&p); {
				case errors.Is(err, io.EOF) && len(found) > begun:
					return nil
				case err != nil:
					return err
				}
				found = append(found, p)
			}
		}, fromVariable+"="+strconv.Itoa(begun))
	}
	return found
}

// measuredFrom is what happens in a process of together: the rows from that one on, as long as
// their peaks tell something.
func measuredFrom(t *testing.T, rows []Row, first int) {
	t.Helper()
	dir := os.Getenv(dirVariable)
	for i := first; i < len(rows); i++ {
		crowded := false
		passed := t.Run(rows[i].Name, func(t *testing.T) {
			p := rows[i].costsOfBoth(t, dir, i)
			if crowded = i > first && rows[i].exceeds(p); !crowded {
				report(t, dir, p)
			}
		})
		if crowded || !passed {
			return
		}
	}
}

// costsOfBoth reads the row's input of both sizes; where that is the same, once.
func (r Row) costsOfBoth(t *testing.T, dir string, number int) pair {
	t.Helper()
	n, n4 := r.sizes()
	input := r.read(t, dir, number, n)
	sum, small := sha256.Sum256(input), r.costs(t, input)
	if input = r.read(t, dir, number, n4); sha256.Sum256(input) == sum {
		return pair{small, small}
	}
	return pair{small, r.costs(t, input)}
}
