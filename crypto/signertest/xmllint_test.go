package signertest_test

import (
	"fmt"
	"strings"
	"testing"

	"egissogw/crypto/signertest"
)

// TestSchemaProblems: every document is judged by itself, however many there are and however many
// lines they take.
func TestSchemaProblems(t *testing.T) {
	schema := signertest.File(t, "a.xsd", []byte(`<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns="urn:a" targetNamespace="urn:a"
elementFormDefault="qualified"><xs:element name="a"><xs:complexType><xs:sequence><xs:element name="n" type="xs:int" maxOccurs="unbounded"/>
</xs:sequence></xs:complexType></xs:element><xs:element name="b" type="xs:date"/></xs:schema>`))
	long := strings.Repeat("\n<n>1</n>", 50_000)
	kinds := []struct{ text, want string }{
		{`<?xml version="1.0" encoding="UTF-8"?>` + "\n" + `<a xmlns="urn:a"><n>1</n></a>`, ""},
		{`<a xmlns="urn:a"><n>x</n></a>`, "'x' is not a valid value"},
		{`<a xmlns="urn:a">` + long + `</a>`, ""},
		{`<a xmlns="urn:a"/>`, "Missing child element"},
		{`<q:b xmlns:q="urn:a">2023-01-01</q:b>`, ""},
		{`<a xmlns="urn:a">` + long + "\n<n>y</n></a>", "'y' is not a valid value"},
		{`<a xmlns="urn:other"/>`, "No matching global element declaration"},
		{`<a xmlns="urn:a"><n>1</n><m/></a>`, "This element is not expected"},
		{`<c xmlns="urn:a"/>`, "No matching global element declaration"},
	}
	var documents [][]byte
	for range 3 {
		for _, kind := range kinds {
			documents = append(documents, []byte(kind.text))
		}
	}
	problems := signertest.SchemaProblems(t, schema, documents)
	for i, problem := range problems {
		if want := kinds[i%len(kinds)].want; (problem == "") != (want == "") || !strings.Contains(problem, want) {
			t.Errorf("%s: %q, want %q", fmt.Sprintf("%.60s", documents[i]), problem, want)
		}
	}
	if len(problems) != len(documents) {
		t.Errorf("%d answers about %d documents", len(problems), len(documents))
	}
}
