package command_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"egissogw/crypto/cert"
	"egissogw/crypto/cms"
	"egissogw/crypto/command"
	"egissogw/crypto/gost3410"
	"egissogw/crypto/signertest"
	"egissogw/crypto/softkey"
)

// programVariable tells testdata/program what kind of signing program to play.
const programVariable = "SIGNING_PROGRAM"

// programPath is testdata/program, built without the race detector: it starts much faster, as a
// signing program and as the supervisor of one.
var programPath string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "command-test-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := 1
	programPath = filepath.Join(dir, "program")
	if out, err := exec.Command("go", "build", "-race=false", "-o", programPath, "./testdata/program").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build the signing program: %v\n%s", err, out)
	} else {
		command.SetSupervisor(programPath)
		code = m.Run()
	}
	os.RemoveAll(dir)
	os.Exit(code)
}

// bench is a key in a file with its certificate.
type bench struct {
	signertest.Identity
	keyFile string
}

func newBench(t testing.TB, curve *gost3410.Curve) bench {
	t.Helper()
	identity := signertest.NewIdentity(t, curve)
	keyPEM, err := softkey.MarshalPKCS8(identity.Key)
	if err != nil {
		t.Fatal(err)
	}
	return bench{identity, signertest.File(t, "key.pem", keyPEM)}
}

// program makes a signer over the signing program of that kind.
func (b bench) program(t testing.TB, kind string, o command.Options) *command.Signer {
	t.Helper()
	o.Path = programPath
	o.Args = append([]string{b.keyFile}, o.Args...)
	o.Env = append(o.Env, programVariable+"="+kind)
	if o.Clock == nil {
		o.Clock = func() time.Time { return signertest.Begin.Add(time.Hour) }
	}
	signer, err := command.New(b.Certificate, o)
	if err != nil {
		t.Fatal(err)
	}
	return signer
}

func digestFor(b bench) []byte {
	return []byte(strings.Repeat("digest..", b.Certificate.DigestSize()/8))
}

// The suite, with OpenSSL as the external program.
func TestConformance(t *testing.T) {
	openssl := signertest.OpenSSL(t)
	for _, curve := range []*gost3410.Curve{gost3410.CryptoProA(), gost3410.TC26_256A(), gost3410.TC26_512A()} {
		t.Run(curve.Name(), func(t *testing.T) {
			b := newBench(t, curve)
			signertest.Run(t, signertest.Harness{
				Concurrent: 8,
				Open: func(t *testing.T, clock func() time.Time) signertest.Signer {
					signer, err := command.New(b.Certificate, command.Options{
						Path:  openssl.Path(),
						Args:  []string{"pkeyutl", "-engine", "gost", "-sign", "-inkey", b.keyFile},
						Clock: clock,
					})
					if err != nil {
						t.Fatal(err)
					}
					return signer
				},
			})
		})
	}
}

// Whatever order and form the bytes come in, the result is s‖r.
func TestForms(t *testing.T) {
	for _, curve := range []*gost3410.Curve{gost3410.CryptoProA(), gost3410.TC26_512A()} {
		b := newBench(t, curve)
		digest := digestFor(b)
		for _, kind := range []string{"sr", "rs", "reversed", "sr-le", "hexadecimal", "base64"} {
			for name, args := range map[string][]string{
				"streams": nil,
				"files":   {"-in", "{in}", "-out", "{out}"},
			} {
				t.Run(curve.Name()+"/"+kind+"/"+name, func(t *testing.T) {
					signature, err := b.program(t, kind, command.Options{Args: args}).SignDigest(t.Context(), digest)
					if err != nil {
						t.Fatal(err)
					}
					if err := b.Certificate.PublicKey.Verify(digest, signature); err != nil {
						t.Error(err)
					}
				})
			}
		}
	}
}

