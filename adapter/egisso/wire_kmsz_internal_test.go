package egisso

import (
	"slices"
	"testing"
)

// TestFacetShapesFollowTheFacets: all of them but the rules have a shape, in their order.
func TestFacetShapesFollowTheFacets(t *testing.T) {
	var shaped []Facet
	for _, s := range facetShapes {
		shaped = append(shaped, s.facet)
	}
	if want := Facets(); !slices.Equal(append(shaped, FacetRules), want) {
		t.Errorf("shapes of %v, want %v", shaped, want)
	}
}
