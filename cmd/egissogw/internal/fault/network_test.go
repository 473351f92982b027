package fault

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
)

// TestNetworkTexts: what a test cannot meet in earnest.
func TestNetworkTexts(t *testing.T) {
	for _, c := range []struct {
		err  error
		want string
	}{
		{&net.DNSError{IsNotFound: true}, "нет в DNS"},
		{&net.DNSError{IsTimeout: true}, "не отвечает"},
		{x509.UnknownAuthorityError{}, "корневой сертификат"},
		{x509.HostnameError{Certificate: &x509.Certificate{}}, "другое имя"},
		{x509.CertificateInvalidError{Reason: x509.Expired}, "срок"},
		{tls.RecordHeaderError{}, "без TLS"},
		{http.ErrSchemeMismatch, "без TLS"},
		{errors.New("tls error: server refused TLS connection"), "sslmode"},
		{syscall.EHOSTUNREACH, "маршрута"},
		{context.DeadlineExceeded, "за отведённое время"},
		{io.ErrUnexpectedEOF, "оборвала"},
		{syscall.EACCES, "учётную запись"},
		{errors.New("something else"), ""},
	} {
		got := Network(fmt.Errorf("dial: %w", c.err))
		if (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
			t.Errorf("%v: %q, want %q", c.err, got, c.want)
		}
	}
}
