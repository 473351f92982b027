//go:build pkcs11 && cgo

package pkcs11

import (
	"bytes"
	"crypto/rand"
	"slices"
	"sync"

	p11 "github.com/miekg/pkcs11"

	"egissogw/crypto/signertest"
)

// fakeToken is a token with planned mishaps. It signs with a key in memory.
type fakeToken struct {
	identity signertest.Identity
	pin      string
	// arrange brings s‖r into the module's own order; nil leaves it.
	arrange func([]byte) []byte
	// backwards makes the module read digests from their end.
	backwards bool

	mu       sync.Mutex
	flags    uint
	present  bool
	loggedIn bool
	sessions map[p11.SessionHandle]bool
	next     p11.SessionHandle
	logins   int           // how often a PIN was presented
	wrong    int           // how many of them were wrong
	signErrs []error       // errors for the next signatures
	hang     chan struct{} // where not nil, signatures wait for it to be closed
	found    bool          // FindObjects has given its answer
	finding  uint          // class that is being looked for
	used     []uint        // mechanisms used for signing
}

func newFakeToken(identity signertest.Identity, pin string) *fakeToken {
	return &fakeToken{
		identity: identity, pin: pin, present: true, sessions: map[p11.SessionHandle]bool{},
		flags: p11.CKF_TOKEN_INITIALIZED | p11.CKF_LOGIN_REQUIRED,
	}
}

// pull takes the token out; put puts it back.
func (f *fakeToken) pull() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.present, f.loggedIn = false, false
	clear(f.sessions)
}

func (f *fakeToken) put() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.present = true
}

func (f *fakeToken) Initialize(...p11.InitializeOption) error {
	return p11.Error(p11.CKR_CRYPTOKI_ALREADY_INITIALIZED)
}

func (f *fakeToken) Finalize() error { return nil }

func (f *fakeToken) GetSlotList(bool) ([]uint, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.present {
		return nil, nil
	}
	return []uint{7}, nil
}

func (f *fakeToken) GetTokenInfo(uint) (p11.TokenInfo, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.present {
		return p11.TokenInfo{}, p11.Error(p11.CKR_TOKEN_NOT_PRESENT)
	}
	return p11.TokenInfo{Label: "fake" + string(bytes.Repeat([]byte(" "), 28)), SerialNumber: "0042", Flags: f.flags}, nil
}

func (f *fakeToken) OpenSession(uint, uint) (p11.SessionHandle, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.present {
		return 0, p11.Error(p11.CKR_TOKEN_NOT_PRESENT)
	}
	f.next++
	f.sessions[f.next] = true
	return f.next, nil
}

func (f *fakeToken) CloseSession(s p11.SessionHandle) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.sessions[s] {
		return p11.Error(p11.CKR_SESSION_HANDLE_INVALID)
	}
	delete(f.sessions, s)
	if len(f.sessions) == 0 {
		f.loggedIn = false
	}
	return nil
}

func (f *fakeToken) Login(_ p11.SessionHandle, _ uint, pin string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.loggedIn {
		return p11.Error(p11.CKR_USER_ALREADY_LOGGED_IN)
	}
	f.logins++
	if pin != f.pin {
		f.wrong++
		return p11.Error(p11.CKR_PIN_INCORRECT)
	}
	f.loggedIn = true
	return nil
}

func (f *fakeToken) FindObjectsInit(_ p11.SessionHandle, template []*p11.Attribute) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.found, f.finding = false, p11.CKO_CERTIFICATE
	if slices.Equal(template[0].Value, p11.NewAttribute(p11.CKA_CLASS, p11.CKO_PRIVATE_KEY).Value) {
		f.finding = p11.CKO_PRIVATE_KEY
	}
	return nil
}

func (f *fakeToken) FindObjects(p11.SessionHandle, int) ([]p11.ObjectHandle, bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.found || f.finding == p11.CKO_PRIVATE_KEY && !f.loggedIn {
		return nil, false, nil
	}
	f.found = true
	return []p11.ObjectHandle{p11.ObjectHandle(f.finding)}, false, nil
}

func (f *fakeToken) FindObjectsFinal(p11.SessionHandle) error { return nil }

func (f *fakeToken) GetAttributeValue(_ p11.SessionHandle, _ p11.ObjectHandle, wanted []*p11.Attribute) ([]*p11.Attribute, error) {
	keyType := uint(keyGOST256)
	if f.identity.Certificate.DigestSize() == 64 {
		keyType = keyGOST512
	}
	var values []*p11.Attribute
	for _, a := range wanted {
		switch a.Type {
		case p11.CKA_KEY_TYPE:
			values = append(values, p11.NewAttribute(a.Type, keyType))
		case p11.CKA_VALUE:
			values = append(values, p11.NewAttribute(a.Type, f.identity.Certificate.Raw))
		default:
			values = append(values, p11.NewAttribute(a.Type, []byte("id")))
		}
	}
	return values, nil
}

func (f *fakeToken) SignInit(s p11.SessionHandle, m []*p11.Mechanism, _ p11.ObjectHandle) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case !f.present:
		return p11.Error(p11.CKR_DEVICE_REMOVED)
	case !f.sessions[s]:
		return p11.Error(p11.CKR_SESSION_HANDLE_INVALID)
	case !f.loggedIn:
		return p11.Error(p11.CKR_USER_NOT_LOGGED_IN)
	}
	f.used = append(f.used, m[0].Mechanism)
	return nil
}

func (f *fakeToken) Sign(_ p11.SessionHandle, digest []byte) ([]byte, error) {
	f.mu.Lock()
	hang := f.hang
	var err error
	if len(f.signErrs) > 0 {
		err, f.signErrs = f.signErrs[0], f.signErrs[1:]
	}
	f.mu.Unlock()
	if hang != nil {
		<-hang
	}
	if err != nil {
		return nil, err
	}
	digest = slices.Clone(digest)
	if f.backwards {
		slices.Reverse(digest)
	}
	signature, err := f.identity.Key.Sign(rand.Reader, digest)
	if err == nil && f.arrange != nil {
		signature = f.arrange(signature)
	}
	return signature, err
}
