package store

import (
	"os"
	"regexp"
	"slices"
	"testing"
)

// TestFindingCodesAreTheList: what orders the view knows the codes the program knows, and
// every part of it gives one of them.
func TestFindingCodesAreTheList(t *testing.T) {
	text, err := os.ReadFile("code/70_health.sql")
	if err != nil {
		t.Fatal(err)
	}
	order, err := os.ReadFile("code/71_health_list.sql")
	if err != nil {
		t.Fatal(err)
	}
	list := regexp.MustCompile(`(?s)unnest\(array\[(.*?)\]\)`).FindSubmatch(order)
	if list == nil {
		t.Fatal("no list in the view")
	}
	var ordered []string
	for _, m := range regexp.MustCompile(`'(\w+)'`).FindAllSubmatch(list[1], -1) {
		ordered = append(ordered, string(m[1]))
	}
	if !slices.Equal(ordered, FindingCodes) {
		t.Errorf("the view orders %q,\nthe program knows %q", ordered, FindingCodes)
	}
	given := []string{"unread", "interrupted"} // from the column trouble
	for _, m := range regexp.MustCompile(`(?m)^\(?select '(\w+)'`).FindAllSubmatch(text, -1) {
		given = append(given, string(m[1]))
	}
	slices.Sort(given)
	known := slices.Sorted(slices.Values(FindingCodes))
	if !slices.Equal(slices.Compact(given), known) {
		t.Errorf("the view gives %q,\nknown are %q", given, known)
	}
}
