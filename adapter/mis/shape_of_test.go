package mis

import "testing"

// TestShapesDemandWhatTheContractDemands: a field a shape calls obligatory is one the tables of
// fields know to be missing.
func TestShapesDemandWhatTheContractDemands(t *testing.T) {
	for _, v := range views {
		obligatory := map[string]bool{}
		for _, f := range tables[v.register] {
			obligatory[f.path] = obligatory[f.path] || f.obligatory()
		}
		var walk func(path string, s Shape)
		walk = func(path string, s Shape) {
			if s.List {
				path += "[]"
			}
			for _, f := range s.Fields {
				walk(path+"."+f.Name, f)
			}
			if demanded, known := obligatory[path]; known && s.Required && path != s.Name && len(s.Fields) == 0 && !demanded {
				t.Errorf("%s.%s: the shape demands it, the contract does not", v.name, path)
			}
		}
		for _, c := range v.columns[len(technical):] {
			if s := c.Shape(); (s.Type == JSON) != (len(s.Fields) > 0) {
				t.Errorf("%s.%s has the type %s and %d fields", v.name, c.Name, s.Type, len(s.Fields))
			}
			walk(c.Name, c.Shape())
		}
	}
}
