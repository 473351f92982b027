package config_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"egissogw/config"
)

func TestChosenSignerNeedsItsVariables(t *testing.T) {
	cases := map[string][]string{
		"softkey": {"SOFTKEY_KEY_FILE", "SOFTKEY_CERTIFICATE_FILE"},
		"pkcs11":  {"PKCS11_MODULE", "PKCS11_TOKEN_LABEL", "PKCS11_KEY_LABEL", "PKCS11_PIN_FILE"},
		"command": {"COMMAND_PATH", "COMMAND_CERTIFICATE_FILE"},
	}
	for signer, want := range cases {
		t.Run(signer, func(t *testing.T) {
			_, err := load(t, map[string]string{"EGISSOGW_SIGNER": signer,
				"EGISSOGW_SOFTKEY_KEY_FILE": "", "EGISSOGW_SOFTKEY_CERTIFICATE_FILE": ""})
			var problems *config.Problems
			if !errors.As(err, &problems) {
				t.Fatalf("error %v is not *Problems", err)
			}
			var got []string
			for _, p := range problems.List {
				got = append(got, strings.TrimPrefix(p.Variable, config.Prefix))
			}
			if !slices.Equal(got, want) {
				t.Errorf("reported %v, want %v", got, want)
			}
		})
	}
}

func TestEverySignerCanBeConfigured(t *testing.T) {
	cases := map[string]map[string]string{
		"pkcs11": {
			"EGISSOGW_PKCS11_MODULE":      writeFile(t, "module.so", "x", 0o644),
			"EGISSOGW_PKCS11_TOKEN_LABEL": "token",
			"EGISSOGW_PKCS11_KEY_ID":      "01fF",
			"EGISSOGW_PKCS11_PIN_FILE":    writeFile(t, "pin", "12345678\n", 0o600),
		},
		"command": {
			"EGISSOGW_COMMAND_PATH":             writeFile(t, "sign", "x", 0o755),
			"EGISSOGW_COMMAND_ARGS":             `["-in", "a b"]`,
			"EGISSOGW_COMMAND_CERTIFICATE_FILE": writeFile(t, "cert.pem", "x", 0o600),
		},
	}
	for signer, changes := range cases {
		t.Run(signer, func(t *testing.T) {
			changes["EGISSOGW_SIGNER"] = signer
			c, err := load(t, changes)
			if err != nil {
				t.Fatal(err)
			}
			if signer == config.SignerPKCS11 && c.Signer.PKCS11.PIN.Reveal() != "12345678" {
				t.Error("the newline at the end of the PIN's file was not dropped, or more was")
			}
			if signer == config.SignerCommand && !slices.Equal(c.Signer.Command.Args, config.Args{"-in", "a b"}) {
				t.Errorf("arguments %q", c.Signer.Command.Args)
			}
		})
	}
}

func TestProgramThatCannotRunIsRefused(t *testing.T) {
	for name, path := range map[string]string{"relative": "sign", "not executable": writeFile(t, "sign", "x", 0o644)} {
		t.Run(name, func(t *testing.T) {
			_, err := load(t, map[string]string{"EGISSOGW_SIGNER": "command", "EGISSOGW_COMMAND_PATH": path,
				"EGISSOGW_COMMAND_CERTIFICATE_FILE": writeFile(t, "cert.pem", "x", 0o600)})
			if err == nil || !strings.Contains(err.Error(), "EGISSOGW_COMMAND_PATH") {
				t.Errorf("error %v", err)
			}
		})
	}
}
