//go:build pkcs11 && cgo

package pkcs11

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	p11 "github.com/miekg/pkcs11"

	"egissogw/crypto/gost3410"
	"egissogw/crypto/signertest"
)

const rightPIN = "right-PIN"

func openFake(t *testing.T, f *fakeToken, o Options) (*Signer, error) {
	t.Helper()
	if o.PIN == nil {
		o.PIN = func() ([]byte, error) { return []byte(rightPIN), nil }
	}
	o.Clock = func() time.Time { return signertest.Begin.Add(time.Hour) }
	signer, err := open(t.Context(), o, f, func() {})
	if err == nil {
		t.Cleanup(func() { signer.Close() })
	}
	return signer, err
}

func mustOpenFake(t *testing.T, f *fakeToken, o Options) *Signer {
	t.Helper()
	signer, err := openFake(t, f, o)
	if err != nil {
		t.Fatal(err)
	}
	return signer
}

func identity(t *testing.T) signertest.Identity {
	return signertest.NewIdentity(t, gost3410.CryptoProA())
}

// The suite again, over modules with every order of bytes and with a 512-bit key.
func TestQuirks(t *testing.T) {
	reverse := func(b []byte) []byte { b = slices.Clone(b); slices.Reverse(b); return b }
	swap := func(b []byte) []byte { return slices.Concat(b[len(b)/2:], b[:len(b)/2]) }
	for name, tt := range map[string]struct {
		curve     *gost3410.Curve
		arrange   func([]byte) []byte
		backwards bool
		mechanism uint
	}{
		"as the standard has it":          {curve: gost3410.CryptoProA(), mechanism: 0x1201},
		"r before s":                      {curve: gost3410.CryptoProA(), arrange: swap, mechanism: 0x1201},
		"reversed":                        {curve: gost3410.CryptoProA(), arrange: reverse, mechanism: 0x1201},
		"digest backwards":                {curve: gost3410.CryptoProA(), backwards: true, mechanism: 0x1201},
		"digest backwards, halves too":    {curve: gost3410.CryptoProA(), backwards: true, arrange: func(b []byte) []byte { return reverse(swap(b)) }, mechanism: 0x1201},
		"key of 512 bits":                 {curve: gost3410.TC26_512A(), mechanism: 0xD4321006},
		"key of 512 bits, r before s":     {curve: gost3410.TC26_512A(), arrange: swap, mechanism: 0xD4321006},
		"key on the twisted Edwards form": {curve: gost3410.TC26_256A(), mechanism: 0x1201},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFakeToken(signertest.NewIdentity(t, tt.curve), rightPIN)
			f.arrange, f.backwards = tt.arrange, tt.backwards
			signertest.Run(t, signertest.Harness{
				Secrets: []string{rightPIN},
				Open: func(t *testing.T, clock func() time.Time) signertest.Signer {
					signer := mustOpenFake(t, f, Options{})
					signer.options.Clock = clock
					return signer
				},
			})
			if slices.ContainsFunc(f.used, func(m uint) bool { return m != tt.mechanism }) {
				t.Errorf("mechanisms %x, want %x", f.used, tt.mechanism)
			}
		})
	}
}

func TestPulledToken(t *testing.T) {
	f := newFakeToken(identity(t), rightPIN)
	signer := mustOpenFake(t, f, Options{})
	digest := make([]byte, 32)
	for range 3 {
		if _, err := signer.SignDigest(t.Context(), digest); err != nil {
			t.Fatalf("token in: %v", err)
		}
		f.pull()
		for range 3 {
			if _, err := signer.SignDigest(t.Context(), digest); !errors.Is(err, ErrNoToken) {
				t.Fatalf("token out: %v, want ErrNoToken", err)
			}
		}
		f.put()
	}
	if f.wrong != 0 || f.logins != 3 {
		t.Errorf("%d logins, %d of them wrong", f.logins, f.wrong)
	}
}

// A token pulled and put back between two signatures is not even noticed.
func TestTokenPulledInBetween(t *testing.T) {
	f := newFakeToken(identity(t), rightPIN)
	signer := mustOpenFake(t, f, Options{})
	for range 3 {
		f.pull()
		f.put()
		if _, err := signer.SignDigest(t.Context(), make([]byte, 32)); err != nil {
			t.Error(err)
		}
	}
}

