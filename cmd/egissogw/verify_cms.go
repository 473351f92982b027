package main

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"slices"

	"egissogw/crypto/cert"
	"egissogw/crypto/cms"
	"egissogw/crypto/xmldsig"
)

// explainCMS explains the signatures of a CMS, detached or with its content.
func (v *verification) explainCMS(ctx context.Context) (*verifyReport, error) {
	data, err := v.app.read(ctx, v.name)
	if err != nil {
		return nil, err
	}
	der, err := cms.Decode(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", shownName(v.name), because(err))
	}
	_, attached, err := cms.Content(der)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", shownName(v.name), because(err))
	}
	r := &verifyReport{File: shownName(v.name), Kind: "cms", At: v.at}
	name := v.content
	if name == "" && !attached {
		if name = v.contentFor(signatureSuffixes...); name == "" {
			return nil, fmt.Errorf("%s: %w", shownName(v.name), because(cms.ErrNoContent))
		}
	}
	if attached && name != "" {
		r.Notes = append(r.Notes, "в CMS есть и собственное содержимое; проверено указанное в --content")
	}
	var content io.Reader // none: the one included
	if name != "" {
		file, err := v.app.open(ctx, name)
		if err != nil {
			return nil, err
		}
		defer file.Close()
		r.Content, content = shownName(name), file
	}
	all, err := cms.VerifyAll(der, content)
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	for i, one := range all {
		r.Signatures = append(r.Signatures, v.heldCMS(i, one))
	}
	if err != nil {
		r.Signatures = []signatureReport{v.failedCMS(der, err)}
	}
	r.conclude()
	return r, nil
}

// heldCMS tells about a signature whose arithmetic is right.
func (v *verification) heldCMS(i int, one cms.Signature) signatureReport {
	s := signatureReport{Place: fmt.Sprintf("подписант %d", i+1)}
	s.add(true, titleStructure, "CMS SignedData, ГОСТ Р 34.10-2012, %d бит", 8*one.Certificate.DigestSize())
	s.add(true, titleDigest, "содержимого %s", base64.StdEncoding.EncodeToString(one.Digest))
	s.add(true, titleValue, "соответствует ключу сертификата")
	if one.CAdES {
		s.add(true, "Привязка сертификата", "signingCertificateV2 называет этот сертификат (CAdES-BES)")
	} else {
		s.add(true, "Привязка сертификата", "атрибута signingCertificateV2 нет, это не CAdES")
	}
	if !one.SigningTime.IsZero() {
		s.add(true, "Время подписи", "%s, по словам подписавшего", timeText(one.SigningTime))
	}
	v.judgeCertificate(&s, one.Certificate)
	s.Holds = !slices.ContainsFunc(s.Steps, func(step xmldsig.Step) bool { return !step.OK })
	return s
}

// judgeCertificate adds the steps about the certificate's term and trust.
func (v *verification) judgeCertificate(s *signatureReport, c *cert.Certificate) {
	view := viewCertificate(c)
	s.Certificate = &view
	if err := c.CheckValidity(v.at); err != nil {
		s.add(false, titleCertificate, "%v", because(err))
	} else {
		s.add(true, titleCertificate, "%s, в пределах срока", c)
	}
	switch {
	case v.trust == nil:
	case v.trust(c) == nil:
		s.add(true, titleTrust, "сертификат доверенный")
	default:
		s.add(false, titleTrust, "%v", because(v.trust(c)))
	}
}

// add records a step.
func (s *signatureReport) add(ok bool, title, format string, args ...any) *xmldsig.Step {
	s.Steps = append(s.Steps, xmldsig.Step{Title: title, OK: ok, Text: fmt.Sprintf(format, args...)})
	return &s.Steps[len(s.Steps)-1]
}

// failedCMS tells why a CMS does not verify. What it says about itself is shown,
// not believed.
func (v *verification) failedCMS(der []byte, err error) signatureReport {
	s := signatureReport{Place: "CMS"}
	var digest *cms.DigestError
	switch {
	case errors.As(err, &digest):
		s.add(true, titleStructure, "CMS SignedData")
		step := s.add(false, titleDigest, "в подписи %s, вычислен %s",
			base64.StdEncoding.EncodeToString(digest.Signed), base64.StdEncoding.EncodeToString(digest.Actual))
		backwards := slices.Clone(digest.Actual)
		slices.Reverse(backwards)
		if slices.Equal(backwards, digest.Signed) {
			step.Hints = append(step.Hints, "сошлось бы с обратным порядком байтов дайджеста")
		} else {
			step.Hints = append(step.Hints, "файл изменён после подписи, или подпись от другого файла")
		}
	case errors.Is(err, cms.ErrSignature):
		s.add(true, titleStructure, "CMS SignedData")
		step := s.add(false, titleValue, "%v", because(err))
		step.Hints = valueHints(der)
	case errors.Is(err, cms.ErrNoCertificate), errors.Is(err, cms.ErrWrongCertificate):
		s.add(true, titleStructure, "CMS SignedData")
		s.add(false, titleCertificate, "%v", because(err))
	default:
		s.add(false, titleStructure, "%v", because(err))
	}
	if c := onlyCertificate(der); c != nil {
		view := viewCertificate(c)
		s.Certificate = &view
	}
	return s
}
