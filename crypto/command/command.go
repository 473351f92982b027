// Package command signs by running an external program: the way to a key that only its
// vendor's program can use. The program is named by an absolute path and started without a
// shell. What comes back is never believed: it is verified with the certificate first, and the
// order of its bytes is found out in passing.
//
// # How the program gets its input and hands back the signature
//
// By default the digest (Streebog, as the hash puts it out: 32 or 64 bytes) goes to the standard
// input and the signature is taken from the standard output. A program that wants files names
// them with the arguments {in} and {out}: they stand for files in a private folder that is
// removed afterwards. A program that hashes on its own is made with NewData and gets the data
// instead of the digest.
//
// The signature may come as bytes, hexadecimal digits or base64, in any order of its halves and
// bytes, or inside a CMS structure without signed attributes.
//
// Nothing the program starts outlives its run, and its words in an error are bounded and without
// the values of its arguments.
//
// # Recipes
//
// OpenSSL with gost-engine (the tests use it; the key is in a file, so this is for test contours):
//
//	path  /usr/bin/openssl
//	args  pkeyutl -engine gost -sign -inkey /etc/egissogw/key.pem
//
// CryptoPro CSP 5, csptest. It hashes on its own (NewData) and gives the bytes of the signature
// in reverse, which is recognised. For a 512-bit key write GOST12_512:
//
//	path  /opt/cprocsp/bin/amd64/csptest
//	args  -keyset -sign GOST12_256 -container \\.\HDIMAGE\name -keytype exchange -in {in} -out {out}
//
// csptest takes a PIN only as the argument -password, where every user of the machine can see
// it. Let the CSP remember the PIN of the container instead, for the user the gateway runs as.
//
// CryptoPro CSP, cryptcp. It only makes CMS (NewData). That serves where it leaves signed
// attributes out; with them (-cadesbes, -addsigtime) the signature is over something else than
// the data, which is reported as ErrSignedAttributes, and csptest or the CSP's PKCS#11 module
// has to be used:
//
//	path  /opt/cprocsp/bin/amd64/cryptcp
//	args  -sign -detached -der -nochain -norev -thumbprint HEX {in} {out}
//
// The two CryptoPro recipes follow published usage; there is no CryptoPro CSP where the tests of
// this package run.
package command

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"egissogw/crypto/cert"
)

// Errors about the program and what it did.
var (
	// ErrProgram means that the program cannot be used: not an absolute path, absent, not
	// executable, or writable for everybody.
	ErrProgram = errors.New("signing program cannot be used")
	// ErrFailed means that the program ended with an error or could not be started.
	ErrFailed = errors.New("signing program failed")
	// ErrTimeout means that the program did not finish in its time and was stopped.
	ErrTimeout = errors.New("signing program did not finish in time")
	// ErrOutput means that what the program gave back is no signature.
	ErrOutput = errors.New("signing program gave back something that is no signature")
	// ErrSignedAttributes means a CMS with signed attributes, whose signature is not over the data.
	ErrSignedAttributes = errors.New("signing program made a CMS with signed attributes, a signature over the data itself is needed")
	// ErrNeedsData means that a digest was given to a program that hashes on its own.
	ErrNeedsData = errors.New("signing program hashes on its own and cannot sign a digest")
)

// Options describe the program.
type Options struct {
	// Path is the program's absolute path.
	Path string
	// Args are its arguments; in any of them {in} and {out} stand for files.
	Args []string
	// Env is added to the environment, which otherwise has only PATH, HOME, USER, LANG and
	// TMPDIR of this process: none of its secrets.
	Env []string
	// Timeout limits one run; 30 seconds where zero.
	Timeout time.Duration
	// Parallel limits how many run at once; 2 where zero.
	Parallel int
	// Order fixes the order of bytes; otherwise it is found out.
	Order cert.Order
	// Clock tells the time against which terms are checked; nil means time.Now.
	Clock func() time.Time
}

const (
	defaultTimeout  = 30 * time.Second
	defaultParallel = 2
	inputFile       = "{in}"
	outputFile      = "{out}"
)

// program is what Signer and DataSigner share.
type program struct {
	options     Options
	certificate *cert.Certificate
	slots       chan struct{}
}

