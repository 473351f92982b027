package demo

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5/pgxpool"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/wire"
	"egissogw/adapter/mis"
	"egissogw/adapter/mis/refmis"
	"egissogw/adapter/store"
	"egissogw/cmd/egissogw/internal/private"
	"egissogw/cmd/egissogw/internal/screen"
	"egissogw/crypto/xmldsig"
)

// FirstKMSZ is the version of КМСЗ that is active at first.
const FirstKMSZ = 7

// measures reads the local measures of the МИС.
func (s *Stage) measures(ctx context.Context) (list []egisso.LocalMeasure, err error) {
	pool, err := pgxpool.New(ctx, s.databases.MIS)
	if err != nil {
		return nil, fmt.Errorf("connect to the reference МИС: %w", err)
	}
	defer pool.Close()
	_, err = mis.Open(ctx, pool, "").Changed(ctx, egisso.RegisterMeasure, mis.Cursor{}, func(row mis.Row) error {
		if row.Record != nil {
			list = append(list, *row.Record.(*egisso.LocalMeasure))
		}
		return nil
	})
	return list, err
}

// writeClassifier writes the answers of 10.02.I the simulator begins with and
// returns its arguments.
func (s *Stage) writeClassifier(ctx context.Context) (arguments []string, err error) {
	if s.misMeasures, err = s.measures(ctx); err != nil {
		return nil, err
	}
	documents, err := classifierAnswers(refmis.KMSZ(FirstKMSZ, egisso.StatusActive, s.misMeasures), s.misMeasures)
	if err != nil {
		return nil, err
	}
	for i, document := range documents {
		path := filepath.Join(s.Dir, fmt.Sprintf("classifier-%d.xml", i+1))
		if err := private.Write(path, true, private.Bytes(document)); err != nil {
			return nil, fmt.Errorf("write the classifier: %w", err)
		}
		arguments = append(arguments, "--kmsz", path)
	}
	return arguments, nil
}

// classifierAnswers are answers of 10.02.I: КМСЗ and the two dictionaries.
func classifierAnswers(k *egisso.KMSZ, measures []egisso.LocalMeasure) (documents [][]byte, err error) {
	for _, a := range []*egisso.ClassifierAnswer{
		{Code: egisso.ClassifierKMSZ, KMSZ: k},
		{Code: egisso.ClassifierPeriodicities, Periodicities: refmis.Periodicities(measures)},
		{Code: egisso.ClassifierUnits, Units: refmis.Units()},
	} {
		document, err := WriteDocument(func(w wire.Writer) { wire.WriteClassifierAnswer(w, a) })
		if err != nil {
			return nil, err
		}
		documents = append(documents, document)
	}
	return documents, nil
}

func WriteDocument(write func(wire.Writer)) ([]byte, error) {
	var b bytes.Buffer
	w := xmldsig.NewWriter(&b, nil, nil)
	write(w)
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("write a document of ЕГИССО: %w", err)
	}
	return b.Bytes(), nil
}

// replaceClassifier lets ЕГИССО publish the next version of КМСЗ, which lacks the
// categories, and make it the active one.
func (s *Stage) replaceClassifier(ctx context.Context, number int, without ...string) error {
	change := egisso.ChangeNew
	if len(without) > 0 {
		change = egisso.ChangeRemoved
	}
	next := refmis.KMSZ(number, egisso.StatusActive, s.misMeasures, without...)
	before := refmis.KMSZ(number-1, egisso.StatusArchived, s.misMeasures)
	documents, err := classifierAnswers(next, s.misMeasures)
	if err != nil {
		return err
	}
	archive, err := packed(documents)
	if err != nil {
		return err
	}
	active := next.KMSZVersion
	next.Status = egisso.StatusPublished
	publication, err := WriteDocument(func(w wire.Writer) {
		wire.WritePublication(w, &egisso.Publication{KMSZ: next, Changes: []egisso.Change{
			{Facet: egisso.FacetCategories, Code: demoCategory, Type: change},
		}})
	})
	if err != nil {
		return err
	}
	activation, err := WriteDocument(func(w wire.Writer) {
		wire.WriteActivation(w, []egisso.KMSZVersion{active, before.KMSZVersion})
	})
	if err != nil {
		return err
	}
	for _, call := range []struct {
		path string
		body []byte
	}{
		{"/classifier", archive},
		{push(fmt.Sprintf("10.01.O %d", number)), publication},
		{push(fmt.Sprintf("10.03.O %d", number)), activation},
	} {
		if _, err := s.visit(ctx, call.path, call.body); err != nil {
			return err
		}
	}
	return nil
}

