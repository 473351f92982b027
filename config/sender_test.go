package config_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"egissogw/config"
)

// Under the same authority stand certificates of others: a chain needs somebody's name.
func TestChainNeedsASubject(t *testing.T) {
	for name, tc := range map[string]struct {
		trust, subject string
		wrong          string
	}{
		"pinned":                   {"pinned", "", ""},
		"pinned with a subject":    {"pinned", "O=Минцифры России", ""},
		"chain":                    {"chain", "", "EGISSOGW_SMEV_SUBJECT"},
		"chain with ОГРН":          {"chain", "ОГРН=1047702026701", ""},
		"chain with OGRN":          {"chain", "OGRN=1047702026701", ""},
		"chain with organisation":  {"chain", "O=Минцифры России", ""},
		"chain with something":     {"chain", "1047702026701", "EGISSOGW_SMEV_SUBJECT"},
		"chain with an empty name": {"chain", "O= ", "EGISSOGW_SMEV_SUBJECT"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := load(t, map[string]string{"EGISSOGW_SMEV_TRUST": tc.trust, "EGISSOGW_SMEV_SUBJECT": tc.subject})
			var problems *config.Problems
			if errors.As(err, &problems) != (tc.wrong != "") || problems != nil && problems.List[0].Variable != tc.wrong {
				t.Errorf("error %v, want a problem with %q", err, tc.wrong)
			}
		})
	}
}

func TestMnemonicsAreListed(t *testing.T) {
	for text, want := range map[string]config.Mnemonics{
		"":                       nil,
		"EGISSO":                 {"EGISSO"},
		strings.Repeat("я", 100): {strings.Repeat("я", 100)},
		" EGISSO , EGISSO_T,1":   {"EGISSO", "EGISSO_T", "1"},
		"none":                   {""},
		"EGISSO,none":            {"EGISSO", ""},
		"ЕГИССО":                 {"ЕГИССО"},
	} {
		c, err := load(t, map[string]string{"EGISSOGW_SMEV_SENDERS": text})
		if err != nil || !slices.Equal(c.SMEV.Senders, want) {
			t.Errorf("%q is %q, %v", text, c.SMEV.Senders, err)
		}
		if !slices.Equal(c.SMEV.BusSenders, config.Mnemonics{"smev", "SMEV"}) {
			t.Errorf("the bus is %q", c.SMEV.BusSenders)
		}
	}
	for _, text := range []string{strings.Repeat("я", 101), ",", "A,,B", "A B", "-A", "A'B", "A\u202eB", "<none>"} {
		if _, err := load(t, map[string]string{"EGISSOGW_SMEV_SENDERS": text}); err == nil {
			t.Errorf("%q is a list", text)
		}
	}
}
