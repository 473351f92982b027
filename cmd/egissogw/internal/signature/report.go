package signature

import (
	"io"
	"slices"
	"time"

	"egissogw/cmd/egissogw/internal/screen"
	"egissogw/crypto/xmldsig"
)

// Titles of steps, those package xmldsig gives included.
const (
	TitleStructure   = "Строение подписи"
	TitleDigest      = "Дайджест"
	TitleValue       = "Значение подписи"
	TitleCertificate = "Сертификат"
	TitleTrust       = "Доверие к сертификату"
	TitlePlace       = "Место в сообщении"
)

// Report is the answer of verify, and its JSON form.
type Report struct {
	File    string    `json:"file"`
	Kind    string    `json:"kind"` // soap, xml, cms or evidence
	Content string    `json:"content,omitempty"`
	At      time.Time `json:"at"`
	// Holds: every signature of the file holds.
	Holds      bool        `json:"holds"`
	Notes      []string    `json:"notes,omitempty"`
	Signatures []Signature `json:"signatures"`
}

// Signature is everything found out about one signature.
type Signature struct {
	Role  string `json:"role,omitempty"`
	Place string `json:"place"`
	Holds bool   `json:"holds"`
	// Missing: a message of this kind has to have the signature, and has not.
	Missing bool `json:"missing,omitempty"`
	// Matches: digest and signature value are right, whatever is to be said about
	// the certificate.
	Matches     bool           `json:"matches"`
	Steps       []xmldsig.Step `json:"steps"`
	Certificate *Certificate   `json:"certificate,omitempty"`
}

// Conclude sums up the signatures.
func (r *Report) Conclude() {
	r.Holds = len(r.Signatures) > 0
	anybody := false // might have signed
	for i := range r.Signatures {
		s := &r.Signatures[i]
		s.Matches = s.matches()
		r.Holds = r.Holds && s.Holds
		judged := slices.ContainsFunc(s.Steps, func(step xmldsig.Step) bool { return step.Title == TitleTrust })
		anybody = anybody || s.Matches && !judged
	}
	if anybody {
		r.Notes = append(r.Notes, "доверие к сертификату проверено не у каждой подписи: кому верить, задаёт --trust ФАЙЛ")
	}
}

// matches tells whether only the certificate, if anything, speaks against s.
func (s *Signature) matches() bool {
	verified := false
	for _, step := range s.Steps {
		if !step.OK && step.Title != TitleCertificate && step.Title != TitleTrust {
			return false
		}
		verified = verified || step.Title == TitleValue
	}
	return verified
}

var kindText = map[string]string{"soap": "сообщение SOAP", "xml": "документ XML", "cms": "CMS (PKCS#7)", "evidence": "архив доказательств"}

func (r *Report) Print(w io.Writer) error {
	screen.Fprintf(w, "%s: %s, подписей: %d\n", r.File, kindText[r.Kind], r.count())
	if r.Content != "" {
		screen.Fprintf(w, "Подписанный файл: %s\n", r.Content)
	}
	for _, note := range r.Notes {
		screen.Fprintf(w, "Замечание: %s\n", note)
	}
	for i, s := range r.Signatures {
		screen.Fprintf(w, "\nПодпись %d: %s\n", i+1, s.Place)
		for _, step := range s.Steps {
			mark := "верно  "
			if !step.OK {
				mark = "НЕВЕРНО"
			}
			screen.Fprintf(w, "  %s  %s: %s\n", mark, step.Title, step.Text)
			for _, hint := range step.Hints {
				screen.Fprintf(w, "             - %s\n", hint)
			}
		}
		if s.Certificate != nil {
			if err := s.Certificate.Print(w, "    "); err != nil {
				return err
			}
		}
		screen.Fprintf(w, "  Подпись %s\n", s.verdict())
	}
	if len(r.Signatures) > 1 {
		screen.Fprintf(w, "\nВсе подписи вместе: %s\n", map[bool]string{true: "верны", false: "есть неверные"}[r.Holds])
	}
	at := "на " + screen.Time(r.At)
	if r.Kind == "evidence" {
		at = "на время каждого сообщения, если не указано --at"
	}
	_, err := screen.Fprintf(w, "\nСроки сертификатов проверены %s. Отзыв сертификатов не проверяется.\n", at)
	return err
}

// count is the number of signatures there are.
func (r *Report) count() int {
	n := 0
	for _, s := range r.Signatures {
		if !s.Missing {
			n++
		}
	}
	return n
}

func (s *Signature) verdict() string {
	switch {
	case s.Missing:
		return "ОТСУТСТВУЕТ"
	case s.Holds:
		return "ВЕРНА"
	case s.Matches:
		return "НЕ ПОДТВЕРЖДЕНА: содержимое и значение подписи сходятся, но сертификат не принят (сроки на другой день: --at ДАТА)"
	}
	return "НЕ ВЕРНА"
}
