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
// the storage, their hashes and signatures, the personal signature
// (adapter/smev/SPEC.md#order-of-checks). The files must be closed.
func (b *Bus) examine(m ledger.Acceptance) (*xmlsafe.Element, []*held, *fault) {
	var content *xmlsafe.Element
	if m.Response == nil {
		doc, err := xmlsafe.Parse([]byte(m.Content), treeLimits)
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

// checkFile compares the hash and verifies the signature, which is made over
// the same hash: mostly the file is read once.
func (b *Bus) checkFile(f ledger.File, file *held) *fault {
	var digest []byte
	var signatureErr error
	if len(f.Signature) > 0 {
		digest, signatureErr = b.checkSignature(f.Signature, file)
	}
	if !f.IsInline {
		// The length of the hash tells the algorithm.
		want, err := base64.StdEncoding.DecodeString(f.Hash)
		if err != nil || len(want) != 32 && len(want) != 64 {
			return signatureFault(signatureIsInvalid, "Хэш файла %s не читается", f.UUID)
		}
		if len(digest) != len(want) {
			if digest, err = hashOf(file, len(want)); err != nil {
				return newFault("SMEVFailure", "Файл %s не читается", f.UUID)
			}
		}
		if !bytes.Equal(digest, want) {
			return signatureFault(signatureIsInvalid, "Хэш файла %s не совпадает с заявленным", f.UUID)
		}
	}
	if signatureErr != nil {
		return signatureFault(signatureIsInvalid, "Подпись вложения %s не прошла проверку: %v", f.UUID, signatureErr)
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return newFault("SMEVFailure", "Файл %s не читается", f.UUID)
	}
	return nil
}

// checkSignature verifies a detached signature by one signer and returns the
// digest it was made over.
func (b *Bus) checkSignature(der []byte, content io.Reader) ([]byte, error) {
	all, err := cms.VerifyAll(der, content)
	if err != nil {
		return nil, err
	}
	if len(all) != 1 {
		return nil, errors.New("подписей несколько")
	}
	return all[0].Digest, all[0].Certificate.CheckValidity(b.options.Now())
}

// hashOf hashes a file from its beginning.
func hashOf(file io.ReadSeeker, size int) ([]byte, error) {
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	h := cert.NewDigest(size)
	if _, err := io.Copy(h, file); err != nil {
		return nil, err
	}
	return h.Sum(nil), nil
}

type inMemory struct{ *bytes.Reader }

func (inMemory) Close() error { return nil }
