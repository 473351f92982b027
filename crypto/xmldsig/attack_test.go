package xmldsig_test

import (
	"encoding/base64"
	"errors"
	"regexp"
	"strings"
	"testing"

	"egissogw/crypto/cert"
	"egissogw/crypto/gost3410"
	"egissogw/crypto/xmldsig"
	"egissogw/crypto/xmlsafe"
)

// TestSignatureWrapping tries the known ways (XSW 1 to 8 and relatives) of
// making a receiver verify one element and use another.
func TestSignatureWrapping(t *testing.T) {
	bus := newParty(t, gost3410.CryptoProA())
	real, signature := genuine(t, bus)
	evil, _ := signedElement(t, 32, response("EVIL", "evil"))
	evilSameID, _ := signedElement(t, 32, response("SIGNED_BY_SMEV", "evil"))
	evilNoID := strings.Replace(evil, ` Id="EVIL"`, "", 1)
	evilWSU := strings.Replace(evil, ` Id="EVIL"`, ` xmlns:u="`+xmlsafe.WSUNamespace+`" u:Id="SIGNED_BY_SMEV"`, 1)
	evilLower := strings.Replace(evil, ` Id="EVIL"`, ` ID="SIGNED_BY_SMEV" id="SIGNED_BY_SMEV"`, 1)
	inside := func(element, extra string) string {
		return strings.Replace(element, "</t:Response>", extra+"</t:Response>", 1)
	}
	insideSignature := func(extra string) string {
		return strings.Replace(signature, "</ds:Signature>", extra+"</ds:Signature>", 1)
	}
	object := "<ds:Object>" + real + "</ds:Object>"

	if answer, err := receive(envelope("", real+smevSignature(signature)), xmlsafe.Limits{}, bus.trust); err != nil || answer != "genuine" {
		t.Fatalf("the genuine message: %q, %v", answer, err)
	}
	cases := []struct {
		name string
		doc  string
		want error // nil: any
	}{
		{"1: evil in place, original inside the signature", envelope("", evil+smevSignature(insideSignature(object))), xmldsig.ErrStructure},
		{"2: evil in place, original beside it", envelope("", evil+smevSignature(signature)+real), nil},
		{"2: the other way round", envelope("", real+evil+smevSignature(signature)), nil},
		{"3: evil around the original", envelope("", inside(evil, real)+smevSignature(signature)), xmldsig.ErrReference},
		{"3: evil without Id around the original", envelope("", inside(evilNoID, real)+smevSignature(signature)), xmldsig.ErrReference},
		{"4: evil inside the original", envelope("", inside(real, evil)+smevSignature(signature)), xmldsig.ErrDigest},
		{"5: evil with the same Id, original in the header", envelope(real, evilSameID+smevSignature(signature)), xmldsig.ErrReference},
		{"5: evil with the same wsu:Id, original in the header", envelope(real, evilWSU+smevSignature(signature)), xmldsig.ErrReference},
		{"5: evil with ID and id, original in the header", envelope(real, evilLower+smevSignature(signature)), xmldsig.ErrReference},
		{"5: Id spelled with a reference", envelope(strings.Replace(real, "SIGNED_BY", "SIGNED&#95;BY", 1), evilSameID+smevSignature(signature)), xmldsig.ErrReference},
		{"6: evil with the same Id, original inside the signature", envelope("", evilSameID+smevSignature(insideSignature(object))), xmldsig.ErrStructure},
		{"7: evil in place, original in the header", envelope(real, evil+smevSignature(signature)), xmldsig.ErrReference},
		{"7: evil in place, original in an extension of the body", strings.Replace(envelope("", evil+smevSignature(signature)), "<soap:Body>", "<soap:Body><x>"+real+"</x>", 1), xmldsig.ErrReference},
		{"8: evil in place, original inside KeyInfo", envelope("", evil+smevSignature(strings.Replace(signature, "<ds:KeyInfo>", "<ds:KeyInfo>"+object, 1))), xmldsig.ErrStructure},
		{"8: original inside SignedInfo", envelope("", evil+smevSignature(strings.Replace(signature, "</ds:SignedInfo>", object+"</ds:SignedInfo>", 1))), xmldsig.ErrStructure},
		{"original as target of a second body", envelope("", evil+smevSignature(signature)) + real, xmlsafe.ErrMalformed},
		{"second body", strings.Replace(envelope("", real+smevSignature(signature)), "<soap:Body>", "<soap:Body/><soap:Body>", 1), nil},
		{"two signatures", envelope("", real+smevSignature(signature+signature)), nil},
		{"two wrappers", envelope("", real+smevSignature(signature)+smevSignature(signature)), nil},
		{"signature inside the element", envelope("", inside(real, smevSignature(signature))), nil},
		{"element inside the signature", envelope("", smevSignature(insideSignature(real))), nil},
		{"no signature", envelope("", real), nil},
		{"empty wrapper", envelope("", real+smevSignature("")), nil},
		{"Id given to another element as well", envelope(`<x Id="SIGNED_BY_SMEV"/>`, real+smevSignature(signature)), xmldsig.ErrReference},
		{"Id given to the signature as well", envelope("", real+smevSignature(strings.Replace(signature, "<ds:Signature ", `<ds:Signature Id="SIGNED_BY_SMEV" `, 1))), xmldsig.ErrReference},
		{"default attribute of a document type", `<!DOCTYPE x [<!ATTLIST Response Id ID "SIGNED_BY_SMEV">]>` + envelope("", evilNoID+smevSignature(signature)), xmlsafe.ErrForbidden},
		{"prefix changed under the signature", envelope("", strings.Replace(real, `xmlns:b="`+basicNS, `xmlns:b="urn:evil`, 1)+smevSignature(signature)), xmldsig.ErrDigest},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			answer, err := receive(c.doc, xmlsafe.Limits{AllowDuplicateIDs: true}, bus.trust)
			if err == nil {
				t.Fatalf("accepted with answer %q", answer)
			}
			if c.want != nil && !errors.Is(err, c.want) {
				t.Fatalf("refused for another reason: %v, want %v", err, c.want)
			}
			if _, err := receive(c.doc, xmlsafe.Limits{}, bus.trust); err == nil {
				t.Fatal("accepted under strict limits")
			}
		})
	}
}

