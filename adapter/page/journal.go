package page

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"egissogw/adapter/egisso"
	"egissogw/adapter/store"
)

const (
	journalLines = 50
	detailLines  = 200
)

// journal is «Журнал запросов в ЕГИССО» with the columns of the МИС's manual.
type journal struct {
	frame
	Register  string
	Registers []string
	Show      string
	Lines     []store.JournalLine
	Next      string // address of the next page; "" on the last one
	Later     bool   // this is not the first one
}

func (p *Page) journal(w http.ResponseWriter, r *http.Request) error {
	f, _ := p.inside("Журнал запросов в ЕГИССО", "journal")
	q := r.URL.Query()
	view := journal{frame: f, Register: q.Get("register"), Show: q.Get("show")}
	for _, register := range egisso.Registers() {
		view.Registers = append(view.Registers, string(register))
	}
	view.Registers = append(view.Registers, string(egisso.RequestKMSZ))
	if !slices.Contains(view.Registers, view.Register) {
		view.Register = ""
	}
	if view.Show != store.ShowOpen && view.Show != store.ShowUnaccepted {
		view.Show = store.ShowAll
	}
	page := store.JournalPage{Register: view.Register, Show: view.Show, Limit: journalLines + 1}
	if at, err := time.Parse(time.RFC3339Nano, q.Get("before")); err == nil {
		id, _ := uuid.Parse(q.Get("id")) // the nil id begins at the time
		page.After, view.Later = &store.Place{CreatedAt: at, ID: id}, true
	}
	var err error
	if view.Lines, err = p.o.Viewer.Journal(r.Context(), page); err != nil {
		return err
	}
	if len(view.Lines) > journalLines {
		view.Lines = view.Lines[:journalLines]
		last := view.Lines[journalLines-1]
		view.Next = address("/journal", "register", view.Register, "show", view.Show,
			"before", last.CreatedAt.UTC().Format(time.RFC3339Nano), "id", last.ID.String())
	}
	p.render(w, http.StatusOK, "journal", view)
	return nil
}

// address is a path with what of the pairs is not empty.
func address(path string, pairs ...string) string {
	q := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			q.Set(pairs[i], pairs[i+1])
		}
	}
	return path + "?" + q.Encode()
}

// details is «Детализация отправки пакета».
type details struct {
	frame
	*store.PackageView
	Accepted, Warned, Rejected, Waiting int
	Next                                string
	Later                               bool
}

func (p *Page) details(w http.ResponseWriter, r *http.Request) error {
	id, err := uuid.Parse(r.PathValue("id"))
	if err != nil {
		return errNotFound
	}
	after, _ := strconv.Atoi(r.URL.Query().Get("after")) // what is no number is the first page
	pkg, err := p.o.Viewer.Package(r.Context(), id, after, detailLines+1)
	if err != nil {
		return err
	}
	if pkg == nil {
		return errNotFound
	}
	f, _ := p.inside("Детализация отправки пакета", "journal")
	view := details{
		frame: f, PackageView: pkg, Later: after > 0, Warned: pkg.Outcomes["accepted_with_warnings"],
		Rejected: pkg.Outcomes["rejected"], Waiting: pkg.Outcomes[""],
	}
	view.Accepted = pkg.Outcomes["accepted"] + view.Warned
	if len(pkg.Details) > detailLines {
		pkg.Details = pkg.Details[:detailLines]
		view.Next = address("/journal/"+id.String(), "after", strconv.Itoa(pkg.Details[detailLines-1].Position))
	}
	pkg.Warnings = pkg.Warnings[:min(len(pkg.Warnings), detailLines)]
	p.render(w, http.StatusOK, "package", view)
	return nil
}
