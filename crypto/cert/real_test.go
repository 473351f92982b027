package cert_test

import (
	"encoding/base64"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"egissogw/crypto/cert"
	"egissogw/crypto/signertest"
)

var x509Element = regexp.MustCompile(`<(?:\w+:)?X509Certificate>([^<]+)<`)

// sampleCertificate is the n-th certificate inside a sample message.
func sampleCertificate(t testing.TB, message string, n int) []byte {
	t.Helper()
	text, err := os.ReadFile(signertest.Shared(t, "spec", "smev3-vectors", "messages", message))
	if err != nil {
		t.Fatal(err)
	}
	found := x509Element.FindAllSubmatch(text, -1)
	if n >= len(found) {
		t.Fatalf("%s has %d certificates", message, len(found))
	}
	der, err := base64.StdEncoding.AppendDecode(nil, regexp.MustCompile(`\s`).ReplaceAll(found[n][1], nil))
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func at(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return t
}

// The real certificates inside the sample messages, against what OpenSSL prints of them.
func TestRealCertificates(t *testing.T) {
	tests := []struct {
		name, message                    string
		n                                int
		serial, subject                  string
		ogrn, inn, signTool              string
		hasSNILS                         bool
		notBefore, notAfter, keyNotAfter string
	}{
		{
			name: "a consumer", message: "01-send-request-v12-signed.xml",
			serial:  "5725036F00010003EF46",
			subject: "CN=Комитет по архитектуре и градостроительству Московской области, ОГРН=1027700546510, ИНН=7707018904",
			ogrn:    "1027700546510", inn: "7707018904", signTool: `"КриптоПро CSP" версия 4.0 R4 (исполнение 2-Base)`,
			notBefore: "2019-12-16T12:24:35Z", notAfter: "2020-12-16T12:24:35Z", keyNotAfter: "2020-12-16T12:24:35Z",
		},
		{
			name: "the bus in 2019", message: "02-send-request-response-v12.xml",
			serial:  "51CBB8001AABF5AE41DC3FCC05E42420",
			subject: `CN=АО "РТ Лабс", UN=ТСМЭВ3, ОГРН=1035009567450, ИНН=5047053920`,
			ogrn:    "1035009567450", inn: "5047053920", signTool: "КриптоПро CSP 4.0",
			notBefore: "2019-12-05T11:02:49Z", notAfter: "2020-12-05T11:12:49Z", keyNotAfter: "2020-12-05T11:02:49Z",
		},
		{
			name: "a provider", message: "03-get-response-response-v12.xml",
			serial:  "2D4291005AAA168E4B9EC4B8AD999E91",
			subject: `CN=ФАУ "ГЛАВГОСЭКСПЕРТИЗА РОССИИ", UN=INN=7707082071/KPP=770801001/OGRN=1027700133911, ОГРН=1027700133911, ИНН=7707082071`,
			ogrn:    "1027700133911", inn: "7707082071", signTool: "КриптоПро CSP",
			notBefore: "2019-05-27T08:38:52Z", notAfter: "2020-05-27T08:48:52Z", keyNotAfter: "2020-05-27T08:38:52Z",
		},
		{
			name: "the bus in 2020", message: "06-get-request-response-v11-xop-fs.xml",
			serial:  "03EA85002AAC41A8452B232F1C5F1DB6",
			subject: "CN=Министерство цифрового развития, связи и массовых коммуникаций Российской Федерации, O=Минкомсвязь России, UN=ТСМЭВ 3, СР СМЭВ 3. Транспорт, ОГРН=1047702026701, ИНН=7710474375",
			ogrn:    "1047702026701", inn: "7710474375", signTool: `"КриптоПро CSP" (версия 4.0)`,
			notBefore: "2020-09-02T07:57:34Z", notAfter: "2021-09-02T08:07:34Z", keyNotAfter: "2021-09-02T07:57:34Z",
		},
		{
			name: "one with a natural person in it", message: "15-get-response-content-replaced-v12.xml",
			serial:  "01F89DA500D3AC5C8F46070516B002530F",
			subject: "CN=Министерство цифрового развития, связи и массовых коммуникаций Российской Федерации, UN=ИС ЕСИА, ОГРН=1047702026701, ИНН=7710474375",
			ogrn:    "1047702026701", inn: "7710474375", signTool: `"КриптоПро CSP" (версия 4.0)`, hasSNILS: true,
			notBefore: "2021-02-18T09:53:00Z", notAfter: "2022-02-18T10:03:00Z", keyNotAfter: "2022-02-18T09:52:59Z",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, err := cert.Parse(sampleCertificate(t, tt.message, tt.n))
			if err != nil {
				t.Fatal(err)
			}
			equal := func(what, got, want string) {
				t.Helper()
				if got != want {
					t.Errorf("%s is %q, want %q", what, got, want)
				}
			}
			equal("serial", c.SerialHex(), tt.serial)
			equal("OGRN", c.Subject.OGRN, tt.ogrn)
			equal("INN", c.Subject.OrganizationINN(), tt.inn)
			equal("signing tool", c.SignTool, tt.signTool)
			equal("curve", c.Key.CurveOID.String(), "1.2.643.2.2.36.0")
			equal("digest", c.Key.DigestOID.String(), "1.2.643.7.1.1.2.2")
			if c.DigestSize() != 32 || c.Version != 3 || c.IsCA {
				t.Errorf("digest size %d, version %d, authority %v", c.DigestSize(), c.Version, c.IsCA)
			}
			if !c.NotBefore.Equal(at(tt.notBefore)) || !c.NotAfter.Equal(at(tt.notAfter)) {
				t.Errorf("term %v – %v", c.NotBefore, c.NotAfter)
			}
			if c.PrivateKeyUsage == nil || !c.PrivateKeyUsage.NotAfter.Equal(at(tt.keyNotAfter)) {
				t.Errorf("private key's term %v", c.PrivateKeyUsage)
			}
			if !c.SigningEnds().Equal(at(tt.keyNotAfter)) {
				t.Errorf("signing ends %v", c.SigningEnds())
			}
			if want := cert.DigitalSignature | cert.ContentCommitment | cert.KeyEncipherment | cert.DataEncipherment; c.KeyUsage != want {
				t.Errorf("key usage %b, want %b", c.KeyUsage, want)
			}
			if len(c.SubjectKeyID) != 20 || len(c.AuthorityKeyID) != 20 || len(c.ExtKeyUsage) < 2 {
				t.Error("key identifiers or extended usages are missing")
			}
			equal("subject", c.Subject.String(), tt.subject)
			if (c.Subject.SNILS != "") != tt.hasSNILS {
				t.Error("SNILS present or absent against expectation")
			}
		})
	}
}

