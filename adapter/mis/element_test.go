package mis

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/wire"
)

// variants are records that have elements the good one and those of the tables
// have not.
var variants = map[egisso.Register][]map[string]string{
	egisso.RegisterFact:         {{"measure_code": "", "okei_code": "796"}},
	egisso.RegisterOrganization: {{"registration_series": "", "registration_number": ""}},
}

// TestElementsAreThoseTheGatewayWrites: every element a table names is one that
// stands in a package made of a record of the source.
func TestElementsAreThoseTheGatewayWrites(t *testing.T) {
	for _, v := range views {
		paths := pathSet{seen: map[string]bool{}}
		records := append([]map[string]string{nil}, variants[v.register]...)
		for _, f := range tables[v.register] {
			records = append(records, f.in)
		}
		for _, other := range records {
			row := readRow(t, v, record(v, other))
			if len(row.Findings) > 0 {
				t.Fatalf("%s: %v", v.name, row.Findings)
			}
			for _, p := range packages(row) {
				if err := wire.WritePackage(&paths, &p, p.Register.Version()); err != nil {
					t.Fatalf("%s: %v", v.name, err)
				}
			}
		}
		for _, f := range tables[v.register] {
			if f.element != "" && !strings.HasPrefix(f.element, "ending/") && !paths.has(f.element) {
				t.Errorf("%s: %s is said to become %s, which is not written", v.name, f.path, f.element)
			}
		}
	}
}

// packages are what is sent of the row.
func packages(r Row) (sent []egisso.Package) {
	for _, e := range elements(r.Record) {
		sent = append(sent, egisso.Package{ID: uuid.New(), Register: e.ElementKind().Register(), Elements: []egisso.Element{e}})
	}
	return sent
}

func elements(r egisso.Record) []egisso.Element {
	now := time.Date(2025, time.March, 1, 0, 0, 0, 0, time.UTC)
	switch x := r.(type) {
	case *egisso.LocalMeasure:
		x.ID, x.LastChanging = uuid.New(), now
		x.Categories[0].ID = uuid.New()
		return []egisso.Element{x}
	case *egisso.Fact:
		x.ID, x.MeasureID, x.CategoryID = uuid.New(), uuid.New(), uuid.New()
		return []egisso.Element{x}
	case *egisso.Organization:
		x.ID, x.LastChanging = uuid.New(), now
		x.Points[0].Measures[0].ID = uuid.New()
		return []egisso.Element{x}
	case *egisso.PresencePoint:
		x.ID, x.LastChanging = uuid.New(), now
		for i := range x.Measures {
			x.Measures[i].ID = uuid.New()
		}
		return []egisso.Element{x}
	case *egisso.Participant:
		insertion := x.Application(uuid.New(), egisso.MoveNew, nil)
		x.OSZCode = "0042.000001"
		exclusion := x.Application(uuid.New(), egisso.MoveInvalidate, nil)
		return []egisso.Element{&insertion, &exclusion}
	}
	return nil
}

// pathSet is a Writer that notes the paths of elements.
type pathSet struct {
	open []string
	seen map[string]bool
}

func (s *pathSet) Start(_, local string) {
	s.open = append(s.open, local)
	s.seen["/"+strings.Join(s.open, "/")] = true
}

func (s *pathSet) Element(space, local, _ string) {
	s.Start(space, local)
	s.End()
}

func (s *pathSet) Text(string) {}

func (s *pathSet) End() { s.open = slices.Delete(s.open, len(s.open)-1, len(s.open)) }

// has reports whether an element's path ends so.
func (s *pathSet) has(path string) bool {
	for seen := range s.seen {
		if strings.HasSuffix(seen, "/"+path) {
			return true
		}
	}
	return false
}
