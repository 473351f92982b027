package scaffold_test

import (
	"strings"
	"testing"
)

// TestNotes: what is written all the same, and should be known.
func TestNotes(t *testing.T) {
	c := catalog(t, connect(t))
	for _, n := range []struct{ old, new, want string }{
		{"", "", "fact.join.chelovek: нет индекса: при каждом изменении registr.chelovek таблица lgota.naznachenie читается целиком; если таблица велика: create index on"},
		{"", "", "local_measure.title: столбец naim — bytea: читается как текст в UTF8"},
		{"chelovek.pol {м=Male, ж=Female}", "chelovek.pol {м=Male}", "значения ж столбца pol не названы: вместо них будет пусто; назовите их"},
	} {
		made, err := write(c, strings.Replace(answers(t), n.old, n.new, 1))
		if err != nil {
			t.Fatal(err)
		}
		told := false
		for _, note := range made.Notes {
			told = told || strings.Contains(note.String(), n.want)
		}
		if !told || !strings.Contains(made.SQL, n.want) {
			t.Errorf("%q is not among %v", n.want, made.Notes)
		}
	}
}
