package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"
	"testing"
)

// TestEveryCommandHasItsFile: what a command runs stands in the file that is called like it.
func TestEveryCommandHasItsFile(t *testing.T) {
	fset := token.NewFileSet()
	table, err := parser.ParseFile(fset, "table.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	ast.Inspect(table, func(n ast.Node) bool {
		row, ok := n.(*ast.CompositeLit)
		if !ok || len(row.Elts) != 5 {
			return true
		}
		name, _ := row.Elts[0].(*ast.BasicLit)
		run, _ := row.Elts[3].(*ast.Ident)
		if name == nil || run == nil {
			return true
		}
		found++
		command, err := strconv.Unquote(name.Value)
		if err != nil {
			t.Fatal(err)
		}
		file, err := parser.ParseFile(fset, strings.ReplaceAll(command, "-", "")+".go", nil, 0)
		if err != nil {
			t.Errorf("%s has no file: %v", command, err)
			return false
		}
		if file.Scope.Lookup(run.Name) == nil {
			t.Errorf("%s: %s does not stand in its file", command, run.Name)
		}
		return false
	})
	if found != len(commands) {
		t.Errorf("%d rows were read, there are %d commands", found, len(commands))
	}
}
