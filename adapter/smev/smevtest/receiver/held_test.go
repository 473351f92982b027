package receiver

import (
	"slices"
	"testing"

	"egissogw/crypto/xmlsafe"
)

// A recalculation names a sum, which is the rouble equivalent of what is not money.
func TestContentIsKeptAndRecalculated(t *testing.T) {
	for form, want := range map[string][]string{
		`<monetaryForm><amount>5.00</amount></monetaryForm>`: {"/oszCode=1", "/assignmentInfo/monetaryForm/amount=9"},
		`<naturalForm><amount>4</amount><equivalentAmount>5.00</equivalentAmount></naturalForm>`: {
			"/oszCode=1", "/assignmentInfo/naturalForm/amount=4", "/assignmentInfo/naturalForm/equivalentAmount=9"},
	} {
		doc, err := xmlsafe.Parse([]byte(`<fact><oszCode> 1 </oszCode><assignmentInfo>`+form+`</assignmentInfo></fact>`), xmlsafe.DefaultLimits)
		if err != nil {
			t.Fatal(err)
		}
		kept := leaves(nil, "", doc.Root)
		if got := withAmount(kept, "9"); !slices.Equal(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
		if slices.Equal(kept, want) {
			t.Error("what was kept before changed too")
		}
	}
}
