package lifecycle

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/google/uuid"

	"egissogw/adapter/egisso"
)

// TestAddedMakesTheElement: what the source says, with what is added, is what is sent.
func TestAddedMakesTheElement(t *testing.T) {
	long, spaced, ended := invented(), invented(), invented()
	long.Assignment.Content = strings.Repeat("ж", egisso.MaxContent+1)
	spaced.Receiver.FamilyName = " Выдуманный"
	ended.Ending = &egisso.Ending{Date: date("2025-02-10"), Reason: egisso.CauseDeath}
	for name, c := range map[string]struct {
		fact    egisso.Fact
		measure *MeasureState
		same    bool
	}{
		"a fact":                      {invented(), &MeasureState{Accepted: acceptedMeasure()}, true},
		"its measure is not accepted": {invented(), &MeasureState{Pending: true}, true},
		"content is cut":              {long, &MeasureState{Accepted: acceptedMeasure()}, false},
		"a name is trimmed":           {spaced, &MeasureState{Accepted: acceptedMeasure()}, false},
		"an end is no part of it":     {ended, &MeasureState{Accepted: acceptedMeasure()}, false},
	} {
		t.Run(name, func(t *testing.T) {
			p := pendingFact(t, c.fact, c.measure)
			d, err := testDecider(egisso.RegisterFact).Decide(p)
			if err != nil || d.Record == nil {
				t.Fatalf("%+v, %v", d, err)
			}
			if (d.Record.Added != nil) != c.same {
				t.Fatalf("added %+v", d.Record.Added)
			}
			if !c.same {
				return
			}
			made := fields(t, p.Content)
			made["uuid"] = d.Record.ID.String()
			for name, id := range map[string]uuid.UUID{"lmszId": d.Record.Added.Measure, "categoryId": d.Record.Added.Category} {
				if id != uuid.Nil {
					made[name] = id.String()
				}
			}
			if sent := fields(t, d.Record.Content); !reflect.DeepEqual(made, sent) {
				t.Errorf("made %v, sent %v", made, sent)
			}
		})
	}
}

func fields(t *testing.T, value any) (f map[string]any) {
	t.Helper()
	text, err := json.Marshal(value)
	if err == nil {
		err = json.Unmarshal(text, &f)
	}
	if err != nil {
		t.Fatal(err)
	}
	return f
}
