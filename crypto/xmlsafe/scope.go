package xmlsafe

// Scope is a stack of named values, inner ones hiding outer ones of the same
// name. Looking one up takes about the same time however many there are.
type Scope[V any] struct {
	entries []scopeEntry[V]
	// deep finds the innermost entry of a name among those beyond few.
	deep map[string]int
}

type scopeEntry[V any] struct {
	name   string
	value  V
	hidden int // the entry of the same name before this one, -1 if none
}

// few entries are searched faster than hashed.
const few = 16

// Len is the number of entries, for Cut.
func (s *Scope[V]) Len() int { return len(s.entries) }

// At gives an entry, from 0.
func (s *Scope[V]) At(i int) (name string, value V) { return s.entries[i].name, s.entries[i].value }

// Bind adds an entry.
func (s *Scope[V]) Bind(name string, value V) {
	entry := scopeEntry[V]{name, value, -1}
	if n := len(s.entries); n >= few {
		if s.deep == nil {
			s.deep = make(map[string]int)
		}
		if before, ok := s.deep[name]; ok {
			entry.hidden = before
		}
		s.deep[name] = n
	}
	s.entries = append(s.entries, entry)
}

// Cut removes all entries but the first n.
func (s *Scope[V]) Cut(n int) {
	for i := len(s.entries) - 1; i >= n && i >= few; i-- {
		if e := &s.entries[i]; e.hidden >= 0 {
			s.deep[e.name] = e.hidden
		} else {
			delete(s.deep, e.name)
		}
	}
	s.entries = s.entries[:n]
}

// Lookup gives the value of the innermost entry of that name.
func (s *Scope[V]) Lookup(name string) (value V, ok bool) {
	last := len(s.entries) - 1
	if last >= few {
		if i, ok := s.deep[name]; ok {
			return s.entries[i].value, true
		}
		last = few - 1
	}
	for i := last; i >= 0; i-- {
		if s.entries[i].name == name {
			return s.entries[i].value, true
		}
	}
	return value, false
}
