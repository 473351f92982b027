package smevtest

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"strings"
	"time"

	"egissogw/adapter/smev/smevtest/filestore"
	"egissogw/adapter/smev/smevtest/ledger"
	"egissogw/crypto/cert"
	"egissogw/crypto/cms"
)

// storeFiles puts files into the storage, or takes them into the message, and
// hashes and signs them, as the one who sends them does (adapter/smev/SPEC.md#sending-a-file).
func (b *Bus) storeFiles(ctx context.Context, files []File, now time.Time) ([]ledger.AnswerFile, error) {
	var out []ledger.AnswerFile
	for _, f := range files {
		stored := ledger.AnswerFile{
			ID: b.ids.next(now), Name: f.Name, MimeType: or(f.MimeType, "application/xml"),
			NamespaceURI: f.NamespaceURI, Attached: f.Attached,
		}
		hash := cert.NewDigest(b.options.ReceiverSigner.Certificate().DigestSize())
		content := io.TeeReader(f.Content, hash)
		var err error
		if f.Attached {
			stored.ID = "_" + stored.ID // contentId is a name
			stored.Content, err = io.ReadAll(content)
		} else {
			err = b.files.Put(stored.ID, f.Name, content)
		}
		if err != nil {
			return nil, fmt.Errorf("file %s: %w", f.Name, err)
		}
		digest := hash.Sum(nil)
		stored.Hash = base64.StdEncoding.EncodeToString(digest)
		if stored.Signature, err = cms.SignDetached(ctx, digest, b.options.ReceiverSigner, now); err != nil {
			return nil, fmt.Errorf("file %s: %w", f.Name, err)
		}
		out = append(out, stored)
	}
	return out, nil
}

// headers announces files inside the signed block.
func headers(v *version, files []ledger.AnswerFile) string {
	var attached, stored strings.Builder
	for _, f := range files {
		namespace, name := "", ""
		if v.fileNames {
			name = `<FileName>` + escape(f.Name) + `</FileName>`
			if f.NamespaceURI != "" {
				namespace = `<NamespaceUri>` + escape(f.NamespaceURI) + `</NamespaceUri>`
			}
		}
		mime := `<MimeType>` + escape(f.MimeType) + `</MimeType>`
		signature := `<SignaturePKCS7>` + base64.StdEncoding.EncodeToString(f.Signature) + `</SignaturePKCS7>`
		if f.Attached {
			attached.WriteString(`<AttachmentHeader><contentId>` + f.ID + `</contentId>` + namespace + mime + signature + `</AttachmentHeader>`)
		} else {
			stored.WriteString(`<RefAttachmentHeader><uuid>` + f.ID + `</uuid>` + name + namespace +
				`<Hash>` + f.Hash + `</Hash>` + mime + signature + `</RefAttachmentHeader>`)
		}
	}
	return list("AttachmentHeaderList", attached.String()) + list("RefAttachmentHeaderList", stored.String())
}

// accesses is FSAttachmentsList: a new login for every file of the storage at
// every delivery.
func (b *Bus) accesses(files []ledger.AnswerFile) string {
	var out strings.Builder
	for _, f := range files {
		if f.Attached {
			continue
		}
		a := b.files.Grant(f.ID)
		out.WriteString(`<FSAttachment><uuid>` + f.ID + `</uuid><UserName>` + a.User + `</UserName><Password>` + a.Password +
			`</Password><FileName>/` + escape(f.Name) + `</FileName></FSAttachment>`)
	}
	return list("FSAttachmentsList", out.String())
}

// contents is AttachmentContentList, beside the signed block.
func contents(files []ledger.AnswerFile) string {
	var out strings.Builder
	for _, f := range files {
		if f.Attached {
			out.WriteString(`<AttachmentContent><Id>` + f.ID + `</Id><Content>` + base64.StdEncoding.EncodeToString(f.Content) + `</Content></AttachmentContent>`)
		}
	}
	return list("AttachmentContentList", out.String())
}

func list(name, items string) string {
	if items == "" {
		return ""
	}
	return `<` + name + `>` + items + `</` + name + `>`
}

// spoil makes a file of an answer wrong, as the script asks.
func (b *Bus) spoil(files []ledger.AnswerFile, how string) {
	for i := range files {
		f := &files[i]
		switch how {
		case "badHash":
			f.Hash = base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{1}, b.options.ReceiverSigner.Certificate().DigestSize()))
		case "badSignature":
			f.Signature = bytes.Clone(f.Signature)
			f.Signature[len(f.Signature)-1] ^= 1
		case "missing":
			f.Name = "missing." + f.Name
		}
	}
}

// fileTrouble asks the script what shall go wrong with a login or transfer.
func (b *Bus) fileTrouble(operation string) filestore.Trouble {
	if b.down() != OutageNone {
		return filestore.Trouble{Disconnect: "before"}
	}
	r := b.options.Script.next(operation)
	label := r.label()
	if label != "" && operation == "LOGIN" {
		_ = b.ledger.Called(ledger.Call{At: b.options.Now(), Operation: operation, Trouble: label})
	}
	piece := r.Piece
	if piece == 0 && r.Pace > 0 {
		piece = 1
	}
	return filestore.Trouble{
		Label: label, Refuse: r.Refuse, Disconnect: r.Drop, CutAfter: r.CutAfter,
		Piece: piece, Pace: time.Duration(r.Pace), Tamper: r.Tamper,
	}
}

// transferred writes a transfer down.
func (b *Bus) transferred(t filestore.Transfer) {
	err := b.ledger.Transferred(ledger.Transfer{
		At: b.options.Now(), Upload: t.Upload, UUID: t.UUID, Name: t.Name, Bytes: t.Bytes, Whole: t.Whole, Trouble: t.Trouble,
	})
	if err != nil {
		b.options.Log.Error("transfer not recorded", "err", err)
	}
}
