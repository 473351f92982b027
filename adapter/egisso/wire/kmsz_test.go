package wire

import (
	"slices"
	"testing"

	"egissogw/adapter/egisso"
)

// TestFacetShapesFollowTheFacets: all of them but the rules have a shape, in their order.
func TestFacetShapesFollowTheFacets(t *testing.T) {
	var shaped []egisso.Facet
	for _, s := range facetShapes {
		shaped = append(shaped, s.facet)
	}
	if want := egisso.Facets(); !slices.Equal(append(shaped, egisso.FacetRules), want) {
		t.Errorf("shapes of %v, want %v", shaped, want)
	}
}
