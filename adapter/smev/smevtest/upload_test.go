package smevtest_test

import (
	"bytes"
	"errors"
	"time"

	"github.com/jlaffaye/ftp"

	"egissogw/crypto/cms"
	"egissogw/crypto/streebog"
)

// upload stores a file and returns its RefAttachmentHeaderList.
func (w *world) upload(content []byte) string {
	w.Helper()
	id := messageID(w.clock.Now())
	if err := w.store(id, content); err != nil {
		w.Fatal(err)
	}
	return w.header(id, content)
}

func (w *world) store(id string, content []byte) error {
	c, err := ftp.Dial(w.bus.FTPAddr(), ftp.DialWithTimeout(10*time.Second))
	if err != nil {
		return err
	}
	return errors.Join(c.Login("anonymous", "smev"), c.MakeDir(id), c.ChangeDir(id),
		c.Stor("package.xml", bytes.NewReader(content)), c.Quit())
}

func (w *world) header(id string, content []byte) string {
	w.Helper()
	digest := streebog.Sum256(content)
	signature, err := cms.SignDetached(w.Context(), digest[:], w.signer, w.clock.Now())
	if err != nil {
		w.Fatal(err)
	}
	return refHeader(id, digest[:], signature)
}
