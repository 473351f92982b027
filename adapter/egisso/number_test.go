package egisso

import (
	"fmt"
	"testing"
)

func TestINNValid(t *testing.T) {
	for s, want := range map[string]bool{
		"5900000034": true, "590000000308": true,
		"5900000035": false, "590000000309": false, "590000000318": false, // each control digit
		"0000000000": false, "000000000000": false, // zeros agree with anything
		"590000003": false, "59000000345": false, "": false, "590000003x": false, "٥٩٠٠٠٠٠٠٣٤": false, " 5900000034": false,
	} {
		if got := INNValid(s); got != want {
			t.Errorf("INNValid(%q) = %v", s, got)
		}
	}
}

func TestOGRNValid(t *testing.T) {
	for s, want := range map[string]bool{
		"1025900000004": true, "1025900000005": false, "3025900000004": false, "102590000000": false, "": false, "10259000000x4": false,
		"304590000000011": false,
	} {
		if got := OGRNValid(s); got != want {
			t.Errorf("OGRNValid(%q) = %v", s, got)
		}
	}
	for s, want := range map[string]bool{
		"304590000000011": true, "304590000000012": false, "104590000000011": false, "30459000000001": false, "": false,
		"1025900000004": false,
	} {
		if got := OGRNIPValid(s); got != want {
			t.Errorf("OGRNIPValid(%q) = %v", s, got)
		}
	}
}

// Of all last digits exactly one agrees, and a changed digit is found.
func TestControlDigitsAreUnique(t *testing.T) {
	for _, c := range []struct {
		name  string
		stem  string
		valid func(string) bool
	}{
		{"ИНН", "590000003", INNValid}, {"ИНН of a person", "59000000030", INNValid},
		{"ОГРН", "102590000000", OGRNValid}, {"ОГРНИП", "30459000000001", OGRNIPValid},
	} {
		found := 0
		for digit := range 10 {
			if c.valid(fmt.Sprintf("%s%d", c.stem, digit)) {
				found++
			}
		}
		if found != 1 {
			t.Errorf("%s: %d last digits agree", c.name, found)
		}
	}
}