func TestFixedOrder(t *testing.T) {
	b := newBench(t, gost3410.CryptoProA())
	if _, err := b.program(t, "rs", command.Options{Order: cert.OrderRS}).SignDigest(t.Context(), digestFor(b)); err != nil {
		t.Error(err)
	}
	_, err := b.program(t, "rs", command.Options{Order: cert.OrderSR}).SignDigest(t.Context(), digestFor(b))
	if !errors.Is(err, cert.ErrForeignSignature) || !strings.Contains(err.Error(), `byte order "rs"`) {
		t.Errorf("error %v, want ErrForeignSignature with a hint", err)
	}
}

func TestMisbehaviour(t *testing.T) {
	b := newBench(t, gost3410.CryptoProA())
	stranger := newBench(t, gost3410.CryptoProA())
	tests := []struct {
		name, kind string
		bench      bench
		args       []string
		want       error
		text       string
	}{
		{"no output", "silent", b, nil, command.ErrOutput, "nothing"},
		{"no output file", "silent", b, []string{"-in", "{in}", "-out", "{out}"}, command.ErrOutput, "nothing"},
		{"output file never made", "sr", b, []string{"{out}"}, command.ErrOutput, "no output file"},
		{"a byte short", "short", b, nil, command.ErrOutput, "63 bytes"},
		{"talk instead of a signature", "chatty", b, nil, command.ErrOutput, ""},
		{"endless output", "endless", b, nil, command.ErrOutput, ""},
		{"failure", "failing", b, []string{"-password", "12345678"}, command.ErrFailed, "контейнер не найден wrong PIN ***"},
		{"digest read backwards", "digest backwards", b, nil, cert.ErrForeignSignature, "backwards"},
		{"another key", "sr", bench{b.Identity, stranger.keyFile}, nil, cert.ErrForeignSignature, "another key"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			options := command.Options{Args: tt.args}
			if tt.kind == "endless" {
				options.Timeout = 300 * time.Millisecond
				tt.want = command.ErrTimeout
			}
			signature, err := tt.bench.program(t, tt.kind, options).SignDigest(t.Context(), digestFor(b))
			if !errors.Is(err, tt.want) || !strings.Contains(err.Error(), tt.text) {
				t.Errorf("error %v, want %v with %q", err, tt.want, tt.text)
			}
			if signature != nil {
				t.Error("a signature came back all the same")
			}
			if strings.Contains(fmt.Sprint(err), "12345678") {
				t.Error("the PIN is in the error")
			}
		})
	}
}

// The program sees none of the gateway's own environment.
func TestEnvironment(t *testing.T) {
	t.Setenv("EGISSOGW_DATABASE_PASSWORD", "hush-hush")
	b := newBench(t, gost3410.CryptoProA())
	_, err := b.program(t, "environment", command.Options{Env: []string{"EXTRA=given"}}).SignDigest(t.Context(), digestFor(b))
	if !errors.Is(err, command.ErrFailed) || strings.Contains(err.Error(), "hush") || !strings.Contains(err.Error(), "EXTRA=given") {
		t.Errorf("the program's environment: %v", err)
	}
}

// A program that hangs, with a child that holds the pipes, is stopped in time, child and all.
func TestTimeout(t *testing.T) {
	b := newBench(t, gost3410.CryptoProA())
	hang := func(timeout time.Duration) *command.Signer {
		signer, err := command.New(b.Certificate, command.Options{
			Path: "/bin/sh", Args: []string{"-c", "sleep 600 & sleep 600"}, Timeout: timeout,
			Clock: func() time.Time { return signertest.Begin.Add(time.Hour) },
		})
		if err != nil {
			t.Fatal(err)
		}
		return signer
	}
	start := time.Now()
	_, err := hang(100*time.Millisecond).SignDigest(t.Context(), digestFor(b))
	if !errors.Is(err, command.ErrTimeout) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v, want ErrTimeout", err)
	}
	stopped := errors.New("the gateway stops")
	ctx, cancel := context.WithCancelCause(t.Context())
	timer := time.AfterFunc(100*time.Millisecond, func() { cancel(stopped) })
	defer timer.Stop()
	_, err = hang(time.Minute).SignDigest(ctx, digestFor(b))
	if !errors.Is(err, stopped) || errors.Is(err, command.ErrTimeout) {
		t.Errorf("error %v, want the cause of the cancellation", err)
	}
	if waited := time.Since(start); waited > 5*time.Minute { // half of what the program waits
		t.Errorf("it took %v", waited)
	}
}

