package shape_test

import (
	"strings"
	"testing"

	"egissogw/adapter/smev/smevtest/shape"
	"egissogw/crypto/xmlsafe"
)

const small = `
# a comment
ns t urn:t/{V}
ns b urn:b
type code string pattern [a-z]{3}
type share decimal gt 0 le 100

def pair
  t:First code
  t:Second? code

root t:Doc @Id? id
  use pair
  choice?
    t:Left share
    seq
      t:Right bool
      t:Far date
  t:Old? string [1]
    # nothing below
  t:New{0,2} string [2]
  b:Any?
    any* not b
`

func TestCheck(t *testing.T) {
	schema, err := shape.Parse(small, "2")
	if err != nil {
		t.Fatal(err)
	}
	cases := []struct{ name, body, want string }{
		{"smallest", `<First>abc</First>`, ""},
		{"everything", `<First>abc</First><Second>def</Second><Right>true</Right><Far>2020-02-29</Far><New/><New/>`, ""},
		{"left", `<First>abc</First><Left> 0.5 </Left>`, ""},
		{"foreign", `<First>abc</First><Any xmlns="urn:b"><x xmlns="urn:x"/><y xmlns="urn:x"/></Any>`, ""},
		{"empty", ``, "content is not complete, expected First"},
		{"wrong order", `<Second>def</Second><First>abc</First>`, "expected First"},
		{"both alternatives", `<First>abc</First><Left>1</Left><Right>true</Right><Far>2020-01-01</Far>`, "not expected here"},
		{"half of a sequence", `<First>abc</First><Right>true</Right>`, "expected Far"},
		{"zero share", `<First>abc</First><Left>0</Left>`, "must be more than 0"},
		{"share over the limit", `<First>abc</First><Left>100.1</Left>`, "must not be more than 100"},
		{"pattern", `<First>abcd</First>`, "does not match the pattern"},
		{"no such day", `<First>abc</First><Right>1</Right><Far>2021-02-29</Far>`, "not a date"},
		{"too many", `<First>abc</First><New/><New/><New/>`, "not expected here"},
		{"version 1 only", `<First>abc</First><Old/>`, "not expected here"},
		{"namespace that is refused", `<First>abc</First><Any xmlns="urn:b"><x/></Any>`, "not expected here"},
		{"text between", `<First>abc</First>text`, "text where only elements"},
		{"element in text", `<First>abc<b/></First>`, "only text is allowed"},
		{"attribute", `<First a="b">abc</First>`, "attribute a is not allowed"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			doc, err := xmlsafe.Parse([]byte(`<Doc xmlns="urn:t/2" Id="i1">`+c.body+`</Doc>`), xmlsafe.DefaultLimits)
			if err != nil {
				t.Fatal(err)
			}
			err = schema.Check(doc.Root)
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("error = %v, want %q", err, c.want)
			}
			if err != nil && strings.Contains(err.Error(), "abcd") {
				t.Error("the error quotes the value")
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	for name, source := range map[string]string{
		"unknown prefix": "root t:A string",
		"unknown type":   "ns t u\nroot t:A nothing",
		"unknown group":  "ns t u\nroot t:A\n  use nothing",
		"tab":            "ns t u\nroot t:A\n\tt:B",
		"unknown facet":  "type a string big 3",
		"bad pattern":    "type a string pattern (",
		"keyword":        "element t:A",
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := shape.Parse(source, "1"); err == nil {
				t.Error("no error")
			}
		})
	}
}
