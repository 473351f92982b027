package page

import (
	"net/http"

	"egissogw/adapter/store"
)

// invalidMost is how many findings on measures are shown.
const invalidMost = 300

// kmsz shows the versions of the classifier and which measures of ours they break.
type kmsz struct {
	frame
	store.ClassifierOverview
	Counted bool
	More    int // findings that are not shown
}

func (p *Page) kmsz(w http.ResponseWriter, _ *http.Request) error {
	f, _ := p.inside("КМСЗ", "kmsz")
	known, _ := remembered(p, &p.classifier, othersOldest)
	view := kmsz{frame: f, ClassifierOverview: known, Counted: !p.classifier.Taken().IsZero()}
	if n := len(view.Invalid); n > invalidMost {
		view.Invalid, view.More = view.Invalid[:invalidMost], n-invalidMost
	}
	p.render(w, http.StatusOK, "kmsz", view)
	return nil
}