// forge signs any SignedInfo, so that what a case changes is the only thing
// wrong with the message. info is SignedInfo in canonical form.
func forge(t *testing.T, p party, info, keyInfo string) string {
	t.Helper()
	canonicalInfo := canonical(t, parseRoot(t, []byte(info)))
	value := base64.StdEncoding.EncodeToString(p.rawSign(t, canonicalInfo))
	return `<ds:Signature xmlns:ds="` + xmldsig.Namespace + `">` + info + "<ds:SignatureValue>" + value + "</ds:SignatureValue>" + keyInfo + "</ds:Signature>"
}

// TestAlgorithmConfusion changes what a validly signed SignedInfo says, or what
// stands beside it.
func TestAlgorithmConfusion(t *testing.T) {
	bus, other, long := newParty(t, gost3410.CryptoProA()), newParty(t, gost3410.TC26_256A()), newParty(t, gost3410.TC26_512A())
	real, plain := genuine(t, bus)
	info := regexp.MustCompile(`<ds:SignedInfo>.*</ds:SignedInfo>`).FindString(plain)
	info = strings.Replace(info, "<ds:SignedInfo>", `<ds:SignedInfo xmlns:ds="`+xmldsig.Namespace+`">`, 1)
	certificate := func(p party) string { return "<ds:X509Certificate>" + p.certificateText() + "</ds:X509Certificate>" }
	keyInfo := "<ds:KeyInfo><ds:X509Data>" + certificate(bus) + "</ds:X509Data></ds:KeyInfo>"
	const urn, more = "urn:ietf:params:xml:ns:cpxmlsec:algorithms:", "http://www.w3.org/2001/04/xmldsig-more#"
	replace := func(old, new string) func(info, key string) (string, string) {
		return func(info, key string) (string, string) {
			if !strings.Contains(info, old) {
				t.Fatalf("%q not found", old)
			}
			return strings.Replace(info, old, new, 1), key
		}
	}
	withKey := func(new string) func(info, key string) (string, string) {
		return func(info, _ string) (string, string) { return info, new }
	}
	transformC14N := `<ds:Transform Algorithm="` + xmldsig.ExclusiveC14N + `"></ds:Transform>`
	transformSMEV := `<ds:Transform Algorithm="` + xmldsig.SMEVTransform + `"></ds:Transform>`
	inclusive := `<ec:InclusiveNamespaces xmlns:ec="` + xmldsig.ExclusiveC14N + `" PrefixList="t"></ec:InclusiveNamespaces>`
	cases := []struct {
		name   string
		change func(info, key string) (string, string)
		want   error // nil: accepted
	}{
		{"as it is", withKey(keyInfo), nil},
		{"methods in the xmldsig-more form", func(info, key string) (string, string) { return strings.ReplaceAll(info, urn, more), key }, nil},
		{"white space signed with SignedInfo", func(info, key string) (string, string) { return strings.ReplaceAll(info, "><", ">\n  <"), key }, nil},
		{"no prefix", func(info, key string) (string, string) {
			return strings.NewReplacer("xmlns:ds=", "xmlns=", "ds:", "").Replace(info), key
		}, nil},
		{"issuer and serial beside the certificate", withKey(strings.Replace(keyInfo, "<ds:X509Certificate>", "<ds:X509IssuerSerial></ds:X509IssuerSerial><ds:X509Certificate>", 1)), nil},
		{"base64 in lines", func(info, key string) (string, string) {
			return regexp.MustCompile(`(<ds:DigestValue>.{10})`).ReplaceAllString(info, "$1\r\n "), key
		}, nil},

		{"RSA", replace(urn+"gostr34102012-gostr34112012-256", more+"rsa-sha256"), xmldsig.ErrAlgorithm},
		{"HMAC", replace(urn+"gostr34102012-gostr34112012-256", more+"hmac-sha256"), xmldsig.ErrAlgorithm},
		{"GOST HMAC", replace(urn+"gostr34102012-gostr34112012-256", urn+"hmac-gostr3411"), xmldsig.ErrAlgorithm},
		{"no signature method", replace(urn+"gostr34102012-gostr34112012-256", ""), xmldsig.ErrAlgorithm},
		{"2001, old form", replace(urn+"gostr34102012-gostr34112012-256", more+"gostr34102001-gostr3411"), cert.ErrGOST2001},
		{"2001, urn form", replace(urn+"gostr34102012-gostr34112012-256", urn+"gostr34102001-gostr3411"), cert.ErrGOST2001},
		{"digest of 1994", replace(urn+"gostr34112012-256", more+"gostr3411"), cert.ErrGOST2001},
		{"digest of 1994, urn form", replace(urn+"gostr34112012-256", urn+"gostr3411"), cert.ErrGOST2001},
		{"512-bit method with a 256-bit key", func(info, key string) (string, string) {
			info = strings.ReplaceAll(info, "-256\"", "-512\"")
			return regexp.MustCompile(`<ds:DigestValue>[^<]*`).ReplaceAllString(info, "<ds:DigestValue>"+base64.StdEncoding.EncodeToString(make([]byte, 64))), key
		}, xmldsig.ErrStructure}, // SignatureValue is too short for 512
		{"512-bit digest under a 256-bit signature", replace(urn+"gostr34112012-256", urn+"gostr34112012-512"), xmldsig.ErrAlgorithm},
		{"SHA-1 digest", replace(urn+"gostr34112012-256", "http://www.w3.org/2000/09/xmldsig#sha1"), xmldsig.ErrAlgorithm},
		{"algorithm in another case", replace(urn+"gostr34112012-256", urn+"GOSTR34112012-256"), xmldsig.ErrAlgorithm},
		{"algorithm with white space", replace(urn+"gostr34112012-256\"", urn+"gostr34112012-256 \""), xmldsig.ErrAlgorithm},
		{"parameter of the signature method", replace("gostr34112012-256\"></ds:SignatureMethod>", "gostr34112012-256\"><ds:HMACOutputLength>8</ds:HMACOutputLength></ds:SignatureMethod>"), xmldsig.ErrStructure},
		{"inclusive canonicalisation of SignedInfo", replace(xmldsig.ExclusiveC14N, "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"), xmldsig.ErrAlgorithm},
		{"canonicalisation with comments", replace(xmldsig.ExclusiveC14N, xmldsig.ExclusiveC14N+"WithComments"), xmldsig.ErrAlgorithm},
		{"InclusiveNamespaces of SignedInfo", replace("c14n#\"></ds:CanonicalizationMethod>", "c14n#\">"+inclusive+"</ds:CanonicalizationMethod>"), xmldsig.ErrStructure},
		{"InclusiveNamespaces of the element", replace(transformC14N, strings.Replace(transformC14N, "></", ">"+inclusive+"</", 1)), xmldsig.ErrStructure},

		{"no bus transform", replace(transformSMEV, ""), xmldsig.ErrAlgorithm},
		{"no canonicalisation", replace(transformC14N, ""), xmldsig.ErrAlgorithm},
		{"transforms the other way round", replace(transformC14N+transformSMEV, transformSMEV+transformC14N), xmldsig.ErrAlgorithm},
		{"transform twice", replace(transformSMEV, transformSMEV+transformSMEV), xmldsig.ErrAlgorithm},
		{"XPath transform added", replace(transformC14N, `<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"><ds:XPath>self::x</ds:XPath></ds:Transform>`+transformC14N), xmldsig.ErrStructure},
		{"XSLT transform added", replace(transformC14N, `<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116"></ds:Transform>`+transformC14N), xmldsig.ErrAlgorithm},
		{"enveloped transform on a detached signature", replace(transformC14N, `<ds:Transform Algorithm="`+xmldsig.EnvelopedSignature+`"></ds:Transform>`+transformC14N), xmldsig.ErrAlgorithm},
		{"something else among the transforms", replace(transformC14N, "<ds:Object></ds:Object>"+transformC14N), xmldsig.ErrStructure},

		{"SignedInfo full of comments", replace("</ds:Transforms>", strings.Repeat("<!---->", 5000)+"</ds:Transforms>"), xmldsig.ErrStructure},
		{"no reference", func(info, key string) (string, string) {
			return regexp.MustCompile(`<ds:Reference.*</ds:Reference>`).ReplaceAllString(info, ""), key
		}, xmldsig.ErrStructure},
		{"two references", func(info, key string) (string, string) {
			r := regexp.MustCompile(`<ds:Reference.*</ds:Reference>`).FindString(info)
			return strings.Replace(info, r, r+r, 1), key
		}, xmldsig.ErrStructure},
		{"reference to everything", replace(`URI="#SIGNED_BY_SMEV"`, `URI=""`), xmldsig.ErrReference},
		{"reference without URI", replace(` URI="#SIGNED_BY_SMEV"`, ``), xmldsig.ErrStructure},
		{"reference by XPointer", replace(`URI="#SIGNED_BY_SMEV"`, `URI="#xpointer(id('SIGNED_BY_SMEV'))"`), xmldsig.ErrReference},
		{"reference to another document", replace(`URI="#SIGNED_BY_SMEV"`, `URI="http://127.0.0.1/#SIGNED_BY_SMEV"`), xmldsig.ErrReference},
		{"reference in another case", replace(`URI="#SIGNED_BY_SMEV"`, `URI="#signed_by_smev"`), xmldsig.ErrReference},
		{"reference to a manifest", replace(`<ds:Reference `, `<ds:Reference Type="http://www.w3.org/2000/09/xmldsig#Manifest" `), xmldsig.ErrStructure},
		{"digest cut short", func(info, key string) (string, string) {
			return regexp.MustCompile(`<ds:DigestValue>[^<]*`).ReplaceAllString(info, "<ds:DigestValue>AAAA"), key
		}, xmldsig.ErrStructure},
		{"empty digest", func(info, key string) (string, string) {
			return regexp.MustCompile(`<ds:DigestValue>[^<]*`).ReplaceAllString(info, "<ds:DigestValue>"), key
		}, xmldsig.ErrStructure},
		{"digest in hexadecimal", func(info, key string) (string, string) {
			return regexp.MustCompile(`<ds:DigestValue>[^<]*`).ReplaceAllString(info, "<ds:DigestValue>"+strings.Repeat("0a", 32)), key
		}, xmldsig.ErrStructure},
		{"digest with a comment inside", func(info, key string) (string, string) {
			return strings.Replace(info, "<ds:DigestValue>", "<ds:DigestValue><?x?>", 1), key
		}, xmldsig.ErrStructure},
		{"digest of something else", func(info, key string) (string, string) {
			return regexp.MustCompile(`<ds:DigestValue>[^<]*`).ReplaceAllString(info, "<ds:DigestValue>"+base64.StdEncoding.EncodeToString(make([]byte, 32))), key
		}, xmldsig.ErrDigest},

		{"no key", withKey(""), xmldsig.ErrStructure},
		{"empty KeyInfo", withKey("<ds:KeyInfo></ds:KeyInfo>"), xmldsig.ErrStructure},
		{"key name", withKey("<ds:KeyInfo><ds:KeyName>bus</ds:KeyName></ds:KeyInfo>"), xmldsig.ErrStructure},
		{"bare key beside the certificate", withKey(strings.Replace(keyInfo, "<ds:KeyInfo>", "<ds:KeyInfo><ds:KeyValue></ds:KeyValue>", 1)), xmldsig.ErrStructure},
		{"key elsewhere", withKey(`<ds:KeyInfo><ds:RetrievalMethod URI="http://127.0.0.1/"></ds:RetrievalMethod></ds:KeyInfo>`), xmldsig.ErrStructure},
		{"two certificates", withKey("<ds:KeyInfo><ds:X509Data>" + certificate(other) + certificate(bus) + "</ds:X509Data></ds:KeyInfo>"), xmldsig.ErrStructure},
		{"no certificate", withKey("<ds:KeyInfo><ds:X509Data></ds:X509Data></ds:KeyInfo>"), xmldsig.ErrStructure},
		{"certificate that is none", withKey("<ds:KeyInfo><ds:X509Data><ds:X509Certificate>AAAA</ds:X509Certificate></ds:X509Data></ds:KeyInfo>"), xmldsig.ErrCertificate},
		{"certificate that is not base64", withKey("<ds:KeyInfo><ds:X509Data><ds:X509Certificate>*</ds:X509Certificate></ds:X509Data></ds:KeyInfo>"), xmldsig.ErrStructure},
		{"somebody else's certificate", withKey("<ds:KeyInfo><ds:X509Data>" + certificate(other) + "</ds:X509Data></ds:KeyInfo>"), xmldsig.ErrUntrusted},
		{"certificate of a 512-bit key", withKey("<ds:KeyInfo><ds:X509Data>" + certificate(long) + "</ds:X509Data></ds:KeyInfo>"), xmldsig.ErrAlgorithm},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			changed, key := c.change(info, keyInfo)
			signature := forge(t, bus, changed, key)
			if strings.HasPrefix(changed, "<SignedInfo") {
				signature = strings.NewReplacer("<ds:", "<", "</ds:", "</", "xmlns:ds", "xmlns").Replace(signature)
			}
			answer, err := receive(envelope("", real+smevSignature(signature)), xmlsafe.Limits{}, bus.trust)
			switch {
			case c.want == nil && (err != nil || answer != "genuine"):
				t.Fatalf("refused: %v", err)
			case c.want != nil && !errors.Is(err, c.want):
				t.Fatalf("error %v, want %v", err, c.want)
			}
		})
	}

	value := regexp.MustCompile(`<ds:SignatureValue>([^<]*)`)
	decoded, err := base64.StdEncoding.DecodeString(value.FindStringSubmatch(plain)[1])
	if err != nil {
		t.Fatal(err)
	}
	flipped := append([]byte(nil), decoded...)
	flipped[5] ^= 1
	values := []struct {
		name  string
		value []byte
		want  error
	}{
		{"as it is", decoded, nil},
		{"halves swapped", append(append([]byte(nil), decoded[32:]...), decoded[:32]...), xmldsig.ErrSignatureValue},
		{"bit flipped", flipped, xmldsig.ErrSignatureValue},
		{"zeros", make([]byte, 64), xmldsig.ErrSignatureValue},
		{"cut short", decoded[:63], xmldsig.ErrStructure},
		{"too long", append(append([]byte(nil), decoded...), 0), xmldsig.ErrStructure},
		{"empty", nil, xmldsig.ErrStructure},
	}
	for _, c := range values {
		t.Run("signature value "+c.name, func(t *testing.T) {
			signature := value.ReplaceAllString(plain, "<ds:SignatureValue>"+base64.StdEncoding.EncodeToString(c.value))
			_, err := receive(envelope("", real+smevSignature(signature)), xmlsafe.Limits{}, bus.trust)
			if !errors.Is(err, c.want) || c.want == nil && err != nil {
				t.Fatalf("error %v, want %v", err, c.want)
			}
		})
	}
}
