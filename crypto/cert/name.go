package cert

import (
	"encoding/asn1"
	"encoding/hex"
	"fmt"
	"log/slog"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// Name is the distinguished name of a subject or issuer. Parse fills everything; SelfSigned and
// Issue write the named fields, in the order of this structure, where Raw is empty.
//
// Some fields describe a natural person. String leaves those out; Full does not.
type Name struct {
	// Raw is the DER encoding; names are the same when their encodings are.
	Raw []byte
	// SNILS is СНИЛС of a natural person, OGRN and OGRNIP are ОГРН and ОГРНИП, INN is ИНН as
	// written in 1.2.643.3.131.1.1 and INNLE is ИНН of a legal entity in 1.2.643.100.4.
	SNILS, OGRN, OGRNIP, INN, INNLE         string
	Email, UnstructuredName                 string
	Country, Region, Locality, Street       string
	Organization, OrganizationalUnit, Title string
	Surname, GivenName, CommonName          string
	// Attributes are all attributes in the order of the certificate.
	Attributes []Attribute
}

// Attribute is one attribute of a name.
type Attribute struct {
	ID asn1.ObjectIdentifier
	// Value is the text; for a value that is no string, "#" and its hexadecimal encoding.
	Value string
}

// nameField ties an attribute's identifier to its field, its short label and its ASN.1 type.
type nameField struct {
	id       asn1.ObjectIdentifier
	label    string
	tag      cbasn1.Tag
	personal bool
	field    func(*Name) *string
}

const (
	tagNumericString   = cbasn1.Tag(18)
	tagVisibleString   = cbasn1.Tag(26)
	tagUniversalString = cbasn1.Tag(28)
	tagBMPString       = cbasn1.Tag(30)
)

// nameFields: RFC 5280 appendix A.1 and Приказ ФСБ России № 795 (форма квалифицированного
// сертификата), which makes the Russian numbers NumericString.
var nameFields = []nameField{
	{asn1.ObjectIdentifier{1, 2, 643, 100, 3}, "СНИЛС", tagNumericString, true, func(n *Name) *string { return &n.SNILS }},
	{asn1.ObjectIdentifier{1, 2, 643, 100, 1}, "ОГРН", tagNumericString, false, func(n *Name) *string { return &n.OGRN }},
	{asn1.ObjectIdentifier{1, 2, 643, 100, 5}, "ОГРНИП", tagNumericString, true, func(n *Name) *string { return &n.OGRNIP }},
	{asn1.ObjectIdentifier{1, 2, 643, 3, 131, 1, 1}, "ИНН", tagNumericString, true, func(n *Name) *string { return &n.INN }},
	{asn1.ObjectIdentifier{1, 2, 643, 100, 4}, "ИННЮЛ", tagNumericString, false, func(n *Name) *string { return &n.INNLE }},
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 1}, "E", cbasn1.IA5String, true, func(n *Name) *string { return &n.Email }},
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 2}, "UN", cbasn1.UTF8String, false, func(n *Name) *string { return &n.UnstructuredName }},
	{asn1.ObjectIdentifier{2, 5, 4, 6}, "C", cbasn1.PrintableString, false, func(n *Name) *string { return &n.Country }},
	{asn1.ObjectIdentifier{2, 5, 4, 8}, "S", cbasn1.UTF8String, false, func(n *Name) *string { return &n.Region }},
	{asn1.ObjectIdentifier{2, 5, 4, 7}, "L", cbasn1.UTF8String, false, func(n *Name) *string { return &n.Locality }},
	{asn1.ObjectIdentifier{2, 5, 4, 9}, "STREET", cbasn1.UTF8String, false, func(n *Name) *string { return &n.Street }},
	{asn1.ObjectIdentifier{2, 5, 4, 10}, "O", cbasn1.UTF8String, false, func(n *Name) *string { return &n.Organization }},
	{asn1.ObjectIdentifier{2, 5, 4, 11}, "OU", cbasn1.UTF8String, false, func(n *Name) *string { return &n.OrganizationalUnit }},
	{asn1.ObjectIdentifier{2, 5, 4, 12}, "T", cbasn1.UTF8String, true, func(n *Name) *string { return &n.Title }},
	{asn1.ObjectIdentifier{2, 5, 4, 4}, "SN", cbasn1.UTF8String, true, func(n *Name) *string { return &n.Surname }},
	{asn1.ObjectIdentifier{2, 5, 4, 42}, "G", cbasn1.UTF8String, true, func(n *Name) *string { return &n.GivenName }},
	{asn1.ObjectIdentifier{2, 5, 4, 3}, "CN", cbasn1.UTF8String, false, func(n *Name) *string { return &n.CommonName }},
}

