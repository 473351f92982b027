package lifecycle

import (
	"testing"
	"time"

	"egissogw/adapter/egisso"
)

func TestSuccessionOf(t *testing.T) {
	one, two := 1, 2
	at := func(minute int) time.Time { return time.Date(2023, 2, 1, 10, minute, 0, 0, time.UTC) }
	refused := func(message string) *egisso.Protocol {
		return &egisso.Protocol{MessageErrors: []egisso.ProtocolError{{Message: message}}}
	}
	progress := func(status int) *egisso.Protocol {
		return &egisso.Protocol{Package: &egisso.PackageResult{Status: status}}
	}
	final := func(finished time.Time, success *int, records ...egisso.RecordResult) *egisso.Protocol {
		return &egisso.Protocol{Package: &egisso.PackageResult{Status: egisso.PackageProcessed, FinishedAt: finished, RecordNum: &two, RecordNumSuccess: success, Records: records}}
	}
	a, b := egisso.RecordResult{ID: "A1", OK: true}, egisso.RecordResult{ID: "b2", OK: false}
	attached := &egisso.Protocol{Attached: true}
	for _, c := range []struct {
		name         string
		now, applied *egisso.Protocol
		want         Succession
	}{
		{"the first", final(at(1), &two), nil, SuccessionNew},
		{"the same again", final(at(1), &two, a, b), final(at(1), &two, b, egisso.RecordResult{ID: "a1", OK: true}), SuccessionSame},
		{"the same later: says nothing new", final(at(5), &two), final(at(1), &two), SuccessionSame},
		{"superseded by a later finish", final(at(5), &one, b), final(at(1), &two), SuccessionNew},
		{"overtaken by a later finish", final(at(1), &two), final(at(5), &one, b), SuccessionOld},
		{"two results of one moment", final(at(1), &one), final(at(1), &two), SuccessionConflict},
		{"two results without a time", final(time.Time{}, &one), final(time.Time{}, &two), SuccessionConflict},
		{"a result without a time after one with", final(time.Time{}, &one), final(at(1), &two), SuccessionConflict},
		{"in progress, then final", final(at(1), &two), progress(egisso.PackageInProgress), SuccessionNew},
		{"final, then in progress: delivered late", progress(egisso.PackageInProgress), final(at(1), &two), SuccessionOld},
		{"taken, then in progress", progress(egisso.PackageInProgress), progress(egisso.PackageTaken), SuccessionNew},
		{"in progress, then taken", progress(egisso.PackageTaken), progress(egisso.PackageInProgress), SuccessionOld},
		{"in progress twice", progress(egisso.PackageInProgress), progress(egisso.PackageInProgress), SuccessionSame},
		{"refused, the same again", refused("x"), refused("x"), SuccessionSame},
		{"refused while in progress", refused("x"), progress(egisso.PackageInProgress), SuccessionNew},
		{"refused after a result", refused("x"), final(at(1), &two), SuccessionConflict},
		{"a result after a refusal", final(at(1), &two), refused("x"), SuccessionConflict},
		{"the file after its announcement", final(at(1), &two), attached, SuccessionNew},
		{"the announcement after the file", attached, final(at(1), &two), SuccessionOld},
		{"the announcement twice", attached, attached, SuccessionSame},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := SuccessionOf(c.now, c.applied); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}
