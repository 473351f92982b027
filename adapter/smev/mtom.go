package smev

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"

	"egissogw/crypto/xmlsafe"
)

const plainContentType = "text/xml; charset=utf-8"

// packAttachments makes the HTTP body of an envelope of ours: with MTOM, the
// contents of AttachmentContentList travel as MIME parts and xop:Include stands
// in their place (SPEC.md#transport, #inline-files). Nothing inside the signed element is touched:
// there base64 stays text. The envelope itself is what is stored; the same
// envelope always gives the same body. Without attachments it is the body.
func packAttachments(envelope []byte) (contentType string, body []byte, err error) {
	contents, err := attachmentContents(envelope)
	if err != nil {
		return "", nil, fmt.Errorf("pack attachments: %w", err)
	}
	if len(contents) == 0 {
		return plainContentType, envelope, nil
	}
	sum := sha256.Sum256(envelope)
	boundary := "uuid:" + hex.EncodeToString(sum[:16])
	host := hex.EncodeToString(sum[16:]) + "@xop"
	rootID := "root." + host

	var root, parts bytes.Buffer
	copied := 0
	for i, e := range contents {
		content, err := decodeBase64(e.Text())
		if err != nil {
			return "", nil, fmt.Errorf("pack attachments: content %d: %w", i+1, err)
		}
		id := "attachment-" + strconv.Itoa(i+1) + "." + host
		root.Write(envelope[copied:e.Start])
		root.WriteString(startTag(envelope, e) + `<xop:Include xmlns:xop="` + XOPNamespace + `" href="cid:` + id + `"/>` + endTag(envelope, e))
		copied = e.End
		writePart(&parts, boundary, "application/octet-stream", id, content)
	}
	root.Write(envelope[copied:])

	var out bytes.Buffer
	out.Grow(root.Len() + parts.Len() + 512)
	writePart(&out, boundary, `application/xop+xml; charset=UTF-8; type="text/xml"`, rootID, root.Bytes())
	out.Write(parts.Bytes())
	out.WriteString("--" + boundary + "--\r\n")
	contentType = `multipart/related; type="application/xop+xml"; start="<` + rootID + `>"; start-info="text/xml"; boundary="` + boundary + `"`
	return contentType, out.Bytes(), nil
}

// attachmentContents finds the Content elements by their place: in the list that
// is a child of the operation's element, outside what is signed.
func attachmentContents(envelope []byte) ([]*xmlsafe.Element, error) {
	if !bytes.Contains(envelope, []byte("AttachmentContentList")) {
		return nil, nil
	}
	doc, err := xmlsafe.Parse(envelope, xmlsafe.Limits{Bytes: len(envelope), TextLength: len(envelope), AllowDuplicateIDs: true})
	if err != nil {
		return nil, err
	}
	body, ok := doc.Root.Only(SOAPNamespace, "Body")
	if !ok || len(body.Elements()) != 1 {
		return nil, errors.New("not an envelope with one call")
	}
	var contents []*xmlsafe.Element
	for _, list := range body.Elements()[0].Elements() {
		if !isBasicSpace(list.Space) || list.Local != "AttachmentContentList" {
			continue
		}
		for _, item := range list.Elements() {
			if content := item.Child(list.Space, "Content"); content != nil && len(content.Children) > 0 {
				contents = append(contents, content)
			}
		}
	}
	return contents, nil
}

// startTag and endTag give the tags of an element that is not empty.
func startTag(source []byte, e *xmlsafe.Element) string {
	tag := source[e.Start:e.End]
	return string(tag[:bytes.IndexByte(tag, '>')+1])
}

func endTag(source []byte, e *xmlsafe.Element) string {
	tag := source[e.Start:e.End]
	return string(tag[bytes.LastIndexByte(tag, '<'):])
}

func writePart(buf *bytes.Buffer, boundary, contentType, id string, content []byte) {
	buf.WriteString("--" + boundary + "\r\nContent-Type: " + contentType +
		"\r\nContent-Transfer-Encoding: binary\r\nContent-ID: <" + id + ">\r\n\r\n")
	buf.Write(content)
	buf.WriteString("\r\n")
}
