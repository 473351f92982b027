package signertest

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// XMLLint finds the program that judges documents by their schemas. See Missing for what happens
// where it is absent.
func XMLLint(t testing.TB) string {
	t.Helper()
	path, err := exec.LookPath("xmllint")
	if err != nil {
		Missing(t, "xmllint is not installed (Debian package libxml2-utils)")
	}
	return path
}

// lineLimit is how far libxml2 counts lines.
const lineLimit = 60_000

var (
	xmlDeclaration = regexp.MustCompile(`^<\?xml[^>]*\?>\s*`)
	lintLine       = regexp.MustCompile(`^(\d+)\.xml:(\d+): (.*)`)
	targetOf       = regexp.MustCompile(`targetNamespace="([^"]*)"`)
)

// SchemaProblems asks xmllint about documents of one schema, the path of a file, all in one process
// and in few files, as elements of one document: it gives what is wrong with each, "" with those
// that are valid. Identifiers (xs:ID) would have to be unique among all of them.
func SchemaProblems(t testing.TB, schema string, documents [][]byte) []string {
	t.Helper()
	xmllint, dir := XMLLint(t), t.TempDir()
	write := func(name string, text []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	var starts [][]int // of each file, the number of its first document and the lines they start at
	args := []string{"--noout", "--nonet", "--huge", "--schema", write("all.xsd", schemaOfMany(t, schema))}
	for i := 0; i < len(documents); {
		parts, lines := [][]byte{[]byte(`<all:all xmlns:all="urn:all">`)}, []int{i}
		for line := 2; i < len(documents) && line < lineLimit; i++ {
			document := xmlDeclaration.ReplaceAll(documents[i], nil)
			parts, lines = append(parts, document), append(lines, line)
			line += bytes.Count(document, []byte("\n")) + 1
		}
		parts = append(parts, []byte("</all:all>"))
		args = append(args, write(strconv.Itoa(len(starts))+".xml", bytes.Join(parts, []byte("\n"))))
		starts = append(starts, lines)
	}
	cmd := exec.CommandContext(t.Context(), xmllint, args...)
	cmd.Dir = dir
	out, _ := cmd.CombinedOutput()
	return judged(t, strings.ReplaceAll(string(out), dir+"/", ""), starts, len(documents))
}

// judged reads what xmllint said.
func judged(t testing.TB, out string, starts [][]int, documents int) []string {
	t.Helper()
	problems := make([]string, documents)
	for file := range starts {
		if !strings.Contains(out, fmt.Sprintf("%d.xml validates\n", file)) && !strings.Contains(out, fmt.Sprintf("%d.xml fails to validate\n", file)) {
			t.Fatalf("xmllint: %.3000s", out)
		}
	}
	for line := range strings.Lines(out) {
		m := lintLine.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		file, _ := strconv.Atoi(m[1])
		number, _ := strconv.Atoi(m[2])
		first, lines := starts[file][0], starts[file][1:]
		i := len(lines) - 1
		for i >= 0 && lines[i] > number {
			i--
		}
		if i < 0 || !strings.Contains(m[3], "Schemas validity error") {
			t.Fatalf("xmllint: %s", line)
		}
		problems[first+i] += m[3] + "\n"
	}
	return problems
}

// schemaOfMany is a schema of a document with any number of those of the given one.
func schemaOfMany(t testing.TB, schema string) []byte {
	t.Helper()
	text, err := os.ReadFile(schema)
	if err != nil {
		t.Fatal(err)
	}
	target := targetOf.FindSubmatch(text)
	if target == nil {
		t.Fatalf("%s has no target namespace", schema)
	}
	return fmt.Appendf(nil, `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:all">
<xs:import namespace="%s" schemaLocation="%s"/>
<xs:element name="all"><xs:complexType><xs:sequence>
<xs:any namespace="##any" processContents="strict" minOccurs="0" maxOccurs="unbounded"/>
</xs:sequence></xs:complexType></xs:element>
</xs:schema>`, target[1], schema)
}
