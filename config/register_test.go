package config

import "testing"

func TestRegistersAreASet(t *testing.T) {
	for text, want := range map[string]string{
		"fact": "fact", " lmsz,fact, lmsz": "fact,lmsz", "10.05.I,assignment_fact ,measure": "fact,lmsz", "presence_point": "point",
	} {
		var r Registers
		if err := r.EnvDecode(text); err != nil || r.String() != want {
			t.Errorf("%q: %q, %v", text, r, err)
		}
	}
	for _, text := range []string{"facts", "fact lmsz", "fact,", ",", "FACT"} {
		r := Registers{"fact"}
		if err := r.EnvDecode(text); err == nil || len(r) != 1 {
			t.Errorf("%q: %q, %v", text, r, err)
		}
	}
	for text, want := range map[string]string{"10.06.S=0 19 * * *": "fact=0 19 * * *", "local_measure=0 18 * * *;fact=0 19 * * *": "fact=0 19 * * *;lmsz=0 18 * * *"} {
		var times ExportTimes
		if err := times.EnvDecode(text); err != nil || times.String() != want {
			t.Errorf("%q: %q, %v", text, times, err)
		}
	}
	var times ExportTimes
	if err := times.EnvDecode("fact=0 19 * * *;assignment_fact=0 20 * * *"); err == nil {
		t.Error("a register named twice, by two of its names, was taken")
	}
}
