package main

import (
	"encoding/json"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"egissogw/cmd/egissogw/internal/signature"
	"egissogw/crypto/cert"
	"egissogw/crypto/gost3410"
	"egissogw/crypto/signertest"
	"egissogw/crypto/xmldsig"
)

// sample is the path of a real message of the bus, by the number it begins with.
func sample(t *testing.T, number string) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(signertest.Shared(t, "spec", "smev3-vectors", "messages"), number+"-*"))
	if err != nil || len(found) != 1 {
		t.Fatal(number, found, err)
	}
	return found[0]
}

// day is within the terms of the certificates of most samples.
func day(year int, month time.Month, date int) time.Time {
	return time.Date(year, month, date, 0, 0, 0, 0, time.UTC)
}

// report runs verify --json.
func (c console) report(t *testing.T, args ...string) (signature.Report, result) {
	t.Helper()
	r := c.run(t, append([]string{"verify", "--json"}, args...)...)
	var report signature.Report
	if err := json.Unmarshal([]byte(r.stdout), &report); err != nil {
		t.Fatalf("%v: %s%s", err, r.stdout, r.stderr)
	}
	if report.Holds != (r.code == exitOK) {
		t.Errorf("exit code %d, holds %v", r.code, report.Holds)
	}
	return report, r
}

// wrong lists the steps of each signature that are not in order.
func wrong(r signature.Report) []string {
	var all []string
	for _, s := range r.Signatures {
		var titles []string
		for _, step := range s.Steps {
			if !step.OK {
				titles = append(titles, step.Title)
			}
		}
		all = append(all, strings.Join(titles, ", "))
	}
	return all
}

// TestVerifySamples: yes and no as the README of the samples has it.
func TestVerifySamples(t *testing.T) {
	spring, autumn := day(2020, time.May, 20), day(2020, time.October, 10)
	cases := []struct {
		number string
		at     time.Time
		wrong  []string // per signature
		hint   string
	}{
		{"01", spring, []string{""}, ""},
		{"02", spring, []string{""}, ""},
		{"03", spring, []string{"", ""}, ""},
		{"06", autumn, []string{signature.TitleDigest}, "xop:Include"},
		{"07", autumn, []string{signature.TitleDigest}, "изменено"},
		{"11", day(2021, time.April, 1), []string{signature.TitleValue, signature.TitleValue}, "переформатирован"},
		{"14", day(2021, time.April, 1), []string{signature.TitleValue}, "переформатирован"},
		{"15", day(2021, time.April, 1), []string{signature.TitleDigest + ", " + signature.TitleValue, signature.TitleDigest + ", " + signature.TitleValue}, "переформатирован"},
		{"17", spring, []string{signature.TitleStructure}, "34.10-2001"},
		{"01", day(2030, time.January, 1), []string{signature.TitleCertificate}, "срок"},
	}
	for _, tc := range cases {
		t.Run(tc.number+" "+tc.at.Format(time.DateOnly), func(t *testing.T) {
			report, r := console{now: tc.at}.report(t, sample(t, tc.number))
			if got := wrong(report); !slices.Equal(got, tc.wrong) {
				t.Errorf("wrong steps %q, want %q", got, tc.wrong)
			}
			if !strings.Contains(r.stdout, tc.hint) {
				t.Errorf("no %q in %s", tc.hint, r.stdout)
			}
			// The same by the flag instead of the clock, for people.
			again := console{now: day(1990, 1, 1)}.run(t, "verify", "--at", tc.at.Format(time.RFC3339), sample(t, tc.number))
			if again.code != r.code {
				t.Errorf("exit code %d with --at: %s", again.code, again.stdout)
			}
		})
	}
}

