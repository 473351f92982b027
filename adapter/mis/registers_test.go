package mis_test

import (
	"slices"
	"testing"

	"egissogw/adapter/egisso"
	"egissogw/adapter/mis"
)

// TestChangeLogSeesEveryPartOfTheOtherRegisters: a change of any table their
// views read brings the one record it belongs to, and of every register only
// what shows it.
func TestChangeLogSeesEveryPartOfTheOtherRegisters(t *testing.T) {
	s, conn, _ := reference(t, 1)
	registers := []egisso.Register{egisso.RegisterParticipant, egisso.RegisterOrganization, egisso.RegisterPoint}
	cursors := map[egisso.Register]mis.Cursor{}
	changed := func(register egisso.Register) (got []string) {
		t.Helper()
		next, err := s.Changed(t.Context(), register, cursors[register], func(r mis.Row) error {
			got = append(got, r.Key)
			if len(r.Findings) > 0 {
				t.Errorf("%s %s: %v", register, r.Key, r.Findings)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		cursors[register] = next
		slices.Sort(got)
		return got
	}
	for _, register := range registers {
		changed(register)
	}
	for _, tt := range []struct {
		change string
		want   map[egisso.Register][]string
	}{
		{"update mis.onmsz set email = 'x@example.org' where id = 2", map[egisso.Register][]string{egisso.RegisterParticipant: {"2"}}},
		{"update mis.onmsz set code = '0042.000009' where id = 1",
			map[egisso.Register][]string{egisso.RegisterParticipant: {"1"}, egisso.RegisterPoint: {"1"}}},
		{"update mis.pharmacy set phone = '1' where id = 3", map[egisso.Register][]string{egisso.RegisterOrganization: {"3"}}},
		{"update mis.pharmacy_point set note = 'x' where id = 22", map[egisso.Register][]string{egisso.RegisterOrganization: {"2"}}},
		{"insert into mis.pharmacy_measure values (31, 3, 4, '2025-03-01')", map[egisso.Register][]string{egisso.RegisterOrganization: {"3"}}},
		{"delete from mis.pharmacy_measure where point_id = 11 and measure_id = 2", map[egisso.Register][]string{egisso.RegisterOrganization: {"1"}}},
		{"update mis.pharmacy_contract set pharmacy_id = 1 where id = 2; insert into mis.pharmacy_contract values (9, 2, 'д', null, 'о')",
			map[egisso.Register][]string{egisso.RegisterOrganization: {"1", "2"}}},
		{"update mis.reception set rules = 'x' where id = 2", map[egisso.Register][]string{egisso.RegisterPoint: {"2"}}},
		{"delete from mis.reception_measure where reception_id = 1 and measure_id = 4", map[egisso.Register][]string{egisso.RegisterPoint: {"1"}}},
		{"delete from mis.reception_measure where reception_id = 2; delete from mis.reception where id = 2",
			map[egisso.Register][]string{egisso.RegisterPoint: {"2"}}},
	} {
		exec(t, conn, tt.change)
		for _, register := range registers {
			if got := changed(register); !slices.Equal(got, tt.want[register]) {
				t.Errorf("%s: of %s came %v, want %v", tt.change, register, got, tt.want[register])
			}
		}
	}
}
