package setup

import (
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/url"
	"strings"
)

// iterations are PostgreSQL's own, scram_iterations.
const iterations = 4096

// verifier is what PostgreSQL keeps of a password (RFC 5803): with it a role gets its password
// without anybody writing it down. The salt follows from role and password, so that the same
// answers make the same SQL.
func verifier(role, password string) (string, error) {
	mac := hmac.New(sha256.New, []byte(password))
	mac.Write([]byte("egissogw salt of " + role))
	return scram(password, mac.Sum(nil)[:16])
}

func scram(password string, salt []byte) (string, error) {
	salted, err := pbkdf2.Key(sha256.New, password, salt, iterations, sha256.Size)
	if err != nil {
		return "", err
	}
	sign := func(text string) []byte {
		mac := hmac.New(sha256.New, salted)
		mac.Write([]byte(text))
		return mac.Sum(nil)
	}
	stored := sha256.Sum256(sign("Client Key"))
	text := base64.StdEncoding.EncodeToString
	return fmt.Sprintf("SCRAM-SHA-256$%d:%s$%s:%s", iterations, text(salt), text(stored[:]), text(sign("Server Key"))), nil
}

// WithPassword puts a password into the address of a database.
func WithPassword(address, password string) (string, error) {
	u, err := url.Parse(address)
	if err != nil || u.User == nil {
		return "", fmt.Errorf("ожидается postgres://пользователь@узел/база")
	}
	u.User = url.UserPassword(u.User.Username(), password)
	return u.String(), nil
}

// HasPassword tells whether an address holds one.
func HasPassword(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.User == nil {
		return false
	}
	_, has := u.User.Password()
	return has
}

// givePasswords completes the addresses that have none: by the address of before, if it is the same
// otherwise, or by a new password.
func (a Answers) givePasswords(before map[string]string) (err error) {
	for _, name := range []string{database, owner, source} {
		address := a[name]
		u, err := url.Parse(address)
		if err != nil || u.User == nil || u.Host == "" || HasPassword(address) { // a folder of sockets needs none
			continue
		}
		if old := before[credentialOf(name)]; WithoutPassword(old) == address {
			a[name] = old
			continue
		}
		if a[name], err = WithPassword(address, rand.Text()); err != nil {
			return err
		}
	}
	return nil
}

// WithoutPassword takes the password out of an address.
func WithoutPassword(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.User == nil {
		return address
	}
	u.User = url.User(u.User.Username())
	return u.String()
}

// userOf is the role of an address, "" if that is none.
func userOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || !strings.HasPrefix(u.Scheme, "postgres") {
		return ""
	}
	return u.User.Username()
}

// SourceDatabase is the name of the МИС's database.
func (a Answers) SourceDatabase() string {
	u, err := url.Parse(a[source])
	if err != nil {
		return ""
	}
	return strings.TrimPrefix(u.Path, "/")
}

// Port is that of the gateway's database, "" if the answer names none or several.
func (a Answers) Port() string { return portOf(a[database]) }

// SourcePort is that of the МИС's database, "" if the answer names none or several.
func (a Answers) SourcePort() string { return portOf(a[source]) }

func portOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || strings.Contains(u.Host, ",") {
		return ""
	}
	return u.Port()
}
