package mis_test

import (
	"slices"
	"testing"

	"egissogw/adapter/egisso"
)

func TestMissingNamesRowsTheSourceDoesNotShow(t *testing.T) {
	s, conn := source(t)
	exec(t, conn, "insert into egisso_source.fact (row_key) values ('a'), ('b'), ('')")
	exec(t, conn, "insert into egisso_source.fact (row_key, deleted) values ('gone', true)")
	missing, err := s.Missing(t.Context(), egisso.RegisterFact, []string{"a", "never", "gone", "b", "also never"})
	if err != nil || !slices.Equal(missing, []string{"never", "also never"}) {
		t.Errorf("missing %v: %v", missing, err)
	}
	if missing, err := s.Missing(t.Context(), egisso.RegisterFact, nil); err != nil || len(missing) > 0 {
		t.Errorf("of no keys %v: %v", missing, err)
	}
	if _, err := s.Missing(t.Context(), "kmsz", []string{"a"}); err == nil {
		t.Error("an unknown register was asked")
	}
}
