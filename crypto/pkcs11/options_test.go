package pkcs11_test

import (
	"crypto/rand"
	"errors"
	"os"
	"strings"
	"testing"

	"egissogw/crypto/pkcs11"
	"egissogw/crypto/signertest"
)

var randomSource = rand.Reader

func TestPINFile(t *testing.T) {
	for name, tt := range map[string]struct {
		content, want string
		bad           bool
	}{
		"bare":             {content: "12345678", want: "12345678"},
		"with a line end":  {content: "12345678\n", want: "12345678"},
		"from Windows":     {content: "12345678\r\n", want: "12345678"},
		"spaces belong":    {content: " 1 2 ", want: " 1 2 "},
		"empty":            {content: "", bad: true},
		"only a line end":  {content: "\n", bad: true},
		"not a PIN at all": {content: strings.Repeat("x", 10_000), bad: true},
	} {
		t.Run(name, func(t *testing.T) {
			pin, err := pkcs11.PINFile(signertest.File(t, "pin", []byte(tt.content)))()
			if (err != nil) != tt.bad || string(pin) != tt.want {
				t.Errorf("%q, error %v", pin, err)
			}
		})
	}
	if _, err := pkcs11.PINFile("/nonexistent/pin")(); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("absent file: %v", err)
	}
}