// The certificate's own term ends ten minutes after its private key's: both are told apart.
func TestTermOfRealCertificate(t *testing.T) {
	c, err := cert.Parse(sampleCertificate(t, "02-send-request-response-v12.xml", 0))
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, at           string
		signing, believing error
	}{
		{"a second early", "2019-12-05T11:02:48Z", cert.ErrNotYetValid, cert.ErrNotYetValid},
		{"first moment", "2019-12-05T11:02:49Z", nil, nil},
		{"middle", "2020-06-01T00:00:00Z", nil, nil},
		{"last moment of the key", "2020-12-05T11:02:49Z", nil, nil},
		{"key over, certificate valid", "2020-12-05T11:05:00Z", cert.ErrKeyTermOver, nil},
		{"last moment", "2020-12-05T11:12:49Z", cert.ErrKeyTermOver, nil},
		{"expired", "2020-12-05T11:12:50Z", cert.ErrExpired, cert.ErrExpired},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if err := c.CheckTerm(at(tt.at)); !errors.Is(err, tt.signing) {
				t.Errorf("CheckTerm: %v, want %v", err, tt.signing)
			}
			if err := c.CheckValidity(at(tt.at)); !errors.Is(err, tt.believing) {
				t.Errorf("CheckValidity: %v, want %v", err, tt.believing)
			}
			if err := cert.NewTrust([]*cert.Certificate{c}, cert.Pinned).Check(c, at(tt.at)); !errors.Is(err, tt.believing) {
				t.Errorf("pinned: %v, want %v", err, tt.believing)
			}
		})
	}
}

func TestGOST2001Refused(t *testing.T) {
	_, err := cert.Parse(sampleCertificate(t, "17-smev-signature-gost2001.xml", 0))
	if !errors.Is(err, cert.ErrGOST2001) {
		t.Fatalf("error %v, want ErrGOST2001", err)
	}
}

// Every certificate inside every sample message is either read or refused as GOST 2001.
func TestAllSampleMessages(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(signertest.Shared(t, "spec", "smev3-vectors", "messages"), "*"))
	if err != nil || len(files) == 0 {
		t.Fatal("no sample messages", err)
	}
	read, refused := 0, 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for n := range x509Element.FindAll(text, -1) {
			switch _, err := cert.Parse(sampleCertificate(t, filepath.Base(file), n)); {
			case err == nil:
				read++
			case errors.Is(err, cert.ErrGOST2001):
				refused++
			default:
				t.Errorf("%s, certificate %d: %v", filepath.Base(file), n, err)
			}
		}
	}
	if read < 9 || refused != 1 {
		t.Errorf("%d certificates read and %d refused as GOST 2001, want at least 9 and 1", read, refused)
	}
}
