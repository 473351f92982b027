package egisso

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"
)

func TestSNILSValid(t *testing.T) {
	for s, want := range map[string]bool{
		"14346409756": true, "12024663307": true, "15299231282": true, "18736694633": true, "10648089460": true,
		"11223344595": true,  // the textbook example
		"00100199800": true,  // up to 001-001-998: not checked
		"00100199900": false, // the first checked one
		"14346409757": false, "1434640975": false, "143464097561": false, "143-464-097 56": false, "": false, "1434640975б": false,
		"٠٠٠٠٠٠٠٠٠٠٠": false,
	} {
		if got := SNILSValid(s); got != want {
			t.Errorf("SNILSValid(%q) = %v", s, got)
		}
	}
	// Sums of 100 and 101 give the control number 00.
	hundred := map[string]int{}
	for n := 1_001_999; n < 1_030_000; n++ {
		digits, total := fmt.Sprintf("%09d", n), 0
		for i := range 9 {
			total += int(digits[i]-'0') * (9 - i)
		}
		if total%101 == 100 || total%101 == 0 {
			hundred[digits] = total
			if !SNILSValid(digits + "00") {
				t.Errorf("%s00 with sum %d is refused", digits, total)
			}
		}
	}
	if len(hundred) == 0 {
		t.Error("no number with a sum of 100 or 101 was tried")
	}
}

func TestIdentifiers(t *testing.T) {
	one, two := [32]byte{1}, [32]byte{2}
	prev := uuid.MustParse("10060000-0000-4000-9000-000000000001")
	ids := map[uuid.UUID]string{}
	for name, id := range map[string]uuid.UUID{
		"fact": FactID("0042", "7", 0), "fact, next life": FactID("0042", "7", 1), "fact, other row": FactID("0042", "70", 0),
		"fact, other split": FactID("00427", "", 0), "fact, other provider": FactID("0043", "7", 0),
		"measure": MeasureID("0042", "7", uuid.Nil, one), "measure, version": MeasureID("0042", "7", prev, one), "measure, content": MeasureID("0042", "7", uuid.Nil, two),
		"organization": OrganizationID("0042", "7", uuid.Nil, one), "point": PointID("0042", "7", uuid.Nil, one), "point, version": PointID("0042", "7", prev, one),
		"application": ApplicationID("0042", "7", ActionInsertion, 0, one), "application, again": ApplicationID("0042", "7", ActionInsertion, 1, one),
		"application, other action": ApplicationID("0042", "7", ActionExclusion, 0, one),
		"category":                  CategoryID("0042", "7", "1"), "category, other split": CategoryID("0042", "71", ""),
		"alteration": EventID(KindFactAlteration, prev, 0, one), "alteration, second": EventID(KindFactAlteration, prev, 1, one),
		"alteration, content": EventID(KindFactAlteration, prev, 0, two), "invalidation": EventID(KindFactInvalidation, prev, 0, one),
	} {
		if other, taken := ids[id]; taken {
			t.Errorf("%s and %s have the same id", name, other)
		}
		ids[id] = name
		if id.Version() != 5 {
			t.Errorf("%s: UUID version %d", name, id.Version())
		}
	}
	// These exact values are in ЕГИССО once the gateway has run: they may never change.
	for _, c := range []struct {
		got  uuid.UUID
		want string
	}{
		{FactID("0042.000001", "recipe:17", 0), "1b55a56c-df58-5c71-a9ac-780060560c13"},
		{MeasureID("0042.000001", "m:1", uuid.Nil, [32]byte{}), "0992a274-105c-5f53-a681-b8cb33d5d603"},
		{CategoryID("0042.000001", "m:1", "c:1"), "637ad08b-9268-5fae-81ba-e91dd1e1bec7"},
		{EventID(KindFactInvalidation, uuid.Nil, 0, [32]byte{}), "f3ed6761-edf7-5718-ab41-0d3762643432"},
	} {
		if c.got.String() != c.want {
			t.Errorf("id %s, want %s", c.got, c.want)
		}
	}
}

func TestTextsAsWritten(t *testing.T) {
	for got, want := range map[string]string{
		clip(strings.Repeat("я", 5), 3): "яяя", clip("яя яя", 3): "яя", clip("яя", 3): "яя", clip("", 0): "",
		Trim(" a\r\nb\rc\u00a0"): "a\nb\nc",
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestDecodeElementRefusesWhatItCannotRead(t *testing.T) {
	for _, c := range []struct {
		kind    Kind
		content string
	}{
		{"whatever", `{}`}, {KindFact, `{`}, {KindFact, `{"mszReceiver":{"snils":14346409756}}`}, {KindFact, `{"dateStart":"10.01.2023"}`},
		{KindApplication, `[]`}, {KindOrganization, `{"title":7}`},
	} {
		_, err := DecodeElement(c.kind, []byte(c.content))
		if err == nil {
			t.Errorf("%s %s was read", c.kind, c.content)
		} else if strings.Contains(err.Error(), "14346409756") || strings.Contains(err.Error(), "10.01.2023") {
			t.Errorf("error shows a value: %v", err)
		} else {
			t.Log(err)
		}
	}
	for _, r := range Registers() {
		for _, kind := range r.Kinds() {
			if e, err := DecodeElement(kind, []byte(`{}`)); err != nil || e.ElementKind() != kind || e.Target() != uuid.Nil {
				t.Errorf("%s: %v, %v", kind, e, err)
			}
		}
	}
}
