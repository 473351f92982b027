package xmldsig_test

import (
	"bytes"
	"encoding/base64"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"egissogw/crypto/cert"
	"egissogw/crypto/gost3410"
	"egissogw/crypto/signertest"
	"egissogw/crypto/xmldsig"
)

// signedAt is a moment within the terms of all made-up certificates.
var signedAt = signertest.Begin.AddDate(1, 0, 0)

func base64Text(b []byte) string { return base64.StdEncoding.EncodeToString(b) }

// hints gives everything an explanation suggests.
func hints(x xmldsig.Explanation) string {
	var all []string
	for _, s := range x.Steps {
		all = append(all, s.Hints...)
	}
	return strings.Join(all, "\n")
}

// failed gives the titles of the steps that are not in order.
func failed(x xmldsig.Explanation) string {
	var all []string
	for _, s := range x.Steps {
		if !s.OK {
			all = append(all, s.Title)
		}
	}
	return strings.Join(all, ", ")
}

func TestExplainRealMessages(t *testing.T) {
	at := time.Date(2020, time.October, 10, 0, 0, 0, 0, time.UTC)
	cases := []struct {
		file   string
		at     time.Time
		failed []string // per signature
		hint   string
	}{
		{"01", at, []string{""}, ""},
		{"01", at.AddDate(10, 0, 0), []string{"Сертификат"}, "срок"},
		{"03", time.Date(2020, time.May, 20, 0, 0, 0, 0, time.UTC), []string{"", ""}, ""},
		{"06", at, []string{"Дайджест"}, "xop:Include"},
		{"14", at, []string{"Значение подписи"}, "переформатирован"},
		{"17", at, []string{"Строение подписи"}, ""},
	}
	for _, c := range cases {
		t.Run(c.file+" "+c.at.Format("2006"), func(t *testing.T) {
			found, err := filepath.Glob(filepath.Join(sharedDir(t), "spec/smev3-vectors/messages", c.file+"*"))
			if err != nil || len(found) != 1 {
				t.Fatal(found, err)
			}
			source := readFile(t, found[0])
			all := xmldsig.Explain(parseRoot(t, source), xmldsig.ExplainOptions{At: c.at, Source: source})
			var got []string
			for _, x := range all {
				got = append(got, failed(x))
				if x.Holds != (failed(x) == "") {
					t.Errorf("holds %v, failed %q", x.Holds, failed(x))
				}
				if c.hint != "" && !strings.Contains(hints(x), c.hint) {
					t.Errorf("hints: %s", hints(x))
				}
			}
			if !slices.Equal(got, c.failed) {
				t.Errorf("failed %q, want %q", got, c.failed)
			}
		})
	}
}

