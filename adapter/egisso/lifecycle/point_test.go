package lifecycle

import (
	"encoding/json"
	"testing"

	"github.com/google/uuid"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/egissotest"
)

// A point is the same version whether the gateway has the code of its organisation from ЕГИССО
// or the source says it by now; what names no key is another version with another code.
func TestPointIsTheSameWithItsCodeTyped(t *testing.T) {
	id := func(code, key string) uuid.UUID {
		x := egissotest.Reception()
		x.ONMSZCode, x.ONMSZKey, x.Measures = code, key, nil
		content, err := json.Marshal(x)
		if err != nil {
			t.Fatal(err)
		}
		hash := x.ContentHash()
		d, err := testDecider(egisso.RegisterPoint).Decide(Pending{
			Key: "1", Content: content, ContentHash: hash[:], Participants: map[string]string{"7": "0042.000077"},
		})
		if err != nil || d.Record == nil {
			t.Fatalf("%+v, %v", d, err)
		}
		if x, is := d.Record.Content.(*egisso.PresencePoint); !is || code == "" && x.ONMSZCode != "0042.000077" {
			t.Errorf("%+v", d.Record.Content)
		}
		return d.Record.ID
	}
	if given, typed := id("", "7"), id("0042.000077", "7"); given != typed {
		t.Errorf("%s by the code ЕГИССО gave, %s by the one typed in", given, typed)
	}
	if id("0042.000077", "") == id("0042.000078", "") {
		t.Error("another organisation is no other version")
	}
}