// Signer runs a program that signs a digest. It is safe for concurrent use.
type Signer struct{ program *program }

// DataSigner runs a program that hashes and signs data. It is safe for concurrent use.
type DataSigner struct{ program *program }

// New makes a signer over a program that signs a digest. The program is looked at but not run.
func New(c *cert.Certificate, o Options) (*Signer, error) {
	p, err := newProgram(c, o)
	if err != nil {
		return nil, err
	}
	return &Signer{p}, nil
}

// NewData makes a signer over a program that hashes on its own and therefore wants the data.
// Whoever signs asks such a signer by its method SignData.
func NewData(c *cert.Certificate, o Options) (*DataSigner, error) {
	p, err := newProgram(c, o)
	if err != nil {
		return nil, err
	}
	return &DataSigner{p}, nil
}

func newProgram(c *cert.Certificate, o Options) (*program, error) {
	if c == nil {
		return nil, errors.New("command signer: no certificate")
	}
	if !filepath.IsAbs(o.Path) {
		return nil, fmt.Errorf("%w: %q is not an absolute path", ErrProgram, o.Path)
	}
	info, err := os.Stat(o.Path)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrProgram, err)
	}
	switch mode := info.Mode(); {
	case !mode.IsRegular():
		return nil, fmt.Errorf("%w: %s is not a file", ErrProgram, o.Path)
	case mode.Perm()&0o111 == 0:
		return nil, fmt.Errorf("%w: %s is not executable", ErrProgram, o.Path)
	case mode.Perm()&0o002 != 0:
		return nil, fmt.Errorf("%w: everybody may write to %s", ErrProgram, o.Path)
	}
	if !o.Order.Known() {
		return nil, fmt.Errorf("command signer: unknown byte order %q", o.Order)
	}
	if o.Timeout < 0 || o.Parallel < 0 {
		return nil, errors.New("command signer: negative limit")
	}
	if o.Timeout == 0 {
		o.Timeout = defaultTimeout
	}
	if o.Parallel == 0 {
		o.Parallel = defaultParallel
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	return &program{options: o, certificate: c, slots: make(chan struct{}, o.Parallel)}, nil
}

// Certificate is the configured certificate, with which every signature is verified.
func (s *Signer) Certificate() *cert.Certificate { return s.program.certificate }

// Certificate is the configured certificate, with which every signature is verified.
func (s *DataSigner) Certificate() *cert.Certificate { return s.program.certificate }

// SignDigest has the program sign a Streebog digest. The signature is s‖r, big-endian halves,
// whatever the program's own order is.
func (s *Signer) SignDigest(ctx context.Context, digest []byte) ([]byte, error) {
	if want := s.program.certificate.DigestSize(); len(digest) != want {
		return nil, fmt.Errorf("sign: digest of %d bytes, the key needs %d", len(digest), want)
	}
	return s.program.sign(ctx, digest, digest)
}

// SignDigest always fails with ErrNeedsData: the program can only sign data.
func (s *DataSigner) SignDigest(context.Context, []byte) ([]byte, error) {
	return nil, fmt.Errorf("sign: %w", ErrNeedsData)
}

// SignData has the program hash and sign the data. The signature is s‖r, big-endian halves,
// whatever the program's own order is.
func (s *DataSigner) SignData(ctx context.Context, data []byte) ([]byte, error) {
	h := cert.NewDigest(s.program.certificate.DigestSize())
	h.Write(data)
	return s.program.sign(ctx, data, h.Sum(nil))
}

// sign gives the input to the program and verifies what comes back for the digest.
func (p *program) sign(ctx context.Context, input, digest []byte) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("sign: %w", context.Cause(ctx))
	}
	if err := p.certificate.CheckTerm(p.options.Clock()); err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	select {
	case p.slots <- struct{}{}:
		defer func() { <-p.slots }()
	case <-ctx.Done():
		return nil, fmt.Errorf("sign: wait for a free run of the signing program: %w", context.Cause(ctx))
	}
	output, err := p.run(ctx, input)
	if err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	signature, err := p.read(output, digest)
	if err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	return signature, nil
}
