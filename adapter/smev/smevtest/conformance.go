package smevtest

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// WriteEnvelopeSchema writes an XSD for whole SOAP messages, requests, replies
// and faults, of one schema version: the SOAP envelope around the official
// schemas found under schemaDir (smev/vN.N and egisso). There is no official
// schema of 1.2; ours is taken from wsdlDir. With it a validator such as xmllint
// can judge the messages a Bus saved.
func WriteEnvelopeSchema(path, schemaDir, wsdlDir, number string) error {
	dir, err := filepath.Abs(schemaDir)
	if err != nil {
		return fmt.Errorf("write envelope schema: %w", err)
	}
	prefix := filepath.Join(dir, "smev", "v"+number, "smev-message-exchange-")
	if number == "1.2" {
		if prefix, err = filepath.Abs(wsdlDir); err != nil {
			return fmt.Errorf("write envelope schema: %w", err)
		}
		prefix += string(filepath.Separator)
	}
	var imports strings.Builder
	for _, i := range [][2]string{
		{exchange + number, prefix + "types-" + number + ".xsd"},
		{exchange + "faults/" + number, prefix + "faults-" + number + ".xsd"},
		{"urn://egisso-ru/msg/10.05.I/2.1.0", filepath.Join(dir, "egisso", "10.05.I-2.1.0.xsd")},
		{"urn://egisso-ru/msg/10.10.I/1.0.3", filepath.Join(dir, "egisso", "10.10.I-1.0.3.xsd")},
		{"urn://egisso-ru/msg/10.10.I/1.0.4", filepath.Join(dir, "egisso", "10.10.I-1.0.4.xsd")},
		{"urn://egisso-ru/msg/10.01.O/1.0.3", filepath.Join(dir, "egisso", "10.01.O-1.0.3.xsd")},
		{"urn://egisso-ru/msg/10.03.O/1.0.1", filepath.Join(dir, "egisso", "10.03.O-1.0.1.xsd")},
	} {
		if _, err := os.Stat(i[1]); err != nil {
			return fmt.Errorf("write envelope schema: %w", err)
		}
		fmt.Fprintf(&imports, "<xs:import namespace=\"%s\" schemaLocation=\"%s\"/>\n", i[0], escape(i[1]))
	}
	schema := strings.Replace(envelopeXSD, "IMPORTS\n", imports.String(), 1)
	if err := os.WriteFile(path, []byte(schema), 0o600); err != nil {
		return fmt.Errorf("write envelope schema: %w", err)
	}
	return nil
}

const envelopeXSD = `<?xml version="1.0" encoding="UTF-8"?>
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"
  targetNamespace="http://schemas.xmlsoap.org/soap/envelope/" elementFormDefault="qualified">
IMPORTS
<xs:element name="Envelope"><xs:complexType><xs:sequence>
  <xs:element name="Header" minOccurs="0"><xs:complexType/></xs:element>
  <xs:element name="Body"><xs:complexType><xs:sequence>
    <xs:any namespace="##any" processContents="strict" minOccurs="0"/>
  </xs:sequence></xs:complexType></xs:element>
</xs:sequence></xs:complexType></xs:element>
<xs:element name="Fault"><xs:complexType><xs:sequence>
  <xs:element name="faultcode" type="xs:QName" form="unqualified"/>
  <xs:element name="faultstring" type="xs:string" form="unqualified"/>
  <xs:element name="detail" form="unqualified" minOccurs="0"><xs:complexType><xs:sequence>
    <xs:any namespace="##any" processContents="strict"/>
  </xs:sequence></xs:complexType></xs:element>
</xs:sequence></xs:complexType></xs:element>
</xs:schema>
`
