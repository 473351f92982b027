package smev

import (
	"encoding/base64"
	"strings"

	"egissogw/crypto/xmlsafe"
	"egissogw/wsdl"
)

// joinFiles joins FSAttachmentsList with the headers of the sender by uuid.
func joinFiles(list *wsdl.FSAttachmentsList, refs *wsdl.RefAttachmentHeaderList) []FSAttachment {
	if list == nil {
		return nil
	}
	headers := map[string]*wsdl.RefAttachmentHeaderType{}
	if refs != nil {
		for _, h := range refs.RefAttachmentHeader {
			headers[h.Uuid] = h
		}
	}
	var files []FSAttachment
	for _, f := range list.FSAttachment {
		file := FSAttachment{UUID: f.Uuid, UserName: f.UserName, Password: Secret(f.Password), FileName: f.FileName}
		if h := headers[f.Uuid]; h != nil {
			file.Hash = strings.TrimSpace(h.Hash)
			file.MimeType = text(h.MimeType)
			file.NamespaceURI = h.NamespaceUri
			file.SignaturePKCS7, _ = decodeBase64(text(h.SignaturePKCS7))
		}
		files = append(files, file)
	}
	return files
}

// readAttachments joins the headers in data, which is verified, with the
// contents beside the signed element. The contents are not signed by the bus:
// whoever uses them checks SignaturePKCS7.
func readAttachments(data, message *xmlsafe.Element, v Version) []Attachment {
	list := data.Child(v.Basic, "AttachmentHeaderList")
	if list == nil {
		return nil
	}
	contents := map[string]string{}
	if all := message.Child(v.Basic, "AttachmentContentList"); all != nil {
		for _, c := range all.Childs(v.Basic, "AttachmentContent") {
			id, content := c.Child(v.Basic, "Id"), c.Child(v.Basic, "Content")
			if id != nil && content != nil && len(content.Elements()) == 0 {
				contents[strings.TrimSpace(id.Text())] = content.Text()
			}
		}
	}
	var attachments []Attachment
	for _, h := range list.Childs(v.Basic, "AttachmentHeader") {
		var header wsdl.AttachmentHeaderType
		if err := decodeInto(h, v, &header); err != nil {
			continue
		}
		a := Attachment{ID: strings.TrimSpace(header.ContentId), MimeType: text(header.MimeType), NamespaceURI: header.NamespaceUri}
		a.SignaturePKCS7, _ = decodeBase64(text(header.SignaturePKCS7))
		encoded, found := contents[a.ID]
		content, err := decodeBase64(encoded)
		a.Content, a.Missing = content, !found || err != nil
		attachments = append(attachments, a)
	}
	return attachments
}

// decodeBase64 reads base64 with or without white space in it.
func decodeBase64(s string) ([]byte, error) {
	s = strings.Map(func(r rune) rune {
		if r == ' ' || r == '\t' || r == '\n' || r == '\r' {
			return -1
		}
		return r
	}, s)
	return base64.StdEncoding.DecodeString(s)
}
