package smev

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/afero"

	"egissogw/crypto/cert"
	"egissogw/crypto/cms"
	"egissogw/crypto/gost3410"
)

// announced puts a file into fs and gives what a message would say of it.
func announced(t testing.TB, fs afero.Fs, content []byte, curve *gost3410.Curve) FSAttachment {
	t.Helper()
	signer := newTestSigner(t, curve)
	digest, err := FileHash(signer.Certificate(), bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	der, err := cms.SignDetached(t.Context(), digest, signer, testNow)
	if err != nil {
		t.Fatal(err)
	}
	if err := afero.WriteFile(fs, "/protocol.xml", content, 0o600); err != nil {
		t.Fatal(err)
	}
	return FSAttachment{
		UUID: testFolder, UserName: "u", Password: "smev", FileName: "/protocol.xml",
		Hash: base64.StdEncoding.EncodeToString(digest), SignaturePKCS7: der,
	}
}

func TestFetch(t *testing.T) {
	content := randomBytes(300_000)
	for name, curve := range map[string]*gost3410.Curve{"256": gost3410.TC26_256A(), "512": gost3410.TC26_512A()} {
		for writing, rewrite := range map[string]func(string) string{
			"base64": func(s string) string { return s },
			"base64 in lines": func(s string) string {
				return "\n " + s[:20] + "\r\n" + s[20:] + "\n"
			},
			"hex": func(s string) string {
				b, _ := base64.StdEncoding.DecodeString(s)
				return strings.ToUpper(hex.EncodeToString(b))
			},
		} {
			t.Run(name+" "+writing, func(t *testing.T) {
				fs := afero.NewMemMapFs()
				_, addr := startFTP(t, fs)
				file := announced(t, fs, content, curve)
				file.Hash = rewrite(file.Hash)
				var got bytes.Buffer
				fetched, err := testStore(addr).Fetch(t.Context(), file, &got, FileCheck{Limit: 1 << 20, RequireSignature: true, Trust: trustAll})
				if err != nil {
					t.Fatal(err)
				}
				if !bytes.Equal(got.Bytes(), content) {
					t.Error("the content differs")
				}
				if fetched.Size != int64(len(content)) || len(fetched.Signatures) != 1 || len(fetched.Digest) != curve.Size() {
					t.Errorf("%+v", fetched)
				}
			})
		}
	}
}

func TestFetchRefuses(t *testing.T) {
	content := randomBytes(100_000)
	check := FileCheck{Limit: 1 << 20, Trust: trustAll}
	for _, tt := range []struct {
		name  string
		spoil func(*FSAttachment, *FileCheck)
		is    error
		class Class
	}{
		{"another file", func(f *FSAttachment, _ *FileCheck) {
			f.Hash = base64.StdEncoding.EncodeToString(randomBytes(32))
		}, ErrFileHash, ClassOperator},
		{"hash not announced", func(f *FSAttachment, _ *FileCheck) { f.Hash = "" }, ErrFileHash, ClassOperator},
		{"hash of another size", func(f *FSAttachment, _ *FileCheck) { f.Hash = "AAAA" }, ErrFileHash, ClassOperator},
		{"signature of another file", func(f *FSAttachment, _ *FileCheck) {
			f.SignaturePKCS7 = announced(t, afero.NewMemMapFs(), []byte("other"), gost3410.TC26_256A()).SignaturePKCS7
		}, ErrFileSignature, ClassOperator},
		{"signature cannot be read", func(f *FSAttachment, _ *FileCheck) { f.SignaturePKCS7 = []byte("cms") }, ErrFileSignature, ClassOperator},
		{"no signature", func(f *FSAttachment, c *FileCheck) { f.SignaturePKCS7, c.RequireSignature = nil, true }, ErrFileSignature, ClassOperator},
		{"signer is not trusted", func(_ *FSAttachment, c *FileCheck) {
			c.Trust = func(*cert.Certificate) error { return errors.New("unknown") }
		}, ErrFileSignature, ClassOperator},
		{"too large", func(_ *FSAttachment, c *FileCheck) { c.Limit = 99_999 }, ErrTooLarge, ClassOperator},
		{"login is over", func(f *FSAttachment, _ *FileCheck) { f.Password = "spent" }, nil, ClassOperator},
		{"no such file", func(f *FSAttachment, _ *FileCheck) { f.FileName = "/other" }, nil, ClassRetry},
	} {
		t.Run(tt.name, func(t *testing.T) {
			fs := afero.NewMemMapFs()
			_, addr := startFTP(t, fs)
			file, check := announced(t, fs, content, gost3410.TC26_256A()), check
			tt.spoil(&file, &check)
			_, err := testStore(addr).Fetch(t.Context(), file, io.Discard, check)
			if err == nil || tt.is != nil && !errors.Is(err, tt.is) || Classify(err) != tt.class {
				t.Errorf("class %v of %v", Classify(err), err)
			}
		})
	}
}

// TestFetchWithoutSignature: the schema leaves it optional, and the hash is
// covered by the bus's signature.
func TestFetchWithoutSignature(t *testing.T) {
	fs := afero.NewMemMapFs()
	_, addr := startFTP(t, fs)
	file := announced(t, fs, []byte("content"), gost3410.TC26_256A())
	file.SignaturePKCS7 = nil
	if f, err := testStore(addr).Fetch(t.Context(), file, io.Discard, FileCheck{Limit: 100}); err != nil || len(f.Signatures) != 0 {
		t.Errorf("%+v, %v", f, err)
	}
}

func TestFetchGoesOnAfterCuts(t *testing.T) {
	content := randomBytes(400_000)
	for name, path := range map[string]string{"root": "/protocol.xml", "folder": filepath.Join("/", testFolder, "protocol.xml")} {
		t.Run(name, func(t *testing.T) {
			fs := afero.NewMemMapFs()
			file := announced(t, fs, content, gost3410.TC26_256A())
			if err := fs.Rename("/protocol.xml", path); err != nil {
				t.Fatal(err)
			}
			d, addr := startFTP(t, fs)
			d.cutTransfers(150_000, 100_000)
			var got bytes.Buffer
			if _, err := testStore(addr).Fetch(t.Context(), file, &got, FileCheck{Limit: 1 << 20}); err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got.Bytes(), content) {
				t.Error("content differs")
			}
		})
	}
	t.Run("the login was good once", func(t *testing.T) {
		fs := afero.NewMemMapFs()
		file := announced(t, fs, content, gost3410.TC26_256A())
		d, addr := startFTP(t, fs)
		d.cutTransfers(150_000)
		d.onTransfer = func() { d.password = "another" }
		_, err := testStore(addr).Fetch(t.Context(), file, io.Discard, FileCheck{Limit: 1 << 20})
		if Classify(err) != ClassOperator {
			t.Errorf("class %v of %v", Classify(err), err)
		}
	})
}

