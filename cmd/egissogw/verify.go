package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"egissogw/config"
	"egissogw/crypto/cert"
	"egissogw/crypto/cms"
)

// verification is one run of verify.
type verification struct {
	app  *app
	name string
	// content is the file a detached signature is for; empty where not given.
	content string
	at      time.Time
	moment  bool // at was given
	// trust judges every certificate, busTrust only those of the bus's own
	// signatures; nil where not configured.
	trust, busTrust func(*cert.Certificate) error
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
	if v.at, err = a.moment(*at); err != nil {
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
		err = r.print(a.stdout)
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
			return fmt.Errorf("%s: %w", file, because(err))
		}
		pinned, chained := cert.NewTrust(certs, cert.Pinned), cert.NewTrust(certs, cert.Chained)
		v.trust = func(c *cert.Certificate) error {
			if pinned.Check(c, v.at) == nil {
				return nil
			}
			return chained.Check(c, v.at)
		}
		return nil
	}
	if bus.Certificates == "" {
		return nil
	}
	trust, err := busTrust(bus)
	if err != nil {
		return err
	}
	v.busTrust = func(crt *cert.Certificate) error { return trust.Check(crt, v.at) }
	return nil
}

// signatureSuffixes are the usual ends of the names of detached CMS signatures.
var signatureSuffixes = []string{cmsSuffix, ".p7s", ".sgn", ".p7b", ".p7m"}

// run finds out what kind of file it is and explains its signatures. A file
// without signatures of its own may have one beside it.
func (v *verification) run(ctx context.Context) (*verifyReport, error) {
	head, err := v.head(ctx)
	if err != nil {
		return nil, err
	}
	switch {
	case isZip(head):
		return v.explainArchive(ctx)
	case looksLikeXML(head), isHeader(head), firstBoundary(head) != "":
		r, err := v.explainXML(ctx)
		if errors.Is(err, errNoSignature) && v.beside() {
			return v.explainCMS(ctx)
		}
		return r, err
	case looksLikeCMS(head):
		r, err := v.explainCMS(ctx)
		if errors.Is(err, cms.ErrMalformed) && v.beside() {
			return v.explainCMS(ctx)
		}
		return r, err
	case v.beside():
		return v.explainCMS(ctx)
	}
	return nil, fmt.Errorf("%s: это не XML и не CMS, и рядом нет файла подписи (%s)", shownName(v.name), strings.Join(signatureSuffixes, ", "))
}

// head gives the beginning of the file. Standard input is read whole and kept.
func (v *verification) head(ctx context.Context) ([]byte, error) {
	if v.name == stdinName {
		data, err := v.app.read(ctx, v.name)
		if err != nil {
			return nil, err
		}
		again := *v.app
		again.stdin = bytes.NewReader(data)
		v.app = &again
		return data, nil
	}
	file, err := v.app.open(ctx, v.name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	const enough = 4096
	head, err := bufio.NewReaderSize(file, enough).Peek(enough)
	if len(head) == 0 {
		if err == nil || errors.Is(err, context.Canceled) {
			return nil, err
		}
		return nil, fmt.Errorf("%s: пусто или не читается (%w)", v.name, err)
	}
	return head, nil
}

// beside makes the file the content of the detached signature beside it, if
// there is one.
func (v *verification) beside() bool {
	if v.name == stdinName || v.content != "" {
		return false
	}
	for _, suffix := range signatureSuffixes {
		if info, err := os.Stat(v.name + suffix); err == nil && info.Mode().IsRegular() {
			v.name, v.content = v.name+suffix, v.name
			return true
		}
	}
	return false
}

// looksLikeCMS recognises DER or BER with a long length, PEM and bare base64 of it.
func looksLikeCMS(head []byte) bool {
	text := bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n")
	return len(head) > 1 && head[0] == 0x30 && head[1] >= 0x80 && head[1] <= 0x84 ||
		bytes.HasPrefix(text, []byte("-----BEGIN ")) || bytes.HasPrefix(text, []byte("MI"))
}

// contentFor is the file a detached signature is for: the one given, or the one
// the signature's name points to.
func (v *verification) contentFor(suffixes ...string) string {
	if v.content != "" {
		return v.content
	}
	for _, suffix := range suffixes {
		name, ok := strings.CutSuffix(v.name, suffix)
		if !ok {
			continue
		}
		if info, err := os.Stat(name); err == nil && info.Mode().IsRegular() {
			return name
		}
	}
	return ""
}
