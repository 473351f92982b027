package config

import "testing"

func TestExportNameFillsEveryPlaceholder(t *testing.T) {
	p := Package{ExportFileName: "{prefix}_{kind}_{date}_{provider}_{package}.xml"}
	if got, want := p.ExportName("id", "0042.000001", "10.06.S", "2024-03-01"), "0042_10.06.S_2024-03-01_0042.000001_id.xml"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if problem := checkExportName(p.ExportFileName); problem != "" {
		t.Error(problem)
	}
}