// TestVerifyUnsignedSamples: nothing to verify is not a success.
func TestVerifyUnsignedSamples(t *testing.T) {
	for number, want := range map[string]string{
		"08": "soap:Fault", "09": "soap:Fault", "10": "soap:Fault", "16": "soap:Fault",
		"12": "очередь пуста", "13": "очередь пуста", "18": "нет подписи", "19": "нет подписи", "20": "нет подписи",
	} {
		if r := (console{}).run(t, "verify", sample(t, number)); r.code != exitFailed || !strings.Contains(r.stderr, want) {
			t.Errorf("%s: exit code %d: %s", number, r.code, r.stderr)
		}
	}
}

// TestVerifySavedHTTP: the message is found in whatever was saved of an HTTP reply.
func TestVerifySavedHTTP(t *testing.T) {
	message := string(readFile(t, sample(t, "02")))
	c := console{now: day(2020, time.May, 20)}
	part := "Content-Type: application/xop+xml; charset=UTF-8\r\nContent-ID: <root>\r\n\r\n" + message + "\r\n"
	other := "--b\r\nContent-Type: image/png\r\nContent-ID: <p>\r\nContent-Transfer-Encoding: base64\r\n\r\nAAAA\r\n"
	for name, body := range map[string]string{
		"multipart body":          "--uuid:1\r\n" + part + "--uuid:1--\r\n",
		"multipart with LF":       strings.ReplaceAll("--uuid:1\r\n"+part+"--uuid:1--", "\r\n", "\n"),
		"headers and body":        "HTTP/1.1 200 OK\r\nContent-Type: text/xml;charset=UTF-8\r\n\r\n" + message,
		"headers and multipart":   "Content-Type: multipart/related; boundary=b; start=\"<root>\"\r\n\r\n" + other + "--b\r\n" + part + "--b--\r\n",
		"parts in another order":  "--b\r\n" + part + other + "--b--\r\n",
		"byte order mark, spaces": "\xef\xbb\xbf" + message + "\n",
	} {
		t.Run(name, func(t *testing.T) {
			if report, r := c.report(t, signertest.File(t, "reply", []byte(body))); !report.Holds || report.Kind != "soap" {
				t.Error(r.stdout)
			}
			c.stdin = []byte(body)
			c.mustRun(t, "verify", "-")
		})
	}
	for name, body := range map[string]string{
		"cut off":      "--b\r\n" + part,
		"no type":      "HTTP/1.1 200 OK\r\nContent-Type: ;\r\n\r\n" + message,
		"no XML":       "--b\r\nContent-Type: text/plain\r\n\r\nтекст\r\n--b--",
		"no such code": "--b\r\nContent-Transfer-Encoding: rot13\r\nContent-ID: <x>\r\n\r\nтекст\r\n--b--",
	} {
		if r := c.run(t, "verify", signertest.File(t, "reply", []byte(body))); r.code != exitFailed || r.stdout != "" {
			t.Errorf("%s: exit code %d: %s", name, r.code, r.stdout)
		}
	}
}

// TestVerifyInlinesParts: a binary part is digested as base64 (adapter/smev/SPEC.md#inline-files).
func TestVerifyInlinesParts(t *testing.T) {
	c, _ := withSigner(t, gost3410.CryptoProA())
	file := signertest.File(t, "d.xml", []byte(`<a xmlns="urn:a" Id="A"><b>AAAA</b></a>`))
	c.mustRun(t, "sign", "--xml", "enveloped", file)
	signed := strings.Replace(string(readFile(t, strings.TrimSuffix(file, ".xml")+".signed.xml")), "AAAA",
		`<xop:Include xmlns:xop="`+xmldsig.XOPNamespace+`" href="cid:p%40x"/>`, 1)
	body := "--b\r\nContent-Type: application/xop+xml\r\nContent-ID: <r>\r\n\r\n" + signed +
		"\r\n--b\r\nContent-Type: image/png\r\nContent-ID: <p@x>\r\n\r\n\x00\x00\x00\r\n--b--\r\n"
	c.mustRun(t, "verify", signertest.File(t, "body", []byte(body)))
	report, _ := c.report(t, signertest.File(t, "root.xml", []byte(signed)))
	if len(report.Notes) == 0 || !strings.Contains(report.Notes[0], "MIME") || !slices.Equal(wrong(report), []string{signature.TitleDigest}) {
		t.Errorf("%+v", report)
	}
}

