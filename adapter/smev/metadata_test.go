package smev

import (
	"strings"
	"testing"

	"egissogw/crypto/gost3410"
)

func TestMetadataTemplate(t *testing.T) {
	const element = `<x:code xmlns:x="urn:frgu" kind="{provider}">a {provider} b</x:code>`
	signer := newTestSigner(t, gost3410.TC26_256A())
	for _, code := range []string{"1234.567890", `<a>&"'`, "Ё 1"} {
		template, err := ParseMetadataTemplate(" " + element + "\n")
		if err != nil {
			t.Fatal(err)
		}
		if !template.NeedsProvider() {
			t.Error("the place for the code is not seen")
		}
		r := testRequest()
		if r.BusinessProcessMetadata, err = template.Fill(code); err != nil {
			t.Fatal(err)
		}
		for _, v := range Versions() {
			envelope, err := BuildSendRequest(t.Context(), v, signer, r)
			if err != nil {
				t.Fatal(err)
			}
			data := checkCall(t, envelope, v, OpSendRequest, v.Types, "SenderProvidedRequestData", signer)
			got := data.Child(v.Types, "BusinessProcessMetadata").Elements()[0]
			if kind, _ := got.Attr("", "kind"); kind != code || got.Text() != "a "+code+" b" {
				t.Errorf("%s in %s: %q and %q", code, v, kind, got.Text())
			}
			validate(t, envelope, v.Name)
		}
	}
}

func TestMetadataTemplateWithoutPlace(t *testing.T) {
	for _, text := range []string{"", `<x:a xmlns:x="urn:x"/><x:b xmlns:x="urn:x">{1} {a-b}</x:b>`} {
		template, err := ParseMetadataTemplate(text)
		if err != nil || template.NeedsProvider() {
			t.Fatalf("%q: %v", text, err)
		}
		if got, err := template.Fill(""); err != nil || got != text {
			t.Errorf("%q becomes %q, %v", text, got, err)
		}
	}
	if got, err := (MetadataTemplate{}).Fill("1234.567890"); got != "" || err != nil {
		t.Errorf("no template gives %q, %v", got, err)
	}
}

func TestMetadataTemplateRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"not XML":                   "<a>",
		"text alone":                "{provider}",
		"text beside":               `<x:a xmlns:x="urn:x"/>{provider}`,
		"no namespace":              "<code>{provider}</code>",
		"inner without a namespace": `<x:a xmlns:x="urn:x"><b>{provider}</b></x:a>`,
		"unknown placeholder":       `<x:a xmlns:x="urn:x">{provder}</x:a>`,
		"empty placeholder":         `<x:a xmlns:x="urn:x">{}</x:a>`,
		"in CDATA":                  `<x:a xmlns:x="urn:x"><![CDATA[{provider}]]></x:a>`,
		"in a comment":              `<x:a xmlns:x="urn:x"><!-- {provider} --></x:a>`,
		"in a namespace":            `<x:a xmlns:x="urn:{provider}"/>`,
		"in a name":                 `<x:{provider} xmlns:x="urn:x"/>`,
		"closes the wrapper":        `</m><m>`,
	} {
		if _, err := ParseMetadataTemplate(text); err == nil {
			t.Errorf("%s is accepted", name)
		}
	}
	template, err := ParseMetadataTemplate(`<x:a xmlns:x="urn:x">{provider}</x:a>`)
	if err != nil {
		t.Fatal(err)
	}
	for _, code := range []string{"", " ", "a\nb", "a\x00", "\uFFFF"} {
		if got, err := template.Fill(code); err == nil || strings.Contains(err.Error(), "a\n") {
			t.Errorf("%q gives %q, %v", code, got, err)
		}
	}
}