func packed(documents [][]byte) ([]byte, error) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i, document := range documents {
		f, err := z.Create(fmt.Sprintf("%d.xml", i+1))
		if err == nil {
			_, err = f.Write(document)
		}
		if err != nil {
			return nil, fmt.Errorf("pack the classifier: %w", err)
		}
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("pack the classifier: %w", err)
	}
	return b.Bytes(), nil
}

// push is the path that broadcasts to the gateway, once under the name.
func push(name string) string {
	return "/push?" + url.Values{"to": {Mnemonic}, "name": {name}}.Encode()
}

// visit does with the simulator what people do by hand; it returns the reply.
func (s *Stage) visit(ctx context.Context, path string, body []byte) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.simulatorURL+path, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("visit the simulator: %w", err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, fmt.Errorf("visit the simulator: %w", err)
	}
	defer response.Body.Close()
	reply, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", response.Status, strings.TrimSpace(string(reply)))
	}
	if err != nil {
		return nil, fmt.Errorf("visit the simulator: %w", err)
	}
	return reply, nil
}

// demoCategory is a category of КМСЗ that one measure of the reference МИС uses.
const demoCategory = "06010000"

// newClassifier lets a version of КМСЗ become active in which one measure is not
// valid: its new facts are held, all others leave, and what ЕГИССО holds stays.
// The version after it sets them free.
func (p *play) newClassifier(ctx context.Context, before tally) (tally, error) {
	ctx, cancel := context.WithTimeout(ctx, demoTerm)
	defer cancel()
	if err := p.stage.replaceClassifier(ctx, FirstKMSZ+1, demoCategory); err != nil {
		return before, err
	}
	invalid, err := p.awaitVersion(ctx, FirstKMSZ+1)
	if err != nil {
		return before, err
	}
	added := map[string]int{}
	for try := uint64(0); try < 3 && (added[invalid] == 0 || added[invalid] == sum(added)); try++ {
		more, err := refmis.AddRecipes(ctx, p.stage.Source, p.Seed+1+1000*try, 20)
		if err != nil {
			return before, err
		}
		for measure, n := range more {
			added[measure] += n
		}
	}
	total := sum(added)
	p.step(fmt.Sprintf("в МИС: новых рецептов %d, из них на эту меру %d", total, added[invalid]))
	if added[invalid] == 0 { // of few prescriptions
		p.step("рецептов на эту меру в учебной МИС не осталось: как её факты задерживаются, не показано; возьмите больше рецептов, --facts")
	}
	held := before
	held.source += total
	held.accepted += total - added[invalid]
	held.blocked += added[invalid]
	if err := p.await(ctx, "факты этой меры задержаны правилом L-KMSZ, остальные приняты", held); err != nil {
		return held, err
	}
	if err := p.stage.replaceClassifier(ctx, FirstKMSZ+2); err != nil {
		return held, err
	}
	free := held
	free.accepted += added[invalid]
	free.blocked -= added[invalid]
	return free, p.await(ctx, fmt.Sprintf("ЕГИССО вернула категорию в версии %d: задержанные факты приняты", FirstKMSZ+2), free)
}

// awaitVersion waits until the gateway has compared its measures with the active
// version and found one of them invalid, shows it and returns its key.
func (p *play) awaitVersion(ctx context.Context, number int) (key string, err error) {
	var o store.ClassifierOverview
	err = p.stage.Until(ctx, func(ctx context.Context) (bool, error) {
		var err error
		o, err = p.stage.Store.ClassifierOverview(ctx, 0)
		return len(o.Invalid) == 1 && o.Invalid[0].Version == number && o.Invalid[0].Active, err
	})
	if err != nil {
		return "", fmt.Errorf("wait for version %d of the classifier: %w", number, err)
	}
	p.step(fmt.Sprintf("ЕГИССО опубликовала и ввела версию %d КМСЗ без категории %s", number, demoCategory))
	p.Invalid(p.Stdout, o)
	screen.Fprintln(p.Stdout)
	return o.Invalid[0].Key, nil
}
