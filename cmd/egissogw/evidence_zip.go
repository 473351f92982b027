package main

import (
	"archive/zip"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"egissogw/cmd/egissogw/internal/screen"
	"egissogw/crypto/cert"
)

// Files of an archive of evidence that say what it is.
const (
	evidenceJSON  = "evidence.json"
	evidenceSums  = "SHA256SUMS" // as sha256sum -c reads them
	evidenceText  = "README.txt"
	signedInfo    = "signed-info.xml"
	signatureFile = "signature.bin"
	signedOctets  = "signed.bin"
	signerFile    = "certificate.pem"
)

// signature puts what one signature can be checked with into a folder; octets are those of the
// signed element, nil if they are not given out.
func (g *gathering) signature(folder string, info, value, octets, certificate []byte) {
	g.put(folder+signedInfo, info)
	g.put(folder+signatureFile, value)
	g.put(folder+signerFile, cert.EncodePEM(certificate))
	if octets != nil {
		g.put(folder+signedOctets, octets)
	}
}

// write writes the archive.
func (g *gathering) write(w io.Writer) error {
	about, err := json.MarshalIndent(g.evidence, "", "  ")
	if err != nil {
		return err
	}
	g.put(evidenceJSON, append(about, '\n'))
	g.put(evidenceText, []byte(g.text()))
	var sums strings.Builder
	for _, f := range g.files {
		screen.Fprintf(&sums, "%x  %s\n", sha256.Sum256(f.content), f.name)
	}
	z := zip.NewWriter(w)
	for _, f := range append(g.files, evidenceFile{evidenceSums, []byte(sums.String())}) {
		entry, err := z.CreateHeader(&zip.FileHeader{Name: f.name, Method: zip.Deflate, Modified: g.Made})
		if err != nil {
			return err
		}
		if _, err := entry.Write(f.content); err != nil {
			return err
		}
	}
	return z.Close()
}

func (a *app) printEvidence(name string, e evidence) error {
	screen.Fprintf(a.stdout, "Записано: %s, файлов %d, пакетов %d\n", name, len(e.files)+1, len(e.Packages))
	for _, w := range e.Withheld {
		if w.Why == "removed" {
			screen.Fprintf(a.stdout, "Нет документа %s %s: удалён по сроку хранения; хэш и подписи есть\n", w.Kind, w.ID)
		} else {
			screen.Fprintf(a.stdout, "Не выдан документ %s %s: в его пакете ещё записей %d (--whole --reason ТЕКСТ); хэш и подписи есть\n", w.Kind, w.ID, w.Others)
		}
	}
	_, err := screen.Fprintf(a.stdout, "Проверить: egissogw verify %s; без этой программы — README.txt в нём\n", name)
	return err
}

// text is README.txt: for somebody without this program.
func (g *gathering) text() string {
	var b strings.Builder
	b.WriteString("Доказательства передачи сведений в ЕГИССО через СМЭВ 3\n\n")
	if g.Record != nil {
		screen.Fprintf(&b, "О записи: реестр %s, ключ %s, состояние «%s»\n", g.Record.Register, g.Record.Key, g.Record.Status)
	} else {
		screen.Fprintf(&b, "О пакете %s\n", g.packageID)
	}
	screen.Fprintf(&b, "Составлено %s, egissogw %s. Моменты — UTC, часы базы шлюза.\n\n", g.Made.Format("2006-01-02 15:04:05"), g.Program)
	for _, p := range g.Packages {
		p.text(&b)
	}
	for _, w := range g.Withheld {
		why := fmt.Sprintf("называет другие записи пакета (%d)", w.Others)
		if w.Why == "removed" {
			why = "удалён " + w.At.UTC().Format("2006-01-02") + ": срок хранения истёк"
			if w.ArchivedAt != nil && w.ForgottenAt == nil {
				why += "; должен быть в архиве шлюза"
			}
		}
		screen.Fprintf(&b, "Документа %s %s здесь нет: %s. SHA-256 %s, байт %d.\n", w.Kind, w.ID, why, w.SHA256, w.Size)
	}
	b.WriteString(evidenceGuide)
	return b.String()
}

func (p *casePackage) text(b *strings.Builder) {
	screen.Fprintf(b, "Пакет %s, %s-%s, поставщик %s, записей %d, состояние %s\n", p.ID, p.Format, p.FormatVersion, p.Provider, p.RecordCount, p.State)
	for _, r := range p.Records {
		outcome := "исхода нет"
		if r.Outcome != nil {
			outcome = *r.Outcome
		}
		if r.Late != nil {
			outcome += ", протокол пришёл позже: " + *r.Late
		}
		screen.Fprintf(b, "  запись %s (%s, №%d): %s\n", r.ID, r.Kind, r.Ordinal, outcome)
		for _, s := range r.Said {
			screen.Fprintf(b, "    ЕГИССО: %s %s\n", s.RuleCode, s.Report)
		}
	}
	for _, m := range p.Messages {
		screen.Fprintf(b, "  сообщение %s: подписано %s", m.ID, screen.Time(m.MadeAt))
		if m.DeliveredAt != nil {
			screen.Fprintf(b, ", принято СМЭВ %s", screen.Time(*m.DeliveredAt))
		}
		screen.Fprintf(b, ", попыток %d\n", len(m.Attempts))
		for _, a := range m.Answers {
			screen.Fprintf(b, "  ответ %s: получен %s, подпись СМЭВ при получении проверена\n", a.ID, screen.Time(a.ReceivedAt))
		}
	}
	if p.Channel == "manual" {
		b.WriteString("  загружен в кабинете вручную: подписи СМЭВ у файла и протокола нет\n")
	}
	b.WriteString("\n")
}

// evidenceGuide is for whoever has none of our programs.
const evidenceGuide = `
Что здесь

  evidence.json     то же подробно: записи, исходы, моменты, попытки, ответы
  records/          элемент записи — байты документа, в котором он ушёл (offset — место в нём)
  messages/         отправленный конверт СМЭВ; файл фактов и подпись к нему (.p7s, CMS отдельно)
  answers/          ответы СМЭВ с протоколами ЕГИССО; protocols/ — загруженные вручную, их никто не подписывал
  *.signatures/N/   подпись N документа: signed-info.xml — подписанные байты (канонический SignedInfo),
                    signature.bin — значение подписи, certificate.pem — чья она,
                    signed.bin — байты подписанного элемента после канонизации и трансформации СМЭВ (если документ выдан)
  SHA256SUMS        хэши всех файлов

Как проверить без egissogw: OpenSSL с gost-engine (для ключей 512 бит — md_gost12_512)

  sha256sum -c SHA256SUMS
  cd КАТАЛОГ_ПОДПИСИ
  openssl x509 -engine gost -in certificate.pem -noout -subject -issuer -dates
  openssl x509 -engine gost -in certificate.pem -noout -pubkey > key.pem
  openssl dgst -engine gost -md_gost12_256 -verify key.pem -signature signature.bin signed-info.xml
  openssl dgst -engine gost -md_gost12_256 -binary signed.bin | base64      # равно DigestValue в signed-info.xml
  openssl cms -verify -engine gost -binary -inform DER -in ФАЙЛ.xml.p7s -content ФАЙЛ.xml -noverify -out /dev/null

Подпись СМЭВ на ответе доказывает, что его передала СМЭВ; что говорит ЕГИССО, стоит в подписанном содержимом. Доверие к
сертификатам (цепочка УЦ) и отзыв проверяют отдельно, на момент подписи. Где документ не выдан, подпись доказывает
только хэш; сам документ сверяют с ним, когда он предъявлен.
`