// TestFetchIntoAFullDisk: trouble at our end is not the storage's, and not
// repeated.
func TestFetchIntoAFullDisk(t *testing.T) {
	fs := afero.NewMemMapFs()
	d, addr := startFTP(t, fs)
	file := announced(t, fs, randomBytes(200_000), gost3410.TC26_256A())
	_, err := testStore(addr).Fetch(t.Context(), file, &fullDisk{room: 100_000}, FileCheck{Limit: 1 << 20})
	if Classify(err) != ClassOperator || !errors.Is(err, errFull) {
		t.Errorf("class %v of %v", Classify(err), err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.opened != 1 {
		t.Errorf("%d transfers", d.opened)
	}
}

var errFull = errors.New("no space left")

type fullDisk struct{ room int }

func (f *fullDisk) Write(p []byte) (int, error) {
	if f.room -= len(p); f.room < 0 {
		return 0, errFull
	}
	return len(p), nil
}

func TestAttachmentCheck(t *testing.T) {
	file := announced(t, afero.NewMemMapFs(), []byte("content"), gost3410.TC26_256A())
	good := Attachment{ID: "a", Content: []byte("content"), SignaturePKCS7: file.SignaturePKCS7}
	for _, tt := range []struct {
		name  string
		spoil func(*Attachment, *FileCheck)
		is    error
	}{
		{"good", func(*Attachment, *FileCheck) {}, nil},
		{"unsigned, and may be", func(a *Attachment, c *FileCheck) { a.SignaturePKCS7, c.RequireSignature = nil, false }, nil},
		{"unsigned", func(a *Attachment, _ *FileCheck) { a.SignaturePKCS7 = nil }, ErrFileSignature},
		{"changed", func(a *Attachment, _ *FileCheck) { a.Content = []byte("Content") }, ErrFileSignature},
		{"missing", func(a *Attachment, _ *FileCheck) { a.Missing = true }, ErrFileHash},
		{"too large", func(_ *Attachment, c *FileCheck) { c.Limit = 3 }, ErrTooLarge},
		{"not trusted", func(_ *Attachment, c *FileCheck) {
			c.Trust = func(*cert.Certificate) error { return errors.New("unknown") }
		}, ErrFileSignature},
	} {
		a, check := good, FileCheck{RequireSignature: true, Trust: trustAll}
		tt.spoil(&a, &check)
		if _, err := a.Check(check); (tt.is == nil) != (err == nil) || !errors.Is(err, tt.is) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

// cutTransfers sets after how many bytes the next data connections break.
func (d *ftpDriver) cutTransfers(cuts ...int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.cuts = cuts
}
