package page

import (
	"net/http"
	"time"

	"egissogw/adapter/store"
)

// overview is the first page: what is wrong, what happened, what is on its way.
type overview struct {
	frame
	Troubles []finding
	Todo     []finding
	Summary  []summarySection // of the last day
	Charts   []chart
	Days     []store.Day // newest first
	Counted  time.Time   // when the days were
	Open     []openCount
	Jobs     []job
}

// finding is a line of the list of what is wrong. Detail is words of others, masked.
type finding struct {
	Head   string
	Since  *time.Time
	Detail string
	Advice string
}

// openCount is how many packages are in a state.
type openCount struct {
	Register string
	Packages int
}

// job is what a person asks after first.
type job struct {
	Title string
	Last  *time.Time
}

// shownJobs are the jobs whose last success says that the gateway does what it is for.
var shownJobs = []struct{ name, title string }{
	{"collect", "МИС прочитана"}, {"send", "Очередь отправки проверена"}, {"receive", "Ответы СМЭВ опрошены"}, {"reconcile", "Сверка с МИС"},
}

func (p *Page) overview(w http.ResponseWriter, _ *http.Request) error {
	f, n := p.inside("Состояние", "overview")
	view := overview{frame: f}
	for _, found := range n.Findings {
		line := p.finding(found)
		if found.Severity == store.Trouble {
			view.Troubles = append(view.Troubles, line)
		} else {
			view.Todo = append(view.Todo, line)
		}
	}
	lines, _ := remembered(p, &p.summary, othersOldest)
	view.Summary = summarySections(lines)
	list, _ := remembered(p, &p.days, othersOldest)
	view.Charts, view.Counted = charts(list), p.days.Taken()
	for i := len(list) - 1; i >= 0; i-- {
		view.Days = append(view.Days, list[i])
	}
	for _, c := range n.Packages {
		if openStates[c.State] {
			view.Open = addOpen(view.Open, c)
		}
	}
	last := map[string]*time.Time{}
	for _, j := range n.Jobs {
		last[j.Name] = j.LastSuccess
	}
	for _, j := range shownJobs {
		view.Jobs = append(view.Jobs, job{j.title, last[j.name]})
	}
	p.render(w, http.StatusOK, "overview", view)
	return nil
}

// openStates are states of packages an outcome is to come of (egisso.package_open).
var openStates = map[string]bool{"formed": true, "signed": true, "queued": true}

func addOpen(list []openCount, c store.Count) []openCount {
	for i := range list {
		if list[i].Register == c.Register {
			list[i].Packages += c.Count
			return list
		}
	}
	return append(list, openCount{c.Register, c.Count})
}

func (p *Page) finding(found store.Finding) finding {
	head := found.Text
	if found.Subject != "" {
		head = found.Subject + ": " + head
	}
	if found.Count > 1 {
		head += " (" + grouped(found.Count) + ")"
	}
	line := finding{Head: oneLine(head), Since: found.Since, Advice: oneLine(found.Advice)}
	if found.Detail != "" {
		line.Detail = p.mask.text(found.Detail)
	}
	return line
}

// summarySection is a part of what happened in a day. What needs somebody is told by whom.
type summarySection struct {
	Title string
	Lines []store.SummaryLine
}

// summarySections are the lines in their order, those of each person together.
func summarySections(lines []store.SummaryLine) (sections []summarySection) {
	for _, l := range lines {
		title := map[string]string{store.SummaryLeft: "Ушло", store.SummaryReturned: "Вернулось", store.SummaryWaiting: "Ждёт ответа"}[l.Section]
		if l.Section == store.SummaryNeeds {
			title = "Делает " + l.Who
		}
		if n := len(sections); n == 0 || sections[n-1].Title != title {
			sections = append(sections, summarySection{Title: title})
		}
		last := &sections[len(sections)-1]
		l.Text = oneLine(l.Text)
		last.Lines = append(last.Lines, l)
	}
	return sections
}
