package egisso

import (
	"strings"
	"testing"
)

// TestValuesTheReadersRefuse: single values beyond what the mutations of the
// samples reach.
func TestValuesTheReadersRefuse(t *testing.T) {
	point := string(written(t, worldPackages(RegisterPoint.Version())["valid.request.new-point.xml"]))
	for _, c := range []struct {
		old, new string
		refused  bool
	}{
		{">58.01<", ">-5.8e1<", false}, {">58.01<", "> +58. <", false}, {">58.01<", ">.5<", false},
		{">58.01<", ">INF<", true}, {">58.01<", ">NaN<", true}, {">58.01<", ">1e999999999<", true}, {">58.01<", ">58,01<", true},
		{">58.01<", ">" + strings.Repeat("1", 41) + "<", true}, {">58.01<", ">0x10<", true},
		{">2023-02-01T10:00:00+03:00<", ">2023-02-01T10:00:00<", false},
		{">2023-02-01T10:00:00+03:00<", ">2023-02-01T10:00:00.123456789Z<", false},
		{">2023-02-01T10:00:00+03:00<", ">2023-02-30T10:00:00Z<", true},
		{">2023-02-01T10:00:00+03:00<", ">01.02.2023<", true},
	} {
		_, _, err := ReadPackage([]byte(strings.Replace(point, c.old, c.new, 1)))
		if (err != nil) != c.refused {
			t.Errorf("%s: error %v", c.new, err)
		}
	}
	activation := string(readSample(t, "10.03.O-1.0.1", "valid.request.first-activation.xml"))
	for _, value := range []string{"0", "-1", "7", "x", "99999999999", ""} {
		if _, err := ReadActivation([]byte(strings.Replace(activation, "status>5<", "status>"+value+"<", 1))); err == nil {
			t.Errorf("status %q was read", value)
		}
	}
}

// Hashing must not change what it hashes, and ids take no part.
func TestContentHashOfOtherRegisters(t *testing.T) {
	o, x, p := pharmacy(), reception(), clinic()
	before := asJSON(t, []any{o, x, p})
	organization, point, participant := o.ContentHash(), x.ContentHash(), p.ContentHash()
	if asJSON(t, []any{o, x, p}) != before {
		t.Fatal("hashing changed a value")
	}
	same, moved := pharmacy(), reception()
	same.ID, same.PreviousID, same.LastChanging = pointID("001"), pointID("002"), today.Time()
	same.Points[0].Measures[0], same.Points[0].Measures[1] = same.Points[0].Measures[1], same.Points[0].Measures[0]
	same.Points[0].Measures[0].ID, same.Title = pointID("003"), same.Title+" "
	same.Points[0].Coordinates = &Coordinates{num("58.01050"), num("56.2502")}
	if same.ContentHash() != organization {
		t.Error("ids, order and spaces change the organisation's hash")
	}
	moved.ID, moved.LastChanging, moved.Measures[0].ID = pointID("009"), today.Time(), pointID("003")
	if moved.ContentHash() != point {
		t.Error("ids change the point's hash")
	}
	p.Territories = append([]string{"57702000"}, p.Territories...)
	q := clinic()
	q.Territories = append(q.Territories, "57702000")
	if p.ContentHash() != q.ContentHash() || p.ContentHash() == participant {
		t.Error("territories are a set")
	}
	same.Points[0].Measures[0].Key, moved.Schedule = "other", "круглосуточно"
	if same.ContentHash() == organization || moved.ContentHash() == point {
		t.Error("content does not change the hash")
	}
	if findings := (Checker{}).ParticipantRow(clinic()); Blocks(findings) {
		t.Errorf("a participant of the samples: %v", findings)
	}
}
