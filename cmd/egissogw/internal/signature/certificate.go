package signature

import (
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"egissogw/cmd/egissogw/internal/screen"
	"egissogw/crypto/cert"
)

// Certificate is a certificate as it is shown to the administrator, persons
// named in it included: it never goes to a log.
type Certificate struct {
	Subject     string     `json:"subject"`
	Issuer      string     `json:"issuer"`
	Serial      string     `json:"serial"`
	Thumbprint  string     `json:"thumbprint_sha1"`
	Algorithm   string     `json:"algorithm"`
	Curve       string     `json:"curve"`
	NotBefore   time.Time  `json:"not_before"`
	NotAfter    time.Time  `json:"not_after"`
	KeyNotAfter *time.Time `json:"private_key_not_after,omitempty"`
	SignTool    string     `json:"sign_tool,omitempty"`
}

func View(c *cert.Certificate) Certificate {
	sum := sha1.Sum(c.Raw) //nolint:gosec // see the import
	v := Certificate{
		Subject: c.Subject.Full(), Issuer: c.Issuer.Full(), Serial: c.SerialHex(), Thumbprint: hex.EncodeToString(sum[:]),
		Algorithm: fmt.Sprintf("ГОСТ Р 34.10-2012, %d бит", 8*c.DigestSize()), Curve: c.Key.Curve.Name(),
		NotBefore: c.NotBefore, NotAfter: c.NotAfter, SignTool: c.SignTool,
	}
	if p := c.PrivateKeyUsage; p != nil && !p.NotAfter.IsZero() {
		v.KeyNotAfter = &p.NotAfter
	}
	return v
}

// Print writes the view as lines of a table, each behind indent.
func (v Certificate) Print(w io.Writer, indent string) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	line := func(title, text string) { screen.Fprintf(t, "%s%s\t%s\n", indent, title, text) }
	line("Владелец", v.Subject)
	line("Издатель", v.Issuer)
	line("Серийный номер", v.Serial)
	line("Отпечаток SHA-1", v.Thumbprint)
	line("Ключ", v.Algorithm+", "+v.Curve)
	line("Сертификат действует", "с "+screen.Time(v.NotBefore)+" по "+screen.Time(v.NotAfter))
	if v.KeyNotAfter != nil {
		line("Закрытый ключ", "по "+screen.TimeIfKnown(v.KeyNotAfter))
	}
	if v.SignTool != "" {
		line("Средство подписи", v.SignTool)
	}
	return t.Flush()
}
