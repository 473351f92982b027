package main

import (
	"bytes"
	"encoding/base64"
	"encoding/pem"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"egissogw/crypto/gost3410"
	"egissogw/crypto/signertest"
	"egissogw/crypto/xmldsig"
)

const letter = `<?xml version="1.0" encoding="UTF-8"?>
<!-- письмо -->
<a:letter xmlns:a="urn:a" xmlns:unused="urn:u" Id="LETTER">
  <a:to kind='"близкие"'>Петров &amp; Ко, 5 &gt; 3</a:to><b xmlns="urn:b" Id="BODY">текст<c/></b>
</a:letter>
`

var curves = map[string]*gost3410.Curve{"256 bits": gost3410.CryptoProXchA(), "512 bits": gost3410.TC26_512A()}

// TestSignCMS: OpenSSL and verify accept what sign makes, and notice a change.
func TestSignCMS(t *testing.T) {
	openssl := signertest.OpenSSL(t)
	for name, curve := range curves {
		t.Run(name, func(t *testing.T) {
			c, id := withSigner(t, curve)
			content := bytes.Repeat([]byte("заявка на доступ\r\n"), 3_000)
			file := signertest.File(t, "request.pdf", content)
			trust := c.env["EGISSOGW_SOFTKEY_CERTIFICATE_FILE"]
			for _, form := range []string{"DER", "PEM"} {
				args := []string{"sign", file}
				if form == "PEM" {
					args = append(args, "--pem", "--force")
				}
				r := c.mustRun(t, args...)
				if r.stdout != "" || !strings.Contains(r.stderr, file+".sig") {
					t.Errorf("output %q, %q", r.stdout, r.stderr)
				}
				if block, _ := pem.Decode(readFile(t, file+".sig")); (block != nil) != (form == "PEM") {
					t.Errorf("the file is not %s", form)
				}
				got := openssl.Run(t, nil, "cms", "-verify", "-binary", "-noverify", "-inform", form, "-in", file+".sig", "-content", file)
				if !bytes.Equal(got, content) {
					t.Errorf("OpenSSL verified %d other bytes", len(got))
				}
				for _, args := range [][]string{{file}, {file + ".sig"}, {"--content", file, file + ".sig"}, {"--trust", trust, file}} {
					r := c.mustRun(t, append([]string{"verify"}, args...)...)
					if !strings.Contains(r.stdout, "Подпись ВЕРНА") || !strings.Contains(r.stdout, id.Certificate.SerialHex()) {
						t.Errorf("verify %q: %s", args, r.stdout)
					}
				}
			}
			writeFile(t, file, string(content[1:]))
			if r := c.run(t, "verify", file); r.code != exitFailed || !strings.Contains(r.stdout, "файл изменён после подписи") {
				t.Errorf("exit code %d: %s", r.code, r.stdout)
			}
			if _, err := openssl.Try(t, nil, "cms", "-verify", "-binary", "-noverify", "-inform", "PEM", "-in", file+".sig", "-content", file); err == nil {
				t.Error("OpenSSL accepts the changed file")
			}
		})
	}
}

// TestSignToStandardOutput: from standard input to standard output, for pipes.
func TestSignToStandardOutput(t *testing.T) {
	c, _ := withSigner(t, gost3410.CryptoProA())
	c.stdin = []byte("данные")
	signature := c.mustRun(t, "sign", "-").stdout
	file := signertest.File(t, "data", c.stdin)
	c.stdin = []byte(signature)
	c.mustRun(t, "verify", "--content", file, "-")
}

func TestSignDoesNotOverwrite(t *testing.T) {
	c, _ := withSigner(t, gost3410.CryptoProA())
	file := signertest.File(t, "a.txt", []byte("a"))
	out := writeFile(t, filepath.Join(t.TempDir(), "precious"), "не трогать")
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(out, link); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		want string
		args []string
	}{
		{"--force", []string{"--out", out}},
		{"не обычный файл", []string{"--out", t.TempDir(), "--force"}},
		{"не обычный файл", []string{"--out", link, "--force"}},
		{"запись", []string{"--out", filepath.Join(t.TempDir(), "absent", "x")}},
	} {
		if r := c.run(t, append([]string{"sign", file}, tc.args...)...); r.code != exitFailed || !strings.Contains(r.stderr, tc.want) {
			t.Errorf("%q: exit code %d: %s", tc.args, r.code, r.stderr)
		}
	}
	if got := string(readFile(t, out)); got != "не трогать" {
		t.Errorf("the file now is %q", got)
	}
	c.mustRun(t, "sign", file, "--out", out, "--force")
	c.mustRun(t, "verify", out, "--content", file)
	if entries, err := os.ReadDir(filepath.Dir(out)); err != nil || len(entries) != 1 {
		t.Errorf("left behind: %v, %v", entries, err)
	}
}