func TestProgramRefused(t *testing.T) {
	b := newBench(t, gost3410.CryptoProA())
	loose := signertest.File(t, "loose", []byte("#!/bin/sh\n"))
	if err := os.Chmod(loose, 0o777); err != nil {
		t.Fatal(err)
	}
	for name, o := range map[string]command.Options{
		"no path":            {},
		"relative path":      {Path: "openssl"},
		"absent":             {Path: "/nonexistent/csptest"},
		"a folder":           {Path: t.TempDir()},
		"not executable":     {Path: b.keyFile},
		"writable for all":   {Path: loose},
		"unknown byte order": {Path: "/bin/sh", Order: "middle"},
		"negative limit":     {Path: "/bin/sh", Timeout: -1},
	} {
		t.Run(name, func(t *testing.T) {
			signer, err := command.New(b.Certificate, o)
			if err == nil || signer != nil {
				t.Fatalf("signer %v, error %v", signer, err)
			}
			if o.Order == "" && o.Timeout == 0 && !errors.Is(err, command.ErrProgram) {
				t.Errorf("error %v, want ErrProgram", err)
			}
		})
	}
	if _, err := command.New(nil, command.Options{Path: "/bin/sh"}); err == nil {
		t.Error("a signer without a certificate")
	}
}

// A program that hashes on its own, once giving the bare signature and once a CMS around it.
func TestDataSigner(t *testing.T) {
	openssl := signertest.OpenSSL(t)
	data := []byte("<ds:SignedInfo/>")
	b := newBench(t, gost3410.CryptoProA())
	certFile := signertest.File(t, "cert.pem", cert.EncodePEM(b.Certificate.Raw))
	cmsArgs := []string{"cms", "-engine", "gost", "-sign", "-binary", "-in", "{in}", "-out", "{out}", "-signer", certFile, "-inkey", b.keyFile}
	tests := []struct {
		name string
		args []string
		want error
	}{
		{"bare", []string{"dgst", "-engine", "gost", "-md_gost12_256", "-sign", b.keyFile}, nil},
		{"CMS in DER", append(slices.Clone(cmsArgs), "-noattr", "-outform", "DER"), nil},
		{"CMS in PEM", append(slices.Clone(cmsArgs), "-noattr", "-outform", "PEM"), nil},
		{"CMS with signed attributes", append(slices.Clone(cmsArgs), "-outform", "DER"), command.ErrSignedAttributes},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			signer, err := command.NewData(b.Certificate, command.Options{
				Path: openssl.Path(), Args: tt.args,
				Clock: func() time.Time { return signertest.Begin.Add(time.Hour) },
			})
			if err != nil {
				t.Fatal(err)
			}
			signature, err := signer.SignData(t.Context(), data)
			if !errors.Is(err, tt.want) {
				t.Fatalf("error %v, want %v", err, tt.want)
			}
			if _, err := signer.SignDigest(t.Context(), digestFor(b)); !errors.Is(err, command.ErrNeedsData) {
				t.Errorf("SignDigest: %v, want ErrNeedsData", err)
			}
			if tt.want != nil {
				return
			}
			h := cert.NewDigest(32)
			h.Write(data)
			if err := b.Certificate.PublicKey.Verify(h.Sum(nil), signature); err != nil {
				t.Error(err)
			}
			der, err := cms.SignDetached(t.Context(), h.Sum(nil), signer, signertest.Begin)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := cms.Verify(der, strings.NewReader(string(data))); err != nil {
				t.Errorf("CMS made with a signer of data: %v", err)
			}
		})
	}
}
