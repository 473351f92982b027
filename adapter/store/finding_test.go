package store

import "testing"

// TestFindingsAreListed: a query that is not in the list is shown to nobody.
func TestFindingsAreListed(t *testing.T) {
	listed := map[string]bool{}
	for _, name := range findings {
		if _, known := queries[name]; !known {
			t.Errorf("no query %s", name)
		}
		listed[name] = true
	}
	for name := range queries {
		if len(name) > 8 && name[:8] == "finding_" && !listed[name] {
			t.Errorf("query %s is not in the list of findings", name)
		}
	}
}
