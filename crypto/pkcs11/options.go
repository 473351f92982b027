// Package pkcs11 signs with a key on a token or in a provider that has a PKCS#11 module: Rutoken,
// JaCarta, CryptoPro CSP, any module with the mechanisms of GOST R 34.10-2012.
//
// The package needs cgo and is built in with the build tag pkcs11; without it Open returns
// ErrNotBuilt. The digest is computed here; the token gets it with CKM_GOSTR3410 (256 bits) or
// CKM_GOSTR3410_512, the mechanism of the TC 26 extensions. Modules differ in the order of bytes
// they read and write: the order is found out with a trial signature, and every signature is
// verified with the certificate before it is handed out.
//
// Tokens get pulled and providers restarted. A signature that fails for such a reason is tried
// once more over a new connection; while the token is away every attempt fails with
// ErrNoToken, and the next one after it is back succeeds.
//
// A PIN is never tried twice: one that the token refused is not presented again until the PIN
// source yields another one, and nothing is presented when the token says that the next mistake
// locks it. The PIN is in no error and no log.
package pkcs11

import (
	"errors"
	"time"

	"egissogw/crypto/cert"
)

// Errors that tell what to do.
var (
	// ErrNotBuilt means that this program was built without PKCS#11.
	ErrNotBuilt = errors.New("this program was built without PKCS#11 (build tag pkcs11 and cgo)")
	// ErrModule means that the module cannot be loaded or initialised.
	ErrModule = errors.New("PKCS#11 module cannot be used")
	// ErrNoToken means that no token, or not the configured one, is present.
	ErrNoToken = errors.New("token is not present")
	// ErrAmbiguous means that several tokens, keys or certificates fit and one must be named.
	ErrAmbiguous = errors.New("configuration does not single out one object")
	// ErrPINNeeded means that the token demands a PIN and none is configured.
	ErrPINNeeded = errors.New("token demands a PIN and none is given")
	// ErrPINIncorrect means that the token refused the PIN; it will not be presented again.
	ErrPINIncorrect = errors.New("PIN is not correct; it will not be tried again until another one is given")
	// ErrPINLocked means that the token has locked its PIN.
	ErrPINLocked = errors.New("PIN is locked by the token, an administrator has to unlock it")
	// ErrPINFinalTry means that one more mistake would lock the PIN; nothing was tried.
	ErrPINFinalTry = errors.New("PIN has one try left; log in once with the token's own program, then start again")
	// ErrPINExpired means that the token wants its PIN changed first.
	ErrPINExpired = errors.New("PIN has to be changed before the token can be used")
	// ErrNoKey means that the token has no private key as configured.
	ErrNoKey = errors.New("private key is not found on the token")
	// ErrNoCertificate means that the token has no certificate for the key and none is configured.
	ErrNoCertificate = errors.New("certificate is not found on the token")
	// ErrMismatch means that the certificate does not belong to the key.
	ErrMismatch = errors.New("certificate does not belong to the key on the token")
	// ErrUnsupported means that the token cannot sign with this key.
	ErrUnsupported = errors.New("token has no mechanism for GOST R 34.10-2012 signatures with this key")
	// ErrToken means that the token failed in a way not listed here.
	ErrToken = errors.New("token failed")
	// ErrTimeout means that the token did not answer in time.
	ErrTimeout = errors.New("token did not answer in time")
	// ErrClosed means that the signer was closed.
	ErrClosed = errors.New("signer is closed")
)

// Options say which key to use.
type Options struct {
	// Module is the absolute path of the module's shared library.
	Module string
	// TokenLabel and TokenSerial single out the token; both empty will do when there is one.
	TokenLabel, TokenSerial string
	// KeyLabel and KeyID (CKA_LABEL, CKA_ID) single out the key; both empty will do when the
	// token has one GOST key.
	KeyLabel string
	KeyID    []byte
	// PIN yields the PIN whenever it is needed. Nil is for tokens that demand none.
	PIN func() ([]byte, error)
	// Certificate is for keys whose certificate is not on the token; otherwise it is found there.
	Certificate *cert.Certificate
	// Sessions is how many signatures may run at once; 4 where zero.
	Sessions int
	// Timeout limits one signature, reconnecting included; 30 seconds where zero.
	Timeout time.Duration
	// Clock tells the time against which terms are checked; nil means time.Now.
	Clock func() time.Time
}

const (
	defaultSessions = 4
	defaultTimeout  = 30 * time.Second
)
