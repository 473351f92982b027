package smevtest

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"

	"egissogw/adapter/smev/smevtest/filestore"
	"egissogw/adapter/smev/smevtest/ledger"
	"egissogw/crypto/cert"
	"egissogw/crypto/cms"
	"egissogw/crypto/xmlsafe"
)

// examine does the asynchronous checks of the bus: business schema, files in
// the storage, their hashes and signatures, the personal signature (spec/smev3.md
// c). The files must be closed.
func (b *Bus) examine(m ledger.Acceptance) (*xmlsafe.Element, []*held, *fault) {
	var content *xmlsafe.Element
	if m.Response == nil {
		doc, err := xmlsafe.Parse([]byte(m.Content), xmlsafe.DefaultLimits)
		if err != nil {
			return nil, nil, invalidContent(err)
		}
		content = doc.Root
		if err := b.receiver.CheckContent(content); err != nil {
			return nil, nil, invalidContent(err)
		}
	}
	var files []*held
	for _, f := range m.Files {
		file, flt := b.fetch(f)
		if flt != nil {
			closeAll(files)
			return nil, nil, flt
		}
		files = append(files, file)
	}
	if m.Personal != "" {
		closeAll(files)
		return nil, nil, signatureFault(signatureIsInvalid, "ЭП-СП не прошла проверку: %s", m.Personal)
	}
	return content, files, nil
}

func closeAll(files []*held) {
	for _, f := range files {
		_ = f.Close() // only read
	}
}

// held is a file of a message being examined.
type held struct {
	io.ReadSeekCloser
	size int64
}

// fetch opens one announced file and checks it as a stream.
func (b *Bus) fetch(f ledger.File) (*held, *fault) {
	file := &held{ReadSeekCloser: inMemory{bytes.NewReader(f.Inline)}, size: int64(len(f.Inline))}
	if !f.IsInline {
		stored, err := b.files.Open(f.UUID, f.Name)
		if err != nil {
			text := "Файл %s не найден в файловом хранилище"
			if !errors.Is(err, filestore.ErrNotFound) {
				text = "Файл %s не читается из файлового хранилища"
			}
			return nil, newFault("AttachmentContentMiscoordination", text, f.UUID)
		}
		info, err := stored.Stat()
		if err != nil {
			return nil, newFault("SMEVFailure", "Файл %s не читается", f.UUID)
		}
		file = &held{ReadSeekCloser: stored, size: info.Size()}
	}
	if flt := b.checkFile(f, file); flt != nil {
		_ = file.Close() // only read
		return nil, flt
	}
	return file, nil
}

// checkFile compares the hash and verifies the signature in one pass. The
// length of the hash tells the algorithm.
func (b *Bus) checkFile(f ledger.File, file *held) *fault {
	content := io.Reader(file)
	hashed := func() bool { return true }
	if !f.IsInline {
		want, err := base64.StdEncoding.DecodeString(f.Hash)
		if err != nil || len(want) != 32 && len(want) != 64 {
			return signatureFault(signatureIsInvalid, "Хэш файла %s не читается", f.UUID)
		}
		hash := cert.NewDigest(len(want))
		content = io.TeeReader(file, hash)
		hashed = func() bool { return bytes.Equal(hash.Sum(nil), want) }
	}
	var signer *cert.Certificate
	var signatureErr error
	if len(f.Signature) > 0 {
		signer, signatureErr = cms.Verify(f.Signature, content)
	}
	if _, err := io.Copy(io.Discard, content); err != nil { // what the signature did not read
		return newFault("SMEVFailure", "Файл %s не читается", f.UUID)
	}
	if !hashed() {
		return signatureFault(signatureIsInvalid, "Хэш файла %s не совпадает с заявленным", f.UUID)
	}
	if signer != nil {
		signatureErr = signer.CheckValidity(b.options.Now())
	}
	if signatureErr != nil {
		return signatureFault(signatureIsInvalid, "Подпись вложения %s не прошла проверку: %v", f.UUID, signatureErr)
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return newFault("SMEVFailure", "Файл %s не читается", f.UUID)
	}
	return nil
}

type inMemory struct{ *bytes.Reader }

func (inMemory) Close() error { return nil }
