//go:build pkcs11 && cgo

package pkcs11

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	p11 "github.com/miekg/pkcs11"
)

// cryptoki is the part of a PKCS#11 module that is used; *p11.Ctx has it. Tests put a token with
// planned mishaps in its place.
type cryptoki interface {
	Initialize(...p11.InitializeOption) error
	Finalize() error
	GetSlotList(tokenPresent bool) ([]uint, error)
	GetTokenInfo(slot uint) (p11.TokenInfo, error)
	OpenSession(slot uint, flags uint) (p11.SessionHandle, error)
	CloseSession(p11.SessionHandle) error
	Login(s p11.SessionHandle, userType uint, pin string) error
	FindObjectsInit(s p11.SessionHandle, template []*p11.Attribute) error
	FindObjects(s p11.SessionHandle, limit int) ([]p11.ObjectHandle, bool, error)
	FindObjectsFinal(p11.SessionHandle) error
	GetAttributeValue(s p11.SessionHandle, o p11.ObjectHandle, a []*p11.Attribute) ([]*p11.Attribute, error)
	SignInit(s p11.SessionHandle, m []*p11.Mechanism, key p11.ObjectHandle) error
	Sign(s p11.SessionHandle, message []byte) ([]byte, error)
}

// Key types and mechanisms of 512-bit keys are in no version of the standard; every Russian module
// has them as vendor-defined ones of the TC 26 extensions.
const (
	tc26          = 0xD4321000
	keyGOST256    = p11.CKK_GOSTR3410
	keyGOST512    = tc26 | 0x003
	mechanism256  = p11.CKM_GOSTR3410
	mechanism512  = tc26 | 0x006
	maxCandidates = 64
)

// modules are the loaded ones. A module's state belongs to the process, not to its user: several
// signers of one module share it.
var modules = struct {
	sync.Mutex
	byPath map[string]*sharedModule
}{byPath: map[string]*sharedModule{}}

type sharedModule struct {
	ctx   *p11.Ctx
	users int
}

// loadModule loads a shared library and initialises it, once per process. release gives it back.
func loadModule(path string) (m cryptoki, release func(), err error) {
	if !filepath.IsAbs(path) {
		return nil, nil, fmt.Errorf("%w: %q is not an absolute path", ErrModule, path)
	}
	if _, err := os.Stat(path); err != nil {
		return nil, nil, fmt.Errorf("%w: %w", ErrModule, err)
	}
	modules.Lock()
	defer modules.Unlock()
	shared := modules.byPath[path]
	if shared == nil {
		ctx := p11.New(path)
		if ctx == nil {
			return nil, nil, fmt.Errorf("%w: %s is no PKCS#11 module for this machine", ErrModule, path)
		}
		if err := initialize(ctx); err != nil {
			ctx.Destroy()
			return nil, nil, err
		}
		shared = &sharedModule{ctx: ctx}
		modules.byPath[path] = shared
	}
	shared.users++
	return shared.ctx, sync.OnceFunc(func() { releaseModule(path, shared) }), nil
}

func releaseModule(path string, shared *sharedModule) {
	modules.Lock()
	defer modules.Unlock()
	shared.users--
	if shared.users > 0 {
		return
	}
	delete(modules.byPath, path)
	// The process goes on; what a module says on its way out changes nothing.
	_ = shared.ctx.Finalize()
	shared.ctx.Destroy()
}

// initialize is C_Initialize, harmless when somebody else has done it already.
func initialize(m cryptoki) error {
	err := m.Initialize()
	if err != nil && !errors.Is(err, p11.Error(p11.CKR_CRYPTOKI_ALREADY_INITIALIZED)) {
		return fmt.Errorf("%w: initialise: %w", ErrModule, err)
	}
	return nil
}