// A PIN that was refused is never presented again, however often a signature is asked for; a
// corrected one is taken without a restart.
func TestWrongPINIsTriedOnce(t *testing.T) {
	f := newFakeToken(identity(t), rightPIN)
	pin := rightPIN
	signer := mustOpenFake(t, f, Options{PIN: func() ([]byte, error) { return []byte(pin), nil }})
	digest := make([]byte, 32)
	f.pin = "changed-elsewhere"
	for range 5 {
		f.pull()
		f.put()
		if _, err := signer.SignDigest(t.Context(), digest); !errors.Is(err, ErrPINIncorrect) || strings.Contains(err.Error(), rightPIN) {
			t.Fatalf("error %v, want ErrPINIncorrect without the PIN", err)
		}
	}
	if f.wrong != 1 {
		t.Errorf("the wrong PIN was presented %d times", f.wrong)
	}
	pin = "changed-elsewhere"
	if _, err := signer.SignDigest(t.Context(), digest); err != nil {
		t.Errorf("with the corrected PIN: %v", err)
	}
}

func TestPINStates(t *testing.T) {
	for name, tt := range map[string]struct {
		flags uint
		want  error
	}{
		"one try left":     {p11.CKF_USER_PIN_FINAL_TRY, ErrPINFinalTry},
		"locked":           {p11.CKF_USER_PIN_LOCKED, ErrPINLocked},
		"locked and final": {p11.CKF_USER_PIN_LOCKED | p11.CKF_USER_PIN_FINAL_TRY, ErrPINLocked},
		"to be changed":    {p11.CKF_USER_PIN_TO_BE_CHANGED, ErrPINExpired},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFakeToken(identity(t), rightPIN)
			f.flags |= tt.flags
			signer, err := openFake(t, f, Options{})
			if !errors.Is(err, tt.want) || signer != nil {
				t.Errorf("error %v, want %v", err, tt.want)
			}
			if f.logins != 0 {
				t.Error("a PIN was presented all the same")
			}
			if len(f.sessions) != 0 {
				t.Errorf("%d sessions are left open", len(f.sessions))
			}
		})
	}
}

func TestTokenHangs(t *testing.T) {
	f := newFakeToken(identity(t), rightPIN)
	signer := mustOpenFake(t, f, Options{Timeout: 50 * time.Millisecond, Sessions: 2})
	f.hang = make(chan struct{})
	for range 4 { // the last two do not even get a session
		if _, err := signer.SignDigest(t.Context(), make([]byte, 32)); !errors.Is(err, ErrTimeout) {
			t.Errorf("error %v, want ErrTimeout", err)
		}
	}
	f.mu.Lock()
	close(f.hang)
	f.hang = nil
	f.mu.Unlock()
	signer.options.Timeout = time.Minute
	if _, err := signer.SignDigest(t.Context(), make([]byte, 32)); err != nil {
		t.Errorf("after the token woke up: %v", err)
	}
}

// Errors of a signature: a passing one is got over, a lasting one is reported, one that a new
// connection cannot mend is not tried again.
func TestSignErrors(t *testing.T) {
	for name, tt := range map[string]struct {
		errs []error
		want error
	}{
		"passing device error":   {[]error{p11.Error(p11.CKR_DEVICE_ERROR)}, nil},
		"passing general error":  {[]error{p11.Error(p11.CKR_GENERAL_ERROR)}, nil},
		"lasting general error":  {slices.Repeat([]error{p11.Error(p11.CKR_GENERAL_ERROR)}, 8), ErrToken},
		"lasting removal":        {slices.Repeat([]error{p11.Error(p11.CKR_DEVICE_REMOVED)}, 8), ErrNoToken},
		"mechanism refused":      {[]error{p11.Error(p11.CKR_MECHANISM_INVALID)}, ErrUnsupported},
		"key may not sign":       {[]error{p11.Error(p11.CKR_KEY_FUNCTION_NOT_PERMITTED)}, ErrUnsupported},
		"PIN locked meanwhile":   {[]error{p11.Error(p11.CKR_PIN_LOCKED)}, ErrPINLocked},
		"no error of the module": {[]error{errors.New("mystery")}, ErrToken},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFakeToken(identity(t), rightPIN)
			signer := mustOpenFake(t, f, Options{})
			f.signErrs = tt.errs
			signature, err := signer.SignDigest(t.Context(), make([]byte, 32))
			if !errors.Is(err, tt.want) || (err == nil) != (signature != nil) {
				t.Errorf("error %v, want %v", err, tt.want)
			}
			if strings.Contains(fmt.Sprint(err), rightPIN) {
				t.Error("the PIN is in the error")
			}
		})
	}
}

// Sessions are used again: as many as run at once, no more.
func TestSessionsAreKept(t *testing.T) {
	f := newFakeToken(identity(t), rightPIN)
	signer := mustOpenFake(t, f, Options{Sessions: 3})
	for range 50 {
		if _, err := signer.SignDigest(t.Context(), make([]byte, 32)); err != nil {
			t.Fatal(err)
		}
	}
	if f.next != 1 {
		t.Errorf("%d sessions were opened for signatures one after another", f.next)
	}
	if err := signer.Close(); err != nil || len(f.sessions) != 0 {
		t.Errorf("%d sessions are left after Close, %v", len(f.sessions), err)
	}
}
