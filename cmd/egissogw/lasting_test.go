package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"egissogw/cmd/egissogw/internal/fault"
	"egissogw/crypto/pkcs11"
	"egissogw/crypto/softkey"
)

// What the next start would meet again ends serve for good; what may pass does not.
func TestServeTellsLastingFaultsFromPassingOnes(t *testing.T) {
	t.Parallel()
	inOrder := ready(t)
	_, otherCertificate := keyPair(t, time.Now().Add(-time.Hour), time.Now().Add(time.Hour))
	for name, tc := range map[string]struct {
		change map[string]string
		code   int
		want   string
	}{
		"wrong setting":              {map[string]string{"PROVIDER_CODE": "12"}, exitConfig, "EGISSOGW_PROVIDER_CODE"},
		"unknown rule":               {map[string]string{"RULE_POLICY": "L-NOSUCH=off"}, exitConfig, "L-NOSUCH"},
		"certificate of another key": {map[string]string{"SOFTKEY_CERTIFICATE_FILE": otherCertificate}, exitConfig, "сертификат не подходит"},
		"bus certificate unreadable": {map[string]string{"SMEV_CERTIFICATES": writeFile(t, t.TempDir()+"/bus.pem", "x")}, exitConfig, "EGISSOGW_SMEV_CERTIFICATES"},
		"database away": {map[string]string{"DATABASE_URL": "postgres://u@" + listenerThatCloses(t) + "/db?sslmode=disable"},
			exitFailed, "EGISSOGW_DATABASE_URL: соединение отвергнуто"},
	} {
		t.Run(name, func(t *testing.T) {
			env := maps.Clone(inOrder)
			for variable, value := range tc.change {
				env["EGISSOGW_"+variable] = value
			}
			code, _, stderr := run(t, env, "serve")
			if code != tc.code || !strings.Contains(stderr, tc.want) {
				t.Errorf("code %d, want %d and %q: %s", code, tc.code, tc.want, stderr)
			}
			if lasting := strings.Contains(stderr, "systemctl restart"); lasting != (code == exitConfig) {
				t.Errorf("code %d, but: %s", code, stderr)
			}
		})
	}
}

// TestServeWarnsOfFilesOpenToOthers: at its start, in its log, and goes on.
func TestServeWarnsOfFilesOpenToOthers(t *testing.T) {
	t.Parallel()
	env := ready(t)
	env["EGISSOGW_DATABASE_URL"] = "postgres://u@" + listenerThatCloses(t) + "/db?sslmode=disable" // which ends serve
	key := env["EGISSOGW_SOFTKEY_KEY_FILE"]
	for _, tc := range []struct {
		mode os.FileMode
		told bool
	}{{0o600, false}, {0o644, true}} {
		if err := os.Chmod(key, tc.mode); err != nil {
			t.Fatal(err)
		}
		code, _, stderr := run(t, env, "serve")
		told := strings.Contains(stderr, "level=WARN") && strings.Contains(stderr, "variable=EGISSOGW_SOFTKEY_KEY_FILE") &&
			strings.Contains(stderr, key+" может прочесть каждый (права 0644)")
		if code != exitFailed || told != tc.told {
			t.Errorf("mode %04o: code %d, %s", tc.mode, code, stderr)
		}
	}
}

// Only serve has a code of its own: it is the one a service manager restarts.
func TestOtherCommandsKeepTheirCodes(t *testing.T) {
	for _, name := range []string{"check", "status", "journal", "migrate", "cert"} {
		if code, _, errs := run(t, nil, name); code != exitFailed {
			t.Errorf("%s without settings: code %d, %s", name, code, errs)
		}
	}
}

func TestRefusedPINIsNeverPresentedByARestart(t *testing.T) {
	for _, err := range []error{
		pkcs11.ErrPINIncorrect, pkcs11.ErrPINNeeded, pkcs11.ErrPINLocked, pkcs11.ErrPINFinalTry, pkcs11.ErrPINExpired,
		pkcs11.ErrNoKey, pkcs11.ErrAmbiguous, pkcs11.ErrNotBuilt, softkey.ErrWrongPassword, errors.New("not known"),
	} {
		var lasting fault.LastingError
		if fault := fault.Signer(fmt.Errorf("open token: %w", fault.Because(err))); !errors.As(fault, &lasting) || !errors.Is(fault, err) {
			t.Errorf("%v would be met by every restart", err)
		}
	}
	for _, err := range []error{pkcs11.ErrNoToken, pkcs11.ErrToken, pkcs11.ErrTimeout, pkcs11.ErrModule, context.Canceled} {
		var lasting fault.LastingError
		if fault := fault.Signer(fmt.Errorf("open token: %w", err)); errors.As(fault, &lasting) {
			t.Errorf("%v may pass, but ends the service for good", err)
		}
	}
}

func TestUnitDoesNotRestartOnThatCode(t *testing.T) {
	unit, err := os.ReadFile("../../config/dist/egissogw.service")
	if err != nil {
		t.Fatal(err)
	}
	if want := "\nRestartPreventExitStatus=" + strconv.Itoa(exitConfig) + "\n"; !strings.Contains(string(unit), want) {
		t.Errorf("the unit lacks %q", want)
	}
}
