package smev

import (
	"fmt"
	"testing"

	"egissogw/crypto/cert"
	"egissogw/crypto/gost3410"
	"egissogw/crypto/xmldsig"
	"egissogw/crypto/xmlsafe"
)

// TestPersonalSignature: the official signs the content alone, with a key of
// another size, and the system signs both.
func TestPersonalSignature(t *testing.T) {
	system, official := newTestSigner(t, gost3410.TC26_256A()), newTestSigner(t, gost3410.TC26_512A())
	for _, tt := range []struct {
		name     string
		personal PersonalSignature
		attr     xmlsafe.Attr
	}{
		{"usual", PersonalSignature{}, xmlsafe.Attr{Local: "Id", Value: idPersonal}},
		{"chosen id", PersonalSignature{ID: "_content"}, xmlsafe.Attr{Local: "Id", Value: "_content"}},
		{"utility id", PersonalSignature{Utility: true}, xmlsafe.Attr{Space: xmlsafe.WSUNamespace, Local: "Id", Value: idPersonal}},
	} {
		for _, v := range Versions() {
			t.Run(tt.name+" "+v.Name, func(t *testing.T) {
				personal := tt.personal
				personal.Signer = official
				r := testRequest()
				r.Prefixes = []xmldsig.Prefix{{URI: testContentSpace}}
				r.Personal = &personal
				envelope, err := BuildSendRequest(t.Context(), v, system, r)
				if err != nil {
					t.Fatal(err)
				}
				data := checkCall(t, envelope, v, OpSendRequest, v.Types, "SenderProvidedRequestData", system)
				content := data.Child(v.Basic, "MessagePrimaryContent").Elements()[0]
				if id, _ := content.Attr(tt.attr.Space, "Id"); id != tt.attr.Value {
					t.Errorf("content has the id %q", id)
				}
				// As received, not as read back from the verified bytes.
				data = body(t, envelope).Child(v.Types, "SenderProvidedRequestData")
				content = data.Child(v.Basic, "MessagePrimaryContent").Elements()[0]
				signature := data.Child(v.Types, "PersonalSignature").Elements()[0]
				_, err = xmldsig.Verify(signature, content, xmldsig.VerifyOptions{Trust: func(c *cert.Certificate) error {
					if !c.Equal(official.Certificate()) {
						return fmt.Errorf("another certificate")
					}
					return nil
				}})
				if err != nil {
					t.Errorf("personal signature: %v", err)
				}
			})
		}
	}
}
