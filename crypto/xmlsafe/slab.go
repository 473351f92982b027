package xmlsafe

// slab hands out small slices cut from larger allocations, which grow from
// modest to generous so that small documents stay small.
type slab[T any] struct {
	free []T
	next int
}

const (
	slabFirst = 8
	slabMost  = 1024
)

// take gives n zero values, full: appending to them never reaches neighbours.
func (s *slab[T]) take(n int) []T {
	if n == 0 {
		return nil
	}
	if n > len(s.free) {
		s.next = min(max(2*s.next, slabFirst), slabMost)
		if n >= s.next/4 && n > slabFirst {
			return make([]T, n)
		}
		s.free = make([]T, s.next)
	}
	cut := s.free[:n:n]
	s.free = s.free[n:]
	return cut
}

// copyOf gives a copy of items taken from the slab.
func (s *slab[T]) copyOf(items []T) []T {
	c := s.take(len(items))
	copy(c, items)
	return c
}
