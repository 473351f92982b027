package signature

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"slices"

	"egissogw/cmd/egissogw/internal/fault"
	"egissogw/cmd/egissogw/internal/screen"
	"egissogw/crypto/cert"
	"egissogw/crypto/cms"
	"egissogw/crypto/xmldsig"
)

// CMS explains the signatures of a CMS; content is what they are for, nil if it is included.
func (j Judge) CMS(der []byte, content io.Reader) (found []Signature) {
	all, err := cms.VerifyAll(der, content)
	if err != nil {
		return []Signature{j.failedCMS(der, err)}
	}
	for i, one := range all {
		found = append(found, j.heldCMS(i, one))
	}
	return found
}

// heldCMS tells about a signature whose arithmetic is right.
func (j Judge) heldCMS(i int, one cms.Signature) Signature {
	s := Signature{Place: fmt.Sprintf("подписант %d", i+1)}
	s.add(true, TitleStructure, "CMS SignedData, ГОСТ Р 34.10-2012, %d бит", 8*one.Certificate.DigestSize())
	s.add(true, TitleDigest, "содержимого %s", base64.StdEncoding.EncodeToString(one.Digest))
	s.add(true, TitleValue, "соответствует ключу сертификата")
	if one.CAdES {
		s.add(true, "Привязка сертификата", "signingCertificateV2 называет этот сертификат (CAdES-BES)")
	} else {
		s.add(true, "Привязка сертификата", "атрибута signingCertificateV2 нет, это не CAdES")
	}
	if !one.SigningTime.IsZero() {
		s.add(true, "Время подписи", "%s, по словам подписавшего", screen.Time(one.SigningTime))
	}
	j.judgeCertificate(&s, one.Certificate)
	s.Holds = !slices.ContainsFunc(s.Steps, func(step xmldsig.Step) bool { return !step.OK })
	return s
}

// judgeCertificate adds the steps about the certificate's term and trust.
func (j Judge) judgeCertificate(s *Signature, c *cert.Certificate) {
	view := View(c)
	s.Certificate = &view
	if err := c.CheckValidity(j.At); err != nil {
		s.add(false, TitleCertificate, "%v", fault.Because(err))
	} else {
		s.add(true, TitleCertificate, "%s, в пределах срока", c)
	}
	switch {
	case j.Trust == nil:
	case j.Trust(c) == nil:
		s.add(true, TitleTrust, "сертификат доверенный")
	default:
		s.add(false, TitleTrust, "%v", fault.Because(j.Trust(c)))
	}
}

// add records a step.
func (s *Signature) add(ok bool, title, format string, args ...any) *xmldsig.Step {
	s.Steps = append(s.Steps, xmldsig.Step{Title: title, OK: ok, Text: fmt.Sprintf(format, args...)})
	return &s.Steps[len(s.Steps)-1]
}

// failedCMS tells why a CMS does not verify. What it says about itself is shown,
// not believed.
func (j Judge) failedCMS(der []byte, err error) Signature {
	s := Signature{Place: "CMS"}
	var digest *cms.DigestError
	switch {
	case errors.As(err, &digest):
		s.add(true, TitleStructure, "CMS SignedData")
		step := s.add(false, TitleDigest, "в подписи %s, вычислен %s",
			base64.StdEncoding.EncodeToString(digest.Signed), base64.StdEncoding.EncodeToString(digest.Actual))
		backwards := slices.Clone(digest.Actual)
		slices.Reverse(backwards)
		if slices.Equal(backwards, digest.Signed) {
			step.Hints = append(step.Hints, "сошлось бы с обратным порядком байтов дайджеста")
		} else {
			step.Hints = append(step.Hints, "файл изменён после подписи, или подпись от другого файла")
		}
	case errors.Is(err, cms.ErrSignature):
		s.add(true, TitleStructure, "CMS SignedData")
		step := s.add(false, TitleValue, "%v", fault.Because(err))
		step.Hints = valueHints(der)
	case errors.Is(err, cms.ErrNoCertificate), errors.Is(err, cms.ErrWrongCertificate):
		s.add(true, TitleStructure, "CMS SignedData")
		s.add(false, TitleCertificate, "%v", fault.Because(err))
	default:
		s.add(false, TitleStructure, "%v", fault.Because(err))
	}
	if c := onlyCertificate(der); c != nil {
		view := View(c)
		s.Certificate = &view
	}
	return s
}

// Kept explains a signature of a document that is not there.
func (j Judge) Kept(info, value, pem []byte) Signature {
	s := Signature{Place: "SignedInfo"}
	certs, err := cert.ParsePEM(pem)
	if err != nil || len(certs) != 1 {
		s.add(false, TitleCertificate, "сертификат не читается")
		return s
	}
	h := cert.NewDigest(certs[0].DigestSize())
	h.Write(info)
	if err := certs[0].PublicKey.Verify(h.Sum(nil), value); err != nil {
		s.add(false, TitleValue, "не соответствует SignedInfo и ключу")
	} else {
		s.add(true, TitleValue, "соответствует SignedInfo и ключу; самого документа здесь нет")
	}
	j.judgeCertificate(&s, certs[0])
	s.Holds = !slices.ContainsFunc(s.Steps, func(step xmldsig.Step) bool { return !step.OK })
	return s
}
