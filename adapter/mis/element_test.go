package mis

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"egissogw/adapter/egisso"
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
				if err := p.Write(&paths); err != nil {
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
func packages(r Row) []egisso.Package {
	now := time.Date(2025, time.March, 1, 0, 0, 0, 0, time.UTC)
	p := egisso.Package{ID: uuid.New()}
	switch {
	case r.Measure != nil:
		m := *r.Measure
		m.ID, m.LastChanging = uuid.New(), now
		m.Categories[0].ID = uuid.New()
		p.Register, p.Measures = egisso.RegisterMeasure, []egisso.LocalMeasure{m}
	case r.Fact != nil:
		f := *r.Fact
		f.ID, f.MeasureID, f.CategoryID = uuid.New(), uuid.New(), uuid.New()
		p.Register, p.Facts = egisso.RegisterFact, []egisso.Fact{f}
	case r.Organization != nil:
		o := *r.Organization
		o.ID, o.LastChanging = uuid.New(), now
		o.Points[0].Measures[0].ID = uuid.New()
		p.Register, p.Organizations = egisso.RegisterOrganization, []egisso.Organization{o}
	case r.Point != nil:
		x := *r.Point
		x.ID, x.LastChanging = uuid.New(), now
		for i := range x.Measures {
			x.Measures[i].ID = uuid.New()
		}
		p.Register, p.Points = egisso.RegisterPoint, []egisso.PresencePoint{x}
	case r.Participant != nil:
		p.Register = egisso.RegisterParticipant
		p.Applications = []egisso.Application{r.Participant.Application(uuid.New(), egisso.MoveNew, nil)}
		excluded := p
		coded := *r.Participant
		coded.OSZCode = "0042.000001"
		excluded.Applications = []egisso.Application{coded.Application(uuid.New(), egisso.MoveInvalidate, nil)}
		return []egisso.Package{p, excluded}
	}
	return []egisso.Package{p}
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
