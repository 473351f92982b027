package smev

import (
	"bytes"
	"encoding/base64"
	"errors"
	"strings"

	"egissogw/crypto/xmldsig"
)

// checkFiles refuses what the schema would refuse; ids are those of the signed
// elements, which no attachment may share.
func checkFiles(files []FileRef, attachments []Attachment, id string) error {
	for _, f := range files {
		if f.UUID == "" || len(f.Hash) == 0 || !isMimeType(f.MimeType) {
			return errors.New("file reference lacks uuid, hash or a permitted media type")
		}
	}
	seen := map[string]bool{id: true}
	for _, a := range attachments {
		if !isXMLName(a.ID) || seen[a.ID] || !isMimeType(a.MimeType) {
			return errors.New("attachment lacks a unique id or a permitted media type")
		}
		seen[a.ID] = true
	}
	return nil
}

// writeFileRefs announces files of the file storage, inside the signed element.
func writeFileRefs(w *xmldsig.Writer, v Version, files []FileRef) {
	if len(files) == 0 {
		return
	}
	w.Start(v.Basic, "RefAttachmentHeaderList")
	for _, f := range files {
		w.Start(v.Basic, "RefAttachmentHeader")
		w.Element(v.Basic, "uuid", f.UUID)
		if v.FileDetails && f.FileName != "" {
			w.Element(v.Basic, "FileName", f.FileName)
		}
		if v.FileDetails && f.NamespaceURI != "" {
			w.Element(v.Basic, "NamespaceUri", f.NamespaceURI)
		}
		w.Element(v.Basic, "Hash", base64.StdEncoding.EncodeToString(f.Hash))
		w.Element(v.Basic, "MimeType", f.MimeType)
		if len(f.SignaturePKCS7) > 0 {
			w.Element(v.Basic, "SignaturePKCS7", base64.StdEncoding.EncodeToString(f.SignaturePKCS7))
		}
		w.End()
	}
	w.End()
}

// writeAttachmentHeaders announces files inside the message; their bytes follow
// outside the signed element.
func writeAttachmentHeaders(w *xmldsig.Writer, v Version, attachments []Attachment) {
	if len(attachments) == 0 {
		return
	}
	w.Start(v.Basic, "AttachmentHeaderList")
	for _, a := range attachments {
		w.Start(v.Basic, "AttachmentHeader")
		w.Element(v.Basic, "contentId", a.ID)
		if v.FileDetails && a.NamespaceURI != "" {
			w.Element(v.Basic, "NamespaceUri", a.NamespaceURI)
		}
		w.Element(v.Basic, "MimeType", a.MimeType)
		if len(a.SignaturePKCS7) > 0 {
			w.Element(v.Basic, "SignaturePKCS7", base64.StdEncoding.EncodeToString(a.SignaturePKCS7))
		}
		w.End()
	}
	w.End()
}

// writeAttachmentContents writes the bytes of attachments in base64, outside the
// signed element. Ids are XML names, so nothing needs escaping.
func writeAttachmentContents(buf *bytes.Buffer, v Version, attachments []Attachment) {
	const list, item = prefixBasic + ":AttachmentContentList", prefixBasic + ":AttachmentContent"
	buf.WriteString(`<` + list + ` xmlns:` + prefixBasic + `="` + v.Basic + `">`)
	for _, a := range attachments {
		buf.WriteString(`<` + item + `><` + prefixBasic + `:Id>` + a.ID + `</` + prefixBasic + `:Id><` + prefixBasic + `:Content>`)
		encoder := base64.NewEncoder(base64.StdEncoding, buf)
		encoder.Write(a.Content) // a bytes.Buffer takes everything
		encoder.Close()
		buf.WriteString(`</` + prefixBasic + `:Content></` + item + `>`)
	}
	buf.WriteString(`</` + list + `>`)
}

// isMimeType checks the pattern of the schema (SPEC.md#attachment-headers).
func isMimeType(s string) bool {
	family, rest, ok := strings.Cut(s, "/")
	if !ok {
		return false
	}
	switch family {
	case "text", "image", "audio", "video", "application":
	default:
		return false
	}
	for i := range len(rest) {
		if c := rest[i]; !isASCIIAlphanumeric(c) && c != '-' && c != '+' && c != '.' {
			return false
		}
	}
	return true
}

// isXMLName accepts the plain ASCII part of xs:ID.
func isXMLName(s string) bool {
	for i := range len(s) {
		c := s[i]
		letter := c == '_' || isASCIIAlphanumeric(c) && (c < '0' || c > '9')
		if !letter && (i == 0 || !isASCIIAlphanumeric(c) && c != '-' && c != '.') {
			return false
		}
	}
	return s != ""
}

func isASCIIAlphanumeric(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'
}