func nameFieldOf(id asn1.ObjectIdentifier) *nameField {
	for i := range nameFields {
		if nameFields[i].id.Equal(id) {
			return &nameFields[i]
		}
	}
	return nil
}

// OrganizationINN is ИНН of the legal entity: its own attribute, or the common one where a
// legal entity's ten digits are filled up with two zeros. It is empty for a natural person.
func (n Name) OrganizationINN() string {
	if n.INNLE != "" {
		return n.INNLE
	}
	if len(n.INN) == 12 && strings.HasPrefix(n.INN, "00") {
		return n.INN[2:]
	}
	return ""
}

// String is the name for logs and messages: what identifies the organisation or the system,
// and nothing about a natural person.
func (n Name) String() string {
	var parts []string
	add := func(label, value string) {
		if value != "" {
			parts = append(parts, label+"="+shortened(value))
		}
	}
	if !n.namesPerson() {
		add("CN", n.CommonName)
	}
	if n.Organization != n.CommonName {
		add("O", n.Organization)
	}
	add("UN", n.UnstructuredName)
	add("ОГРН", n.OGRN)
	add("ИНН", n.OrganizationINN())
	if len(parts) == 0 {
		return "name withheld"
	}
	return strings.Join(parts, ", ")
}

// maxShown is how much of a text String shows; the longest attributes of RFC 5280
// appendix A.1 have 64 characters, those of Russian authorities up to some 200.
const maxShown = 512

// shortened is the beginning of a text that is too long for a message.
func shortened(s string) string {
	if len(s) <= maxShown {
		return s
	}
	return strings.ToValidUTF8(s[:maxShown], "") + "…"
}

// LogValue is String: natural persons stay out of logs.
func (n Name) LogValue() slog.Value { return slog.StringValue(n.String()) }

// namesPerson tells whether the common name is that of a natural person: it repeats the
// surname, or there is no organisation while there is a person's number.
func (n Name) namesPerson() bool {
	if n.Surname != "" && strings.Contains(strings.ToLower(n.CommonName), strings.ToLower(n.Surname)) {
		return true
	}
	return n.Organization == "" && n.OGRN == "" && (n.SNILS != "" || n.OGRNIP != "" || n.INN != "")
}

// Full is every attribute in the order of the certificate, personal ones included: for the
// owner of the certificate to look at, never for logs.
func (n Name) Full() string {
	parts := make([]string, 0, len(n.Attributes))
	for _, a := range n.Attributes {
		label := a.ID.String()
		if f := nameFieldOf(a.ID); f != nil {
			label = f.label
		}
		parts = append(parts, label+"="+a.Value)
	}
	return strings.Join(parts, ", ")
}

