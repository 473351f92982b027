package world

import (
	"bytes"
	"flag"
	"os"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/wire"
	"egissogw/adapter/mis"
	"egissogw/adapter/mis/refmis"
	"egissogw/adapter/store/pgtest"
	"egissogw/crypto/xmldsig"
)

var update = flag.Bool("update", false, "write the files of the classifier")

func TestMain(m *testing.M) { pgtest.Main(m) }

// The files are what the simulator answers 10.02.I with: they let the measures of
// the reference МИС be valid.
func TestClassifierIsThatOfTheMIS(t *testing.T) {
	url := pgtest.Database(t)
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	if err := refmis.Install(t.Context(), conn); err != nil {
		t.Fatal(err)
	}
	if _, err := refmis.Generate(t.Context(), conn, refmis.Options{Facts: 1}); err != nil {
		t.Fatal(err)
	}
	pool, err := pgxpool.New(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	var measures []egisso.LocalMeasure
	_, err = mis.Open(t.Context(), pool, "").Changed(t.Context(), egisso.RegisterMeasure, mis.Cursor{}, func(row mis.Row) error {
		measures = append(measures, *row.Record.(*egisso.LocalMeasure))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, answer := range map[string]*egisso.ClassifierAnswer{
		"010.xml": {Code: egisso.ClassifierKMSZ, KMSZ: refmis.KMSZ(7, egisso.StatusActive, measures)},
		"022.xml": {Code: egisso.ClassifierPeriodicities, Periodicities: refmis.Periodicities(measures)},
		"023.xml": {Code: egisso.ClassifierUnits, Units: refmis.Units()},
	} {
		var b bytes.Buffer
		w := xmldsig.NewWriter(&b, nil, nil)
		wire.WriteClassifierAnswer(w, answer)
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if *update {
			if err := os.WriteFile("kmsz/"+name, b.Bytes(), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if want, err := os.ReadFile("kmsz/" + name); err != nil || !bytes.Equal(want, b.Bytes()) {
			t.Errorf("%s is not what the measures need, %v: go test ./cmd/torture/world -update", name, err)
		}
	}
}
