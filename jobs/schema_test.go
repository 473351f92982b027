package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/schema"
	"egissogw/adapter/store"
)

// refusing is a schema that does not want documents with a text in them.
type refusing string

func (r refusing) Check(_ context.Context, _, _ string, document []byte) error {
	if strings.Contains(string(document), string(r)) {
		return &schema.Error{Violations: []schema.Violation{{Element: "SNILS", Facet: "pattern"}}}
	}
	return nil
}

// TestSchemaNamesTheGuiltyRecord: of a package that is refused, the records that
// are refused alone are named, the others not.
func TestSchemaNamesTheGuiltyRecord(t *testing.T) {
	p := &store.FormedPackage{ID: second, Register: egisso.RegisterFact, Format: "10.06.S", Version: "1.1.0"}
	for _, id := range []string{first.String(), second.String()} {
		fact := invented()
		fact.MeasureID, fact.CategoryID = first, first
		if err := fact.ID.UnmarshalText([]byte(id)); err != nil {
			t.Fatal(err)
		}
		content, err := json.Marshal(fact)
		if err != nil {
			t.Fatal(err)
		}
		p.Elements = append(p.Elements, store.Element{ID: fact.ID, Kind: egisso.KindFact, Content: content})
	}
	if err := checkSchema(t.Context(), nil, p); err != nil {
		t.Errorf("without schemas: %v", err)
	}
	if err := checkSchema(t.Context(), refusing("nobody"), p); err != nil {
		t.Errorf("a good package: %v", err)
	}
	err := checkSchema(t.Context(), refusing("uuid>"+first.String()), p)
	var invalid *SchemaError
	if !errors.As(err, &invalid) || len(invalid.Records) != 1 || !strings.Contains(invalid.Records[0], first.String()) {
		t.Fatalf("the guilty record is not named: %v", err)
	}
	if strings.Contains(err.Error(), invented().Receiver.SNILS) {
		t.Error("the error holds personal data")
	}
}
