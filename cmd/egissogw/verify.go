package main

import (
	"egissogw/cmd/egissogw/internal/assemble"
	"egissogw/cmd/egissogw/internal/fault"
	"egissogw/cmd/egissogw/internal/signature"

	"context"
	"errors"
	"fmt"
	"time"

	"egissogw/config"
	"egissogw/crypto/cert"
)

// verification is one run of verify.
type verification struct {
	app  *app
	name string
	// content is the file a detached signature is for; empty where not given.
	content string
	moment  bool // at was given
	signature.Judge
}

// errDoesNotHold is returned when verify has told why a signature does not hold.
var errDoesNotHold = errors.New("подпись не подтверждена")

// verifyFile explains step by step whether the signatures in or of a file hold.
func verifyFile(ctx context.Context, a *app, args []string) error {
	f := a.flags("verify")
	content := f.String("content", "", "файл, к которому относится отдельная подпись; по умолчанию — имя без .sig и подобных окончаний")
	at := f.String("at", "", "на какой момент проверять сроки: 2024-05-31 или 2024-05-31T12:00:00+03:00; по умолчанию — сейчас")
	trusted := f.String("trust", "", "файл PEM с сертификатами, которым или изданным которыми верить")
	asJSON := a.jsonFlag(f)
	positional, err := parse(f, args)
	if err != nil {
		return err
	}
	c, _ := a.readConfig(ctx) // it gives the time zone and perhaps trust; what else is wrong with it does not matter here
	v := &verification{app: a, content: *content}
	if v.name, err = oneFile(positional); err != nil {
		return err
	}
	if v.name == stdinName && v.content == stdinName {
		return usageError{"стандартный ввод нельзя прочитать дважды"}
	}
	v.moment = *at != ""
	if v.At, err = a.moment(*at); err != nil {
		return err
	}
	if err := v.loadTrust(ctx, c.SMEV, *trusted); err != nil {
		return err
	}
	r, err := v.run(ctx)
	if err != nil {
		return err
	}
	if *asJSON {
		err = a.printJSON(r)
	} else {
		err = r.Print(a.stdout)
	}
	if err == nil && !r.Holds {
		err = errDoesNotHold
	}
	return err
}

// moment reads a moment from the command line; empty means now.
func (a *app) moment(text string) (time.Time, error) {
	if text == "" {
		return a.now(), nil
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05", time.DateOnly, "02.01.2006"} {
		if t, err := time.ParseInLocation(layout, text, time.Local); err == nil {
			return t, nil
		}
	}
	return time.Time{}, usageError{"--at: момент не читается, нужно вида 2024-05-31 или 2024-05-31T12:00:00+03:00"}
}

// loadTrust reads what the command line and the configuration say about whom to
// believe. Neither has to say anything.
func (v *verification) loadTrust(ctx context.Context, bus config.SMEV, file string) error {
	if file != "" {
		text, err := v.app.read(ctx, file)
		if err != nil {
			return err
		}
		certs, err := cert.ParsePEM(text)
		if err != nil {
			return fmt.Errorf("%s: %w", file, fault.Because(err))
		}
		pinned, chained := cert.NewTrust(certs, cert.Pinned), cert.NewTrust(certs, cert.Chained)
		v.Trust = func(c *cert.Certificate) error {
			if pinned.Check(c, v.At) == nil {
				return nil
			}
			return chained.Check(c, v.At)
		}
		return nil
	}
	if bus.Certificates == "" {
		return nil
	}
	trust, err := assemble.BusTrust(bus)
	if err != nil {
		return err
	}
	v.BusTrust = func(crt *cert.Certificate) error { return trust.Check(crt, v.At) }
	return nil
}

// signatureSuffixes are the usual ends of the names of detached CMS signatures.
var signatureSuffixes = []string{cmsSuffix, ".p7s", ".sgn", ".p7b", ".p7m"}
