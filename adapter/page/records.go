package page

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"egissogw/adapter/egisso"
	"egissogw/adapter/store"
)

const (
	recordLines = 50
	foundMost   = 20
	searchMost  = 200 // bytes of what is looked for
)

// registers shows how many records of each register are in each state.
type registers struct {
	frame
	Registers []registerView
	Counted   time.Time // zero: not yet
}

type registerView struct {
	Name   string
	Total  int
	States []stateCount
}

type stateCount struct {
	State string
	Text  string
	Count int
	Share int // of a thousand
	X     int // sum of the shares before
	Link  string
}

// stateOrder: what waits for somebody first.
var stateOrder = []string{"blocked", "rejected", "waiting", "new", "ready", "packed", "accepted_with_warnings", "accepted", "nothing_to_send"}

func (p *Page) registers(w http.ResponseWriter, _ *http.Request) error {
	f, _ := p.inside("Реестры", "registers")
	counts, _ := remembered(p, &p.records, othersOldest)
	view := registers{frame: f, Counted: p.records.Taken()}
	for _, register := range egisso.Registers() {
		view.Registers = append(view.Registers, p.registerView(string(register), counts))
	}
	p.render(w, http.StatusOK, "registers", view)
	return nil
}

func (p *Page) registerView(name string, counts []store.Count) registerView {
	view := registerView{Name: name}
	for _, c := range counts {
		if c.Register == name {
			view.Total += c.Count
			view.States = append(view.States, stateCount{State: c.State, Text: p.o.StateText(c.State), Count: c.Count})
		}
	}
	slices.SortFunc(view.States, func(a, b stateCount) int {
		return slices.Index(stateOrder, a.State) - slices.Index(stateOrder, b.State)
	})
	x := 0
	for i := range view.States {
		s := &view.States[i]
		s.X, s.Share = x, max(s.Count*1000/max(view.Total, 1), 6)
		x += s.Share
		if s.Link = address("/records", "register", name, "state", s.State); s.State == "packed" {
			s.Link = address("/journal", "register", name, "show", store.ShowOpen)
		}
	}
	return view
}

// recordList is a stretch of a register, or what was found by a number.
type recordList struct {
	frame
	Register string
	State    string
	Status   string
	Lines    []store.ListedRecord
	Next     string
	Later    bool

	Search  string // what was looked for
	Refused bool   // it is not looked for
	Found   []store.FoundRecord
}

func (p *Page) recordList(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	if text := strings.TrimSpace(q.Get("q")); text != "" || q.Has("q") {
		return p.search(w, r, text)
	}
	register := egisso.Register(q.Get("register"))
	if !slices.Contains(egisso.Registers(), register) {
		return errNotFound
	}
	view := recordList{Register: string(register), State: q.Get("state"), Later: q.Get("after") != ""}
	if view.State != "" && !slices.Contains(stateOrder, view.State) {
		return errNotFound
	}
	view.frame, _ = p.inside(register.Title(), "registers")
	if view.State != "" {
		view.Status = p.o.StateText(view.State)
	}
	lines, next, err := p.o.Viewer.Records(r.Context(), store.RecordPage{Register: register, State: view.State, After: q.Get("after"), Limit: recordLines})
	if err != nil {
		return err
	}
	view.Lines = lines
	if next != "" {
		view.Next = address("/records", "register", view.Register, "state", view.State, "after", next)
	}
	p.render(w, http.StatusOK, "records", view)
	return nil
}

// search looks for a record by its number. A СНИЛС is not looked for: it would stay in the
// history of the browser.
func (p *Page) search(w http.ResponseWriter, r *http.Request, text string) (err error) {
	view := recordList{Search: number(text)}
	view.frame, _ = p.inside("Поиск записи", "registers")
	switch {
	case text == "" || len(text) > searchMost:
		return errNotFound
	case view.Search == dots:
		view.Refused = true
	default:
		if view.Found, err = p.o.Viewer.Find(r.Context(), text, foundMost); err != nil {
			return err
		}
	}
	p.render(w, http.StatusOK, "search", view)
	return nil
}
