package main

import (
	"context"
	"net"
	"net/url"
	"time"

	"github.com/jackc/pgx/v5"

	"egissogw/config"
	"egissogw/crypto/cert"
	"egissogw/crypto/xmldsig"
)

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
	if !state.Enabled {
		r.Notes = append(r.Notes, "ничего не подписывается и не отправляется, пока его не включат: egissogw signing on --reason ТЕКСТ")
	}
	conn, err := pgx.Connect(ctx, c.Database.URL.Reveal())
	if err != nil {
		r.Problem = append(r.Problem, "часы базы: "+err.Error())
		return r
	}
	defer conn.Close(context.WithoutCancel(ctx))
	r.databaseClock(ctx, "базы шлюза", conn)
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
	if err == nil {
		r.databaseClock(ctx, "базы МИС", pool)
	}
	return r
}

func checkSigner(ctx context.Context, c config.Config) (r checkResult) {
	s, err := openSigner(ctx, c.Signer)
	if err != nil {
		r.Problem = append(r.Problem, because(err).Error())
		return r
	}
	defer s.Close()
	crt := s.Certificate()
	r.Notes = append(r.Notes, "сертификат "+crt.SerialHex()+", подписывать можно до "+crt.SigningEnds().Local().Format(humanTime))
	if err := crt.CheckTerm(time.Now()); err != nil {
		r.Problem = append(r.Problem, because(err).Error())
		return r
	}
	// A trial signature: the only proof that key, token and certificate fit.
	h := cert.NewDigest(crt.DigestSize())
	if _, err := xmldsig.Sign(ctx, s, "trial", h.Sum(nil)); err != nil {
		r.Problem = append(r.Problem, "пробная подпись: "+because(err).Error())
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
	if r.reach(ctx, net.JoinHostPort(u.Hostname(), port), c.SMEV.Timeout) {
		r.busClock(ctx, c.SMEV)
	}
	return r
}

func checkFiles(ctx context.Context, c config.Config) (r checkResult) {
	if r.reach(ctx, c.FTP.Address, c.FTP.Timeout) {
		r.Notes = append(r.Notes, "проверено только соединение: имя и пароль проверит первая отправка фактов")
	}
	return r
}

// probeTerm is how long check waits for the other side, whatever the settings say.
const probeTerm = 10 * time.Second

// reach opens and closes a connection.
func (r *checkResult) reach(ctx context.Context, address string, timeout time.Duration) bool {
	d := net.Dialer{Timeout: min(timeout, probeTerm)}
	conn, err := d.DialContext(ctx, "tcp", address)
	if err != nil {
		r.Problem = append(r.Problem, "нет соединения: "+err.Error())
		return false
	}
	conn.Close()
	return true
}
