package main

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestClocksApartAreTold(t *testing.T) {
	start := time.Date(2024, 5, 31, 12, 0, 0, 0, time.UTC)
	for name, tc := range map[string]struct {
		other       time.Time
		unit, spent time.Duration
		problem     bool
		want        string
	}{
		"together":                    {start.Add(time.Second), 0, 0, false, "сходятся с часами базы МИС"},
		"behind":                      {start.Add(5 * time.Second), 0, 0, false, "отстают от часов базы МИС на 5.0 с"},
		"ahead":                       {start.Add(-5 * time.Second), 0, 0, false, "спешат против часов базы МИС на 5.0 с"},
		"far behind":                  {start.Add(2 * time.Minute), 0, 0, true, "отстают от часов базы МИС на 120.0 с"},
		"far ahead":                   {start.Add(-2 * time.Minute), 0, 0, true, "сверьте часы"},
		"slow answer":                 {start.Add(5 * time.Second), 0, 10 * time.Second, false, "сходятся"},
		"a moment cut to the second":  {start.Add(-2 * time.Second), time.Second, 0, false, "сходятся"},
		"slow answer, days apart":     {start.Add(48 * time.Hour), time.Second, 10 * time.Second, true, "отстают"},
		"a minute is not yet too far": {start.Add(time.Minute), 0, 0, false, "отстают"},
	} {
		t.Run(name, func(t *testing.T) {
			reading := readClock("базы МИС", tc.other, tc.unit, start, start.Add(tc.spent))
			r := checkClock([]checkResult{{}, {clocks: []clockReading{reading}}})
			if (len(r.Problem) > 0) != tc.problem || !strings.Contains(strings.Join(append(r.Problem, r.Notes...), "\n"), tc.want) {
				t.Errorf("skew %v, doubt %v: %+v, want %q", reading.skew, reading.doubt, r, tc.want)
			}
		})
	}
	if r := checkClock(nil); len(r.Problem) > 0 || !strings.Contains(strings.Join(r.Notes, ""), "сверить не с чем") {
		t.Errorf("no clocks: %+v", r)
	}
}

func TestCheckReadsTheClocksOfTheOthers(t *testing.T) {
	t.Parallel()
	bus := func(answer http.HandlerFunc) string {
		s := httptest.NewServer(answer)
		t.Cleanup(s.Close)
		return s.URL
	}
	inOrder := ready(t)
	for name, tc := range map[string]struct {
		url  string
		code int
		want string
	}{
		"in time": {bus(func(http.ResponseWriter, *http.Request) {}), exitOK, "сходятся с часами базы шлюза, базы МИС, СМЭВ"},
		"far from us": {bus(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Date", time.Now().Add(-time.Hour).UTC().Format(http.TimeFormat))
		}), exitFailed, "спешат против часов СМЭВ"},
		"no date":   {bus(func(w http.ResponseWriter, _ *http.Request) { w.Header()["Date"] = nil }), exitOK, "нет заголовка Date"},
		"redirects": {bus(http.RedirectHandler("http://192.0.2.1/", http.StatusFound).ServeHTTP), exitOK, "базы МИС, СМЭВ"},
		"breaks off": {bus(func(http.ResponseWriter, *http.Request) {
			panic(http.ErrAbortHandler)
		}), exitOK, "часы СМЭВ не сверены"},
	} {
		t.Run(name, func(t *testing.T) {
			env := maps.Clone(inOrder)
			env["EGISSOGW_SMEV_URL"] = tc.url
			code, out, errs := run(t, env, "check")
			if code != tc.code || !strings.Contains(out, tc.want) {
				t.Errorf("code %d, want %d and %q: %s%s", code, tc.code, tc.want, out, errs)
			}
		})
	}
	code, out, errs := run(t, inOrder, "check", "--json")
	var results []checkResult
	if err := json.Unmarshal([]byte(out), &results); err != nil || code != exitOK {
		t.Fatalf("code %d, %v: %s%s", code, err, out, errs)
	}
	if last := results[len(results)-1]; last.Part != "clock" || !last.OK {
		t.Errorf("clocks in JSON: %+v", last)
	}
}
