package smev

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"egissogw/crypto/xmlsafe"
)

// providerPlaceholder stands for the provider's code in a MetadataTemplate.
const providerPlaceholder = "{provider}"

// MetadataTemplate is the XML of BusinessProcessMetadata with {provider} in the
// place of the code a provider was registered under. A gateway that sends for
// several providers under one mnemonic has to give the code with each message;
// the element for it is not in the schema, so its XML is configuration
// (adapter/egisso/SPEC.md#carriage). The zero value writes nothing.
type MetadataTemplate struct {
	text string
}

var placeholders = regexp.MustCompile(`\{[A-Za-z_]*\}`)

// ParseMetadataTemplate checks a template: any number of elements, each with a
// namespace, {provider} in text or in attribute values.
func ParseMetadataTemplate(text string) (MetadataTemplate, error) {
	text = strings.TrimSpace(text)
	for _, found := range placeholders.FindAllString(text, -1) {
		if found != providerPlaceholder {
			return MetadataTemplate{}, fmt.Errorf("metadata template: %.40q is not a known placeholder", found)
		}
	}
	// Escaping is that of text and attribute values; nowhere else can it hold.
	for _, mark := range []string{"<!", "<?"} {
		if strings.Contains(text, mark) {
			return MetadataTemplate{}, errors.New("metadata template: comments, CDATA sections and processing instructions are not allowed")
		}
	}
	t := MetadataTemplate{text: text}
	filled, err := t.Fill("0000.000000")
	if err != nil {
		return MetadataTemplate{}, err
	}
	root, err := readMetadata(filled)
	if err != nil {
		return MetadataTemplate{}, fmt.Errorf("metadata template: %w", err)
	}
	if root == nil {
		return t, nil
	}
	if strings.Contains(text, providerPlaceholder) && !strings.Contains(valuesOf(root), "0000.000000") {
		return MetadataTemplate{}, errors.New("metadata template: {provider} is neither in text nor in an attribute's value")
	}
	var unqualified string
	root.Walk(func(e *xmlsafe.Element) bool {
		if e != root && e.Space == "" && unqualified == "" {
			unqualified = e.Local
		}
		return true
	})
	if unqualified != "" {
		return MetadataTemplate{}, fmt.Errorf("metadata template: element %.60q has no namespace", unqualified)
	}
	return t, nil
}

// NeedsProvider tells whether the template has a place for the code.
func (t MetadataTemplate) NeedsProvider() bool { return strings.Contains(t.text, providerPlaceholder) }

var escapeValue = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&apos;")

// Fill puts in the code, for Request.BusinessProcessMetadata.
func (t MetadataTemplate) Fill(provider string) (string, error) {
	if !t.NeedsProvider() {
		return t.text, nil
	}
	if strings.TrimSpace(provider) == "" {
		return "", errors.New("metadata of the business process needs the provider's code")
	}
	for _, r := range provider {
		if r < ' ' || r == 0x7F || r == 0xFFFD || r == 0xFFFE || r == 0xFFFF {
			return "", errors.New("provider's code holds control characters")
		}
	}
	return strings.ReplaceAll(t.text, providerPlaceholder, escapeValue.Replace(provider)), nil
}

// readMetadata parses metadata of a business process; nil if there is none.
func readMetadata(text string) (*xmlsafe.Element, error) {
	if text == "" {
		return nil, nil
	}
	doc, err := xmlsafe.Parse([]byte("<m>"+text+"</m>"), xmlsafe.Limits{})
	if err != nil {
		return nil, fmt.Errorf("read business process metadata: %w", err)
	}
	if strings.TrimSpace(doc.Root.Text()) != "" {
		return nil, errors.New("business process metadata has text outside its elements")
	}
	return doc.Root, nil
}

// valuesOf gives all text and attribute values below e.
func valuesOf(e *xmlsafe.Element) string {
	var b strings.Builder
	e.Walk(func(e *xmlsafe.Element) bool {
		b.WriteString(e.Text() + "\n")
		for _, a := range e.Attrs {
			b.WriteString(a.Value + "\n")
		}
		return true
	})
	return b.String()
}