// TestSignXML: enveloped and detached signatures, with and without the bus's
// transform, hold for verify, and for libxml2 with OpenSSL where those can tell.
func TestSignXML(t *testing.T) {
	for name, curve := range curves {
		t.Run(name, func(t *testing.T) {
			c, id := withSigner(t, curve)
			file := signertest.File(t, "letter.xml", []byte(letter))
			signed := filepath.Join(filepath.Dir(file), "letter.signed.xml")
			for _, extra := range [][]string{nil, {"--plain"}} {
				c.mustRun(t, append([]string{"sign", "--xml", "enveloped", "--force", file}, extra...)...)
				text := string(readFile(t, signed))
				signature := regexp.MustCompile(`<ds:Signature .*</ds:Signature>`).FindString(text)
				if strings.Replace(text, signature, "", 1) != letter {
					t.Errorf("more than the signature was added:\n%s", text)
				}
				c.mustRun(t, "verify", signed)
				transformed := c.mustRun(t, "transform", file).stdout
				if extra != nil {
					transformed = canonicalByXMLLint(t, letter)
				}
				crossCheck(t, id, signature, transformed)

				broken := writeFile(t, filepath.Join(t.TempDir(), "broken.xml"), strings.Replace(text, "Петров", "Петрова", 1))
				if r := c.run(t, "verify", broken); r.code != exitFailed || !strings.Contains(r.stdout, "НЕВЕРНО  Дайджест") {
					t.Errorf("exit code %d: %s", r.code, r.stdout)
				}
			}
			for _, element := range []string{"LETTER", "BODY"} {
				c.mustRun(t, "sign", "--xml", "detached", "--id", element, "--force", file)
				signature := string(readFile(t, file+".sig.xml"))
				if !strings.Contains(signature, `URI="#`+element+`"`) {
					t.Error(signature)
				}
				crossCheck(t, id, signature, c.mustRun(t, "transform", "--id", element, file).stdout)
				c.mustRun(t, "verify", file+".sig.xml")
				c.mustRun(t, "verify", "--content", file, file+".sig.xml")
			}
		})
	}
}

// crossCheck verifies a signature with libxml2's canonicalisation and OpenSSL.
func crossCheck(t *testing.T, id signertest.Identity, signature, transformed string) {
	t.Helper()
	openssl := signertest.OpenSSL(t)
	algorithm := map[int]string{32: "-md_gost12_256", 64: "-md_gost12_512"}[id.Certificate.DigestSize()]
	digest := base64.StdEncoding.EncodeToString(openssl.Run(t, []byte(transformed), "dgst", algorithm, "-binary"))
	if !strings.Contains(signature, "<ds:DigestValue>"+digest+"<") {
		t.Errorf("OpenSSL's digest is %s:\n%s", digest, signature)
	}
	info := regexp.MustCompile(`<ds:SignedInfo>.*</ds:SignedInfo>`).FindString(signature)
	info = canonicalByXMLLint(t, strings.Replace(info, ">", ` xmlns:ds="`+xmldsig.Namespace+`">`, 1))
	value, err := base64.StdEncoding.DecodeString(regexp.MustCompile(`<ds:SignatureValue>([^<]*)`).FindStringSubmatch(signature)[1])
	if err != nil {
		t.Fatal(err)
	}
	if err := openssl.VerifyDigest(t, id.Certificate, openssl.Run(t, []byte(info), "dgst", algorithm, "-binary"), value); err != nil {
		t.Error(err)
	}
}

// canonicalByXMLLint is the exclusive canonical form of a document, its comments
// taken out before.
func canonicalByXMLLint(t *testing.T, text string) string {
	t.Helper()
	path, err := exec.LookPath("xmllint")
	if err != nil {
		signertest.Missing(t, "no xmllint to compare with: %v", err)
	}
	text = regexp.MustCompile(`(?s)<!--.*?-->\n?`).ReplaceAllString(text, "")
	out, err := exec.CommandContext(t.Context(), path, "--exc-c14n", signertest.File(t, "x.xml", []byte(text))).Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func TestSignXMLRefuses(t *testing.T) {
	c, _ := withSigner(t, gost3410.CryptoProA())
	expired := c
	expired.now = signertest.KeyEnd.Add(1)
	cases := []struct {
		name    string
		c       console
		content string
		args    []string
		want    string
	}{
		{"not XML", c, "текст", []string{"--xml", "enveloped"}, "это не XML; для любых файлов есть CMS"},
		{"multipart", c, "--b\r\nContent-Type: text/xml\r\n\r\n" + letter + "\r\n--b--", []string{"--xml", "enveloped"}, "это не XML"},
		{"root without Id", c, `<a xmlns="urn:a"/>`, []string{"--xml", "detached"}, "нет Id"},
		{"unknown Id", c, letter, []string{"--xml", "detached", "--id", "X"}, `Id "X" в документе нет`},
		{"ambiguous Id", c, `<a xmlns="urn:a" Id="X"><b Id="X"/></a>`, []string{"--xml", "detached", "--id", "X"}, "несколько элементов"},
		{"no namespace", c, `<a Id="X"/>`, []string{"--xml", "detached"}, "--plain"},
		{"no namespace, enveloped", c, `<a/>`, []string{"--xml", "enveloped"}, "--plain"},
		{"missing parts", c, `<a xmlns="urn:a"><xop:Include xmlns:xop="` + xmldsig.XOPNamespace + `" href="cid:x"/></a>`, []string{"--xml", "enveloped"}, "xop:Include"},
		{"key term over", expired, letter, []string{"--xml", "enveloped"}, "срок закрытого ключа истёк"},
		{"key term over, CMS", expired, letter, nil, "срок закрытого ключа истёк"},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			file := signertest.File(t, "in.xml", []byte(tc.content))
			r := tc.c.run(t, append([]string{"sign", file}, tc.args...)...)
			if r.code != exitFailed || !strings.Contains(r.stderr, tc.want) {
				t.Errorf("exit code %d, want %q: %s", r.code, tc.want, r.stderr)
			}
			if entries, err := os.ReadDir(filepath.Dir(file)); err != nil || len(entries) != 1 {
				t.Errorf("files made: %v, %v", entries, err)
			}
		})
	}
	t.Run("plain takes content without namespaces", func(t *testing.T) {
		file := signertest.File(t, "in.xml", []byte(`<a/>`))
		c.mustRun(t, "sign", file, "--xml", "enveloped", "--plain")
		c.mustRun(t, "verify", strings.TrimSuffix(file, ".xml")+".signed.xml")
	})
}
