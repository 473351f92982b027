package egisso_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/egissotest"
)

// withoutTime keeps the clock out of the output: its digits may look like a
// planted number.
var withoutTime = &slog.HandlerOptions{ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
	if len(groups) == 0 && a.Key == slog.TimeKey {
		return slog.Attr{}
	}
	return a
}}

func TestPersonalDataIsNeverPrinted(t *testing.T) {
	f := egissotest.MoneyFact()
	f.Documents = egissotest.InsulinFact().Documents
	f.Assignment = egissotest.InsulinFact().Assignment
	a := egisso.FactAlteration{ID: egissotest.FactID("100"), FactID: f.ID, Fact: f}
	p := &egisso.Package{ID: egissotest.FactID("200"), Register: egisso.RegisterFact, Elements: []egisso.Element{&f, &a}}
	values := map[string]any{
		"person": f.Receiver, "person pointer": &f.Receiver, "people": []egisso.Person{f.Receiver}, "reason": f.ReasonPersons[0],
		"document": f.Documents[0], "identity": *f.Receiver.IdentityDoc, "address": f.Receiver.PermanentResidence,
		"assignment": f.Assignment, "fact": f, "fact pointer": &f, "facts": map[string]egisso.Fact{"x": f},
		"alteration": a, "package": p, "package value": *p,
		"wrapped": errors.Join(fmt.Errorf("row %v", f), fmt.Errorf("row %+v", &f)),
		"inside":  struct{ Row any }{f},
		"ending":  egisso.Ending{Reason: egisso.CauseDeath, Date: egissotest.Day("2015-09-09")},
	}
	o, x := egissotest.Petrov(), egissotest.Reception()
	x.Contacts = "Белова Ольга"
	values["entrepreneur"], values["registration"] = *o.Entrepreneur, o.Entrepreneur.Registration
	values["organisation"], values["point"] = o, x
	values["organisation package"] = &egisso.Package{ID: egissotest.FactID("201"), Register: egisso.RegisterOrganization, Elements: egissotest.Elements(o)}
	secrets := egissotest.PersonalValues(f)
	secrets = append(secrets, "Петров", "590000000012", "304590000000012", "001234567")
	if len(secrets) < 15 {
		t.Fatalf("only %d planted values", len(secrets))
	}
	for name, v := range values {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x"} {
			egissotest.NoSecret(t, name+" "+verb, fmt.Sprintf(verb, v), secrets)
		}
		var text, json bytes.Buffer
		slog.New(slog.NewTextHandler(&text, withoutTime)).Info("row", "v", v)
		egissotest.NoSecret(t, name+" slog text", text.String(), secrets)
		switch name {
		case "people", "facts", "inside":
			// slog's JSON handler encodes containers by encoding/json, which the
			// store needs unmasked: log the value itself.
		default:
			slog.New(slog.NewJSONHandler(&json, withoutTime)).Info("row", "v", v)
			egissotest.NoSecret(t, name+" slog JSON", json.String(), secrets)
		}
	}
	if got := fmt.Sprintf("%v", f.Receiver); got != "***" {
		t.Errorf("person prints %q", got)
	}
	if got := fmt.Sprint(f); got != "fact "+f.ID.String()+" ***" {
		t.Errorf("fact prints %q", got)
	}
	for _, s := range []fmt.Stringer{f.Receiver, f.ReasonPersons[0], f.Documents[0], *f.Receiver.IdentityDoc, *f.Receiver.PermanentResidence, f.Assignment, f, a,
		egisso.Ending{}, *o.Entrepreneur, o.Entrepreneur.Registration, o, x} {
		if !strings.Contains(s.String(), "***") {
			t.Errorf("%T has String %q", s, s.String())
		}
	}
}
