package wsdl_test

import (
	"encoding/xml"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"egissogw/crypto/signertest"
	"egissogw/wsdl"
)

func TestMain(m *testing.M) { signertest.Main(m) }

// official are the versions whose schemas the operator published.
var official = []string{"1.1", "1.3"}

// officialDir finds the operator's schemas beside the repository.
func officialDir(t *testing.T, version string) string {
	t.Helper()
	return signertest.Shared(t, "schemas", "smev", "v"+version)
}

// schemaParts are the namespaces of the envelope; the directive namespace of 1.3
// is content, not envelope.
func schemaParts(version string) []string {
	parts := []string{"types", "basic", "faults"}
	if version == "1.3" {
		parts = append(parts, "routing")
	}
	return parts
}

// schemas reads ours and the operator's file of one namespace.
func schemas(t *testing.T, version, part string) (ours, theirs []byte) {
	t.Helper()
	dir := officialDir(t, version)
	ours, err := wsdl.Files.ReadFile(part + "-" + version + ".xsd")
	if err != nil {
		t.Fatal(err)
	}
	theirs, err = os.ReadFile(filepath.Join(dir, "smev-message-exchange-"+part+"-"+version+".xsd"))
	if err != nil {
		t.Fatal(err)
	}
	return ours, theirs
}

// onlyOurs are elements we had to make global for gowsdl.
var onlyOurs = map[string][]string{"types": {"BusinessProcessMetadata", "RequestMessage", "ResponseMessage"}}

// TestSameElementsAsOfficial compares the global elements of every namespace
// with the operator's schemas.
func TestSameElementsAsOfficial(t *testing.T) {
	for _, version := range official {
		for _, part := range schemaParts(version) {
			t.Run(version+" "+part, func(t *testing.T) {
				ours, theirs := schemas(t, version, part)
				want := append(globalElements(t, theirs), onlyOurs[part]...)
				slices.Sort(want)
				if got := globalElements(t, ours); !slices.Equal(got, want) {
					t.Errorf("elements %v, want %v", got, want)
				}
			})
		}
	}
}

// TestSameOperationsAsOfficial compares operations, SOAPActions and the faults
// of each operation.
func TestSameOperationsAsOfficial(t *testing.T) {
	for _, version := range official {
		t.Run(version, func(t *testing.T) {
			theirs, err := os.ReadFile(filepath.Join(officialDir(t, version), "smev-message-exchange-service-"+version+".wsdl"))
			if err != nil {
				t.Fatal(err)
			}
			ours, err := wsdl.Files.ReadFile("message-exchange-" + version + ".wsdl")
			if err != nil {
				t.Fatal(err)
			}
			got, want := operations(t, ours), operations(t, theirs)
			if !slices.Equal(got, want) {
				t.Errorf("operations\n%v\nwant\n%v", got, want)
			}
		})
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
