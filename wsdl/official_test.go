package wsdl_test

import (
	"encoding/xml"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"egissogw/wsdl"
)

// officialDir finds the operator's schemas beside the repository.
func officialDir(t *testing.T) string {
	t.Helper()
	dir := filepath.Join("..", "..", "shared", "schemas", "smev", "v"+wsdl.Version)
	if _, err := os.Stat(dir); err != nil {
		t.Skip("the operator's schemas are not beside the repository")
	}
	return dir
}

// TestSameElementsAsOfficial compares the global elements of every namespace
// with the operator's schemas. Elements we had to make global for gowsdl are
// listed; the directive namespace is content, not envelope.
func TestSameElementsAsOfficial(t *testing.T) {
	dir := officialDir(t)
	onlyOurs := map[string][]string{"types": {"BusinessProcessMetadata", "RequestMessage", "ResponseMessage"}}
	for _, part := range []string{"types", "basic", "faults", "routing"} {
		t.Run(part, func(t *testing.T) {
			ours, err := wsdl.Files.ReadFile(part + "-" + wsdl.Version + ".xsd")
			if err != nil {
				t.Fatal(err)
			}
			theirs, err := os.ReadFile(filepath.Join(dir, "smev-message-exchange-"+part+"-"+wsdl.Version+".xsd"))
			if err != nil {
				t.Fatal(err)
			}
			want := append(globalElements(t, theirs), onlyOurs[part]...)
			slices.Sort(want)
			if got := globalElements(t, ours); !slices.Equal(got, want) {
				t.Errorf("elements %v, want %v", got, want)
			}
		})
	}
}

// TestSameOperationsAsOfficial compares operations, SOAPActions and the faults
// of each operation.
func TestSameOperationsAsOfficial(t *testing.T) {
	dir := officialDir(t)
	theirs, err := os.ReadFile(filepath.Join(dir, "smev-message-exchange-service-"+wsdl.Version+".wsdl"))
	if err != nil {
		t.Fatal(err)
	}
	ours, err := wsdl.Files.ReadFile("message-exchange-" + wsdl.Version + ".wsdl")
	if err != nil {
		t.Fatal(err)
	}
	got, want := operations(t, ours), operations(t, theirs)
	if !slices.Equal(got, want) {
		t.Errorf("operations\n%v\nwant\n%v", got, want)
	}
}

func globalElements(t *testing.T, data []byte) []string {
	t.Helper()
	var s struct {
		Element []struct {
			Name string `xml:"name,attr"`
		} `xml:"element"`
	}
	if err := xml.Unmarshal(data, &s); err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range s.Element {
		names = append(names, e.Name)
	}
	slices.Sort(names)
	return names
}

func operations(t *testing.T, data []byte) []string {
	t.Helper()
	type operation struct {
		Name   string `xml:"name,attr"`
		Action struct {
			Value string `xml:"soapAction,attr"`
		} `xml:"http://schemas.xmlsoap.org/wsdl/soap/ operation"`
		Fault []struct {
			Name string `xml:"name,attr"`
		} `xml:"fault"`
	}
	var w struct {
		PortType []operation `xml:"portType>operation"`
		Binding  []operation `xml:"binding>operation"`
	}
	if err := xml.Unmarshal(data, &w); err != nil {
		t.Fatal(err)
	}
	var lines []string
	for kind, list := range map[string][]operation{"port": w.PortType, "binding": w.Binding} {
		for _, op := range list {
			lines = append(lines, kind+" "+op.Name+" "+op.Action.Value)
			for _, f := range op.Fault {
				lines = append(lines, kind+" "+op.Name+" "+f.Name)
			}
		}
	}
	slices.Sort(lines)
	return lines
}
