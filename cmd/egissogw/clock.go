package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"egissogw/adapter/smev"
	"egissogw/cmd/egissogw/internal/fault"
	"egissogw/config"
)

// Clocks this far apart are told about, and further apart are a problem; how far
// from the bus's is a setting. The bus refuses messages whose MessageID bears a
// wrong time (adapter/smev/SPEC.md#messageid), and terms of certificates and of retries are
// reckoned by both our clock and the database's.
const (
	clockNotice  = 2 * time.Second
	clockProblem = time.Minute
)

// clockReading compares our clock with another one.
type clockReading struct {
	of   string        // whose clock, Russian, genitive
	skew time.Duration // that clock minus ours
	// doubt is how far the true difference may be from skew: half of the time the
	// question took, and half of the unit the answer is written in.
	doubt time.Duration
	// limit is the difference that is a problem.
	limit time.Duration
}

func readClock(of string, other time.Time, unit time.Duration, start, end time.Time) clockReading {
	half := end.Sub(start) / 2
	return clockReading{of: of, skew: other.Add(unit / 2).Sub(start.Add(half)), doubt: half + unit/2, limit: clockProblem}
}

// exceeds tells whether the clocks are certainly further apart than limit.
func (r clockReading) exceeds(limit time.Duration) bool { return r.skew.Abs()-r.doubt > limit }

func (r clockReading) String() string {
	way := "отстают от"
	if r.skew < 0 {
		way = "спешат против"
	}
	return fmt.Sprintf("часы этой машины %s часов %s на %.1f с", way, r.of, r.skew.Abs().Seconds())
}

// checkClock judges the clocks the other checks have read.
func checkClock(results []checkResult) checkResult {
	r := checkResult{Part: "clock", What: "Часы"}
	var agree []string
	for _, result := range results {
		for _, reading := range result.clocks {
			switch {
			case reading.exceeds(reading.limit):
				r.Problem = append(r.Problem, reading.String()+"; сверьте часы обеих машин (chrony, systemd-timesyncd)")
			case reading.exceeds(clockNotice):
				r.Notes = append(r.Notes, reading.String()+"; проверьте службу времени")
			default:
				agree = append(agree, reading.of)
			}
		}
	}
	if len(agree) > 0 {
		r.Notes = append(r.Notes, "сходятся с часами "+strings.Join(agree, ", "))
	}
	if len(agree)+len(r.Problem)+len(r.Notes) == 0 {
		r.Notes = append(r.Notes, "не проверялись: сверить не с чем")
	}
	return r
}

// asker is a connection to a database or a pool of them.
type asker interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// databaseClock asks a database for its time.
func (r *checkResult) databaseClock(ctx context.Context, of string, db asker) {
	var other time.Time
	start := time.Now()
	err := db.QueryRow(ctx, "select clock_timestamp()", pgx.QueryExecModeExec).Scan(&other)
	end := time.Now()
	if err != nil {
		r.Problem = append(r.Problem, "часы базы: "+err.Error())
		return
	}
	r.clocks = append(r.clocks, readClock(of, other, 0, start, end))
}

// nothingThere tells whether the address is not known to GET either: a service that knows
// no HEAD may know it.
func nothingThere(ctx context.Context, url string, client *http.Client) bool {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return false
	}
	response, err := client.Do(request)
	if err != nil {
		return false
	}
	response.Body.Close()
	return response.StatusCode == http.StatusNotFound
}

// busClock asks the bus's address for anything by HEAD, to see that somebody is
// there, and takes the time from the Date header of what comes. The bus need not
// like such a request: any answer will do.
func (r *checkResult) busClock(ctx context.Context, c config.SMEV, client *http.Client) {
	ctx, cancel := context.WithTimeout(ctx, min(c.Timeout, probeTerm))
	defer cancel()
	var connected atomic.Bool
	trace := httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { connected.Store(true) }})
	request, err := http.NewRequestWithContext(trace, http.MethodHead, c.URL, nil)
	if err != nil {
		r.Problem = append(r.Problem, "адрес не читается")
		return
	}
	start := time.Now()
	response, err := client.Do(request)
	end := time.Now()
	switch {
	case err != nil && connected.Load():
		r.Notes = append(r.Notes, "часы СМЭВ не сверены: её адрес не ответил на запрос HEAD")
		return
	case err != nil:
		r.Problem = append(r.Problem, config.Prefix+"SMEV_URL: нет соединения: "+cmp.Or(fault.Network(err), smev.QuietHTTP(err).Error())+tunnelHint(request.URL.Hostname(), err))
		return
	}
	response.Body.Close()
	if response.StatusCode == http.StatusNotFound && nothingThere(ctx, c.URL, client) {
		r.Problem = append(r.Problem, "по этому адресу сервер ничего не нашёл (HTTP 404): проверьте путь, обычно он оканчивается на /ws")
	}
	other, err := http.ParseTime(response.Header.Get("Date"))
	if err != nil {
		r.Notes = append(r.Notes, "часы СМЭВ не сверены: в её ответе нет заголовка Date")
		return
	}
	reading := readClock("СМЭВ", other, time.Second, start, end)
	reading.limit = c.ClockSkew
	r.clocks = append(r.clocks, reading)
	r.Notes = append(r.Notes, fmt.Sprintf("часы СМЭВ минус наши: %+.1f ± %.1f с", reading.skew.Seconds(), reading.doubt.Seconds()))
}

// tunnelHint says what usually stands between this machine and the bus where its address is our own.
func tunnelHint(host string, err error) string {
	ip := net.ParseIP(host)
	if !errors.Is(err, syscall.ECONNREFUSED) || host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return ""
	}
	return "; на этой машине по такому адресу обычно слушает туннель (stunnel): запущен ли он"
}