// TestExplainHints makes the mistakes known from other implementations and
// expects each to be recognised.
func TestExplainHints(t *testing.T) {
	bus := newParty(t, gost3410.CryptoProA())
	real, good := genuine(t, bus)
	target := byID(t, parseRoot(t, []byte(envelope("", real))), "SIGNED_BY_SMEV")
	normal := transformed(t, target)
	sum := func(b []byte) []byte { h := cert.NewDigest(32); h.Write(b); return h.Sum(nil) }
	backwards := func(b []byte) []byte { r := bytes.Clone(b); slices.Reverse(r); return r }
	info := strings.Replace(regexp.MustCompile(`<ds:SignedInfo>.*</ds:SignedInfo>`).FindString(good),
		"<ds:SignedInfo>", `<ds:SignedInfo xmlns:ds="`+xmldsig.Namespace+`">`, 1)
	keyInfo := "<ds:KeyInfo><ds:X509Data><ds:X509Certificate>" + bus.certificateText() + "</ds:X509Certificate></ds:X509Data></ds:KeyInfo>"
	digestValue := regexp.MustCompile(`<ds:DigestValue>[^<]*`)
	withDigest := func(d []byte) string {
		return forge(t, bus, digestValue.ReplaceAllString(info, "<ds:DigestValue>"+base64Text(d)), keyInfo)
	}
	signatureValue := regexp.MustCompile(`<ds:SignatureValue>([^<]*)`)
	value, err := base64.StdEncoding.DecodeString(signatureValue.FindStringSubmatch(good)[1])
	if err != nil {
		t.Fatal(err)
	}
	withValue := func(v []byte) string {
		return signatureValue.ReplaceAllString(good, "<ds:SignatureValue>"+base64Text(v))
	}
	swapped := append(bytes.Clone(value[32:]), value[:32]...)
	digestRead := func(octets []byte) []byte { // a signer that reads the hash the other way
		v, err := bus.Key.Sign(bytes.NewReader(make([]byte, 1<<10)), backwards(sum(octets)))
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	const otherNormal = `<ns1:MessagePrimaryContent xmlns:ns1="` + basicNS + `" Id="OTHER"><ns2:Answer xmlns:ns2="urn:answer">genuine</ns2:Answer></ns1:MessagePrimaryContent>`
	cases := []struct {
		name      string
		element   string
		signature string
		failed    string
		hint      string
	}{
		{"good", real, good, "", ""},
		{"digest backwards", real, withDigest(backwards(sum(normal))), "Дайджест", "обратным порядком байтов дайджеста"},
		{"digest without the transform", real, withDigest(sum(canonical(t, target))), "Дайджест", "без трансформации СМЭВ"},
		{"digest of the source bytes", real, withDigest(sum([]byte(real))), "Дайджест", "с исходных байтов"},
		{"digest of another element", strings.Replace(real, "<b:MessagePrimaryContent>", `<b:MessagePrimaryContent Id="OTHER">`, 1),
			withDigest(sum([]byte(otherNormal))), "Дайджест", "принадлежит другому элементу: Envelope/Body/GetResponseResponse/ResponseMessage/Response/MessagePrimaryContent"},
		{"content changed", strings.Replace(real, "genuine", "changed", 1), good, "Дайджест", "изменено после подписи"},
		{"no such Id", strings.Replace(real, "SIGNED_BY_SMEV", "SIGNED", 1), good, "Подписанный элемент", ""},
		{"halves swapped", real, withValue(swapped), "Значение подписи", "r‖s вместо s‖r"},
		{"value backwards", real, withValue(backwards(value)), "Значение подписи", "КриптоПро CSP"},
		{"halves backwards", real, withValue(backwards(swapped)), "Значение подписи", "каждая половина"},
		{"hash read backwards", real, withValue(digestRead([]byte(info))), "Значение подписи", "хэш читается в обратном порядке"},
		{"no namespace declaration", real, withValue(bus.rawSign(t, []byte(strings.Replace(info, ` xmlns:ds="`+xmldsig.Namespace+`"`, "", 1)))), "Значение подписи", "без объявления пространства имён"},
		{"transform over SignedInfo", real, withValue(bus.rawSign(t, transformed(t, parseRoot(t, []byte(info))))), "Значение подписи", "к SignedInfo применена трансформация"},
		{"indented", real, strings.ReplaceAll(good, "></ds:CanonicalizationMethod>", "></ds:CanonicalizationMethod>\n "), "Значение подписи", "переформатирован"},
		{"other key", real, withValue(newParty(t, gost3410.CryptoProA()).rawSign(t, []byte(info))), "Значение подписи", "другим ключом"},
		{"broken structure", real, strings.Replace(good, "<ds:KeyInfo>", "<ds:KeyInfo><ds:KeyName/>", 1), "Строение подписи", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			source := []byte(envelope("", c.element+smevSignature(c.signature)))
			all := xmldsig.Explain(parseRoot(t, source), xmldsig.ExplainOptions{At: signedAt, Trust: bus.trust, Source: source})
			if len(all) != 1 {
				t.Fatalf("%d explanations", len(all))
			}
			x := all[0]
			if got := failed(x); got != c.failed {
				t.Errorf("failed %q, want %q\n%+v", got, c.failed, x.Steps)
			}
			if x.Holds != (c.failed == "") {
				t.Errorf("holds: %v", x.Holds)
			}
			if !strings.Contains(hints(x), c.hint) || c.failed == "" && hints(x) != "" {
				t.Errorf("hints: %s", hints(x))
			}
		})
	}
}
