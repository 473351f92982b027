package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"time"

	"egissogw/config"
	"egissogw/crypto/cert"
	"egissogw/crypto/xmldsig"
)

// checkResult is one line of check.
type checkResult struct {
	What    string   `json:"what"`
	OK      bool     `json:"ok"`
	Notes   []string `json:"notes,omitempty"`
	Problem []string `json:"problems,omitempty"`
}

// errNotReady is returned when check found problems, which it has printed.
var errNotReady = errors.New("есть препятствия для работы")

// check looks at everything the gateway needs and tells all problems at once.
func check(ctx context.Context, a *app, args []string) error {
	f := a.flags("check")
	asJSON := f.Bool("json", false, "вывод в JSON")
	if _, err := parse(f, args); err != nil {
		return err
	}
	c, err := config.Load(ctx, a.lookuper)
	var problems *config.Problems
	if err != nil && !errors.As(err, &problems) {
		return err
	}
	results := []checkResult{checkConfiguration(a, c, problems)}
	for _, part := range []struct {
		what  string
		needs []string
		look  func(context.Context, config.Config) checkResult
	}{
		{"База шлюза", []string{"database"}, checkDatabase},
		{"База МИС", []string{"source"}, checkSource},
		{"Подпись", []string{"signer"}, checkSigner},
		{"СМЭВ", []string{"smev"}, checkBus},
		{"Файловое хранилище СМЭВ", []string{"ftp"}, checkFiles},
	} {
		if problems != nil && problems.Of(part.needs...) != nil {
			results = append(results, checkResult{What: part.what, Problem: []string{"не проверялось: сначала исправьте настройки"}})
			continue
		}
		r := part.look(ctx, c)
		r.What = part.what
		results = append(results, r)
	}
	return a.printChecks(results, *asJSON)
}

func (a *app) printChecks(results []checkResult, asJSON bool) error {
	ready := true
	for i := range results {
		results[i].OK = len(results[i].Problem) == 0
		ready = ready && results[i].OK
	}
	if asJSON {
		if err := a.printJSON(results); err != nil {
			return err
		}
	} else {
		for _, r := range results {
			mark := "готово"
			if !r.OK {
				mark = "НЕ ГОТОВО"
			}
			fmt.Fprintf(a.stdout, "%-26s %s\n", r.What, mark)
			for _, text := range append(r.Problem, r.Notes...) {
				fmt.Fprintf(a.stdout, "    - %s\n", text)
			}
		}
	}
	if !ready {
		return errNotReady
	}
	return nil
}

func checkConfiguration(a *app, c config.Config, problems *config.Problems) checkResult {
	r := checkResult{What: "Настройки"}
	if problems != nil {
		for _, p := range problems.List {
			r.Problem = append(r.Problem, p.String())
		}
	}
	if _, err := rulePolicy(c); err != nil {
		r.Problem = append(r.Problem, err.Error())
	}
	for _, name := range config.Unknown(a.environ) {
		r.Notes = append(r.Notes, name+": такой переменной нет, она не действует")
	}
	return r
}

func checkDatabase(ctx context.Context, c config.Config) (r checkResult) {
	ctx, cancel := context.WithTimeout(ctx, c.Database.Timeout)
	defer cancel()
	s, err := openStore(ctx, c.Database)
	if err != nil {
		r.Problem = append(r.Problem, err.Error())
		return r
	}
	defer s.Close()
	state, err := s.Service(ctx)
	if err != nil {
		r.Problem = append(r.Problem, err.Error())
		return r
	}
	r.Notes = append(r.Notes, serviceLine(state))
	return r
}

func checkSource(ctx context.Context, c config.Config) (r checkResult) {
	ctx, cancel := context.WithTimeout(ctx, c.Database.Timeout)
	defer cancel()
	source, pool, err := openSource(ctx, c.Source)
	if err != nil {
		r.Problem = append(r.Problem, err.Error())
		return r
	}
	defer pool.Close()
	problems, err := source.Check(ctx)
	if err != nil {
		r.Problem = append(r.Problem, err.Error())
	}
	for _, p := range problems {
		if p.Advice {
			r.Notes = append(r.Notes, p.String())
		} else {
			r.Problem = append(r.Problem, p.String())
		}
	}
	return r
}

func checkSigner(ctx context.Context, c config.Config) (r checkResult) {
	s, err := openSigner(ctx, c.Signer)
	if err != nil {
		r.Problem = append(r.Problem, err.Error())
		return r
	}
	defer s.Close()
	crt := s.Certificate()
	r.Notes = append(r.Notes, "сертификат "+crt.SerialHex()+", подписывать можно до "+crt.SigningEnds().Local().Format(humanTime))
	if err := crt.CheckTerm(time.Now()); err != nil {
		r.Problem = append(r.Problem, err.Error())
		return r
	}
	// A trial signature: the only proof that key, token and certificate fit.
	h := cert.NewDigest(crt.DigestSize())
	if _, err := xmldsig.Sign(ctx, s, "trial", h.Sum(nil)); err != nil {
		r.Problem = append(r.Problem, "пробная подпись: "+err.Error())
	}
	return r
}

func checkBus(ctx context.Context, c config.Config) (r checkResult) {
	if _, err := busTrust(c.SMEV); err != nil {
		r.Problem = append(r.Problem, err.Error())
	}
	u, err := url.Parse(c.SMEV.URL)
	if err != nil {
		r.Problem = append(r.Problem, "адрес не читается")
		return r
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	r.reach(ctx, net.JoinHostPort(u.Hostname(), port), c.SMEV.Timeout)
	return r
}

func checkFiles(ctx context.Context, c config.Config) (r checkResult) {
	r.reach(ctx, c.FTP.Address, c.FTP.Timeout)
	return r
}

// reach opens and closes a connection.
func (r *checkResult) reach(ctx context.Context, address string, timeout time.Duration) {
	d := net.Dialer{Timeout: min(timeout, 10*time.Second)}
	conn, err := d.DialContext(ctx, "tcp", address)
	if err != nil {
		r.Problem = append(r.Problem, "нет соединения: "+err.Error())
		return
	}
	conn.Close()
}