// readName reads a Name (RFC 5280 section 4.1.2.4).
func readName(s *cryptobyte.String) (Name, error) {
	var n Name
	var raw, seq cryptobyte.String
	if !s.ReadASN1Element(&raw, cbasn1.SEQUENCE) {
		return n, fmt.Errorf("%w: name is not a sequence", ErrMalformed)
	}
	n.Raw = raw
	if !raw.ReadASN1(&seq, cbasn1.SEQUENCE) {
		return n, fmt.Errorf("%w: name is not a sequence", ErrMalformed)
	}
	for !seq.Empty() {
		var set cryptobyte.String
		if !seq.ReadASN1(&set, cbasn1.SET) || set.Empty() {
			return n, fmt.Errorf("%w: name has an empty or foreign part", ErrMalformed)
		}
		for !set.Empty() {
			var attribute, value cryptobyte.String
			var tag cbasn1.Tag
			var a Attribute
			if !set.ReadASN1(&attribute, cbasn1.SEQUENCE) || !ReadOID(&attribute, &a.ID) ||
				!attribute.ReadAnyASN1(&value, &tag) || !attribute.Empty() {
				return n, fmt.Errorf("%w: attribute of a name", ErrMalformed)
			}
			var err error
			if a.Value, err = readText(tag, value); err != nil {
				return n, fmt.Errorf("attribute %v of a name: %w", a.ID, err)
			}
			if len(n.Attributes) == maxAttributes {
				return n, fmt.Errorf("%w: name of more than %d attributes", ErrMalformed, maxAttributes)
			}
			n.Attributes = append(n.Attributes, a)
			if f := nameFieldOf(a.ID); f != nil {
				if p := f.field(&n); *p == "" { // the first of several units and the like
					*p = a.Value
				}
			}
		}
	}
	return n, nil
}

// readText decodes a DirectoryString or one of its kin.
func readText(tag cbasn1.Tag, value []byte) (string, error) {
	switch tag {
	case cbasn1.UTF8String:
		if !utf8.Valid(value) {
			return "", fmt.Errorf("%w: text is not UTF-8", ErrMalformed)
		}
		return string(value), nil
	case cbasn1.PrintableString, cbasn1.IA5String, tagNumericString, tagVisibleString:
		for _, c := range value {
			if c >= utf8.RuneSelf {
				return "", fmt.Errorf("%w: text is not ASCII", ErrMalformed)
			}
		}
		return string(value), nil
	case cbasn1.T61String: // in practice Latin-1
		runes := make([]rune, len(value))
		for i, c := range value {
			runes[i] = rune(c)
		}
		return string(runes), nil
	case tagBMPString:
		if len(value)%2 != 0 {
			return "", fmt.Errorf("%w: BMPString of odd length", ErrMalformed)
		}
		units := make([]uint16, len(value)/2)
		for i := range units {
			units[i] = uint16(value[2*i])<<8 | uint16(value[2*i+1])
		}
		return string(utf16.Decode(units)), nil
	case tagUniversalString:
		if len(value)%4 != 0 {
			return "", fmt.Errorf("%w: UniversalString of a length not divisible by four", ErrMalformed)
		}
		runes := make([]rune, len(value)/4)
		for i := range runes {
			v := value[4*i:]
			runes[i] = rune(v[0])<<24 | rune(v[1])<<16 | rune(v[2])<<8 | rune(v[3])
		}
		return string(runes), nil
	}
	return "#" + hex.EncodeToString(value), nil
}

// addTo writes the name: as it was read, or from its fields.
func (n Name) addTo(b *cryptobyte.Builder) {
	if len(n.Raw) > 0 {
		b.AddBytes(n.Raw)
		return
	}
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		for _, f := range nameFields {
			value := *f.field(&n)
			if value == "" {
				continue
			}
			b.AddASN1(cbasn1.SET, func(b *cryptobyte.Builder) {
				b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
					b.AddASN1ObjectIdentifier(f.id)
					b.AddASN1(f.tag, func(b *cryptobyte.Builder) { b.AddBytes([]byte(value)) })
				})
			})
		}
	})
}

// check refuses field values that their ASN.1 type cannot carry.
func (n Name) check() error {
	for _, f := range nameFields {
		value := *f.field(&n)
		for _, r := range value {
			ok := true
			switch f.tag {
			case tagNumericString:
				ok = r >= '0' && r <= '9' || r == ' '
			case cbasn1.IA5String, cbasn1.PrintableString:
				ok = r < utf8.RuneSelf
			case cbasn1.UTF8String:
				ok = r != utf8.RuneError
			}
			if !ok {
				return fmt.Errorf("name attribute %s has a character that its type does not allow", f.label)
			}
		}
	}
	return nil
}
