package config

import (
	"slices"
	"testing"
)

func TestExportNameFillsEveryPlaceholder(t *testing.T) {
	p := Package{ExportFileName: "{prefix}_{kind}_{date}_{provider}_{package}.xml"}
	if got, want := p.ExportName("id", "0042.000001", "10.06.S", "2024-03-01"), "0042_10.06.S_2024-03-01_0042.000001_id.xml"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if problem := checkExportName(p.ExportFileName); problem != "" {
		t.Error(problem)
	}
}

func TestRegistersOnCommandAreAList(t *testing.T) {
	if got := (Package{FormOnCommand: " fact, lmsz "}).Commanded(); !slices.Equal(got, []string{"fact", "lmsz"}) {
		t.Errorf("%v", got)
	}
	if got := (Package{}).Commanded(); len(got) > 0 {
		t.Errorf("registers without the setting: %v", got)
	}
}

func TestRegistersToApproveAreASet(t *testing.T) {
	approved, agreed := (Package{Approval: " lmsz,fact, lmsz", ApprovalAgree: "fact"}).Approved()
	if !slices.Equal(approved, []string{"fact", "lmsz"}) || !slices.Equal(agreed, []string{"fact"}) {
		t.Errorf("%v, %v", approved, agreed)
	}
}