// TestVerifyTrust: whom to believe, by the command line and by the configuration.
func TestVerifyTrust(t *testing.T) {
	message := sample(t, "03")
	certificates := regexp.MustCompile(`<(?:\w+:)?X509Certificate>\s*([^<]*)<`).FindAllStringSubmatch(string(readFile(t, message)), -1)
	if len(certificates) != 2 {
		t.Fatal(len(certificates))
	}
	pem := func(text string) string {
		return "-----BEGIN CERTIFICATE-----\n" + strings.TrimSpace(text) + "\n-----END CERTIFICATE-----\n"
	}
	sender, bus := pem(certificates[0][1]), pem(certificates[1][1])
	stranger := string(cert.EncodePEM(signertest.NewIdentity(t, gost3410.CryptoProA()).Certificate.Raw))
	cases := []struct {
		name, flag, configured string
		wrong                  []string
	}{
		{"not asked", "", "", []string{"", ""}},
		{"both given", sender + bus, "", []string{"", ""}},
		{"only the sender", sender, "", []string{"", signature.TitleTrust}},
		{"bus configured", "", bus, []string{"", ""}},
		{"stranger configured", "", stranger, []string{"", signature.TitleTrust}},
		{"command line first", sender + bus, stranger, []string{"", ""}},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			c := console{now: day(2020, time.May, 20), env: map[string]string{}}
			args := []string{message}
			if tc.flag != "" {
				args = append(args, "--trust", signertest.File(t, "trust.pem", []byte(tc.flag)))
			}
			if tc.configured != "" {
				c.env["EGISSOGW_SMEV_CERTIFICATES"] = signertest.File(t, "bus.pem", []byte(tc.configured))
			}
			report, r := c.report(t, args...)
			if got := wrong(report); !slices.Equal(got, tc.wrong) {
				t.Errorf("wrong %q, want %q\n%s", got, tc.wrong, r.stdout)
			}
			for _, s := range report.Signatures {
				if !s.Matches {
					t.Errorf("%s does not match", s.Place)
				}
			}
			if unjudged := tc.flag == ""; (len(report.Notes) > 0) != unjudged {
				t.Errorf("notes %q", report.Notes)
			}
		})
	}
}

// TestVerifyPlaces: a genuine signature that is about something else than its
// place says does not hold (signature wrapping).
func TestVerifyPlaces(t *testing.T) {
	message := string(readFile(t, sample(t, "02")))
	metadata := regexp.MustCompile(`(?s)<(\w+:)MessageMetadata .*</(\w+:)MessageMetadata>`).FindString(message)
	if metadata == "" {
		t.Fatal("no MessageMetadata")
	}
	fake := strings.Replace(strings.Replace(metadata, "SIGNED_BY_SMEV", "OTHER", 1), "requestIsQueued", "messageIsDelivered", 1)
	end := "</ns2:SendRequestResponse>"
	moved := "<ns2:x>" + metadata + "</ns2:x>" + end
	c := console{now: day(2020, time.May, 20)}
	cases := map[string]string{
		"moved to the end":     strings.Replace(strings.Replace(message, metadata, fake, 1), end, moved, 1),
		"nothing in its place": strings.Replace(strings.Replace(message, metadata, "", 1), end, moved, 1),
		"two in its place":     strings.Replace(message, metadata, metadata+fake, 1),
	}
	for name, text := range cases {
		t.Run(name, func(t *testing.T) {
			if text == message {
				t.Fatal("nothing was changed")
			}
			report, r := c.report(t, signertest.File(t, "m.xml", []byte(text)))
			if got := wrong(report); !slices.Equal(got, []string{signature.TitlePlace}) {
				t.Errorf("wrong %q\n%s", got, r.stdout)
			}
		})
	}
}
