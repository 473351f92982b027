package setup

import (
	"encoding/base64"
	"reflect"
	"strings"
	"testing"

	"egissogw/config"

	"github.com/sethvargo/go-envconfig"
)

// TestVerifier: the example of RFC 7677.
func TestVerifier(t *testing.T) {
	salt, _ := base64.StdEncoding.DecodeString("W22ZaJ0SNY7soEsUEjb6gQ==")
	got, err := scram("pencil", salt)
	want := "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU="
	if err != nil || got != want {
		t.Errorf("%s, %v", got, err)
	}
}

func TestFill(t *testing.T) {
	for _, c := range []struct{ name, before, variable, value, after string }{
		{"in its place", "# a\nEGISSOGW_A=1\nEGISSOGW_B=2\n", "A", "x y", "# a\nEGISSOGW_A='x y'\nEGISSOGW_B=2\n"},
		{"after a #", "#EGISSOGW_A=1\n#EGISSOGW_A=2\n", "A", "3", "EGISSOGW_A=3\n#EGISSOGW_A=2\n"},
		{"not the remark when it stands", "#EGISSOGW_A=1\nEGISSOGW_A=2\n", "A", "3", "#EGISSOGW_A=1\nEGISSOGW_A=3\n"},
		{"at the end", "# a\n", "A", `it's "$x\`, "# a\nEGISSOGW_A=\"it's \\\"\\$x\\\\\"\n"},
		{"other signers rest", "EGISSOGW_SIGNER=pkcs11\nEGISSOGW_PKCS11_MODULE=/m\n#EGISSOGW_SIGNER=command\n", "SIGNER", "softkey",
			"EGISSOGW_SIGNER=softkey\n#EGISSOGW_PKCS11_MODULE=/m\n#EGISSOGW_SIGNER=command\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := fill(c.before, map[string]string{config.Prefix + c.variable: c.value})
			if got != c.after {
				t.Fatalf("%q, want %q", got, c.after)
			}
			read, err := config.OverText(envconfig.MapLookuper(nil), "x", got)
			if value, _ := read.Lookup(config.Prefix + c.variable); err != nil || value != c.value {
				t.Errorf("reads back as %q, %v", value, err)
			}
		})
	}
}

// TestPlanAgain: what a plan made is kept by the next, passwords included, and nothing but the
// credentials holds one.
func TestPlanAgain(t *testing.T) {
	answers := func() Answers {
		a := Answers{database: "postgres://egisso_gateway@db/egisso", source: "postgres://reader@mis/mis", bus: "http://bus/smev/v1.2/ws", config.Prefix + "PKCS11_PIN": "12345678"}
		a.Complete()
		return a
	}
	first, err := Plan(answers(), Site{})
	if err != nil {
		t.Fatal(err)
	}
	site := Site{Environment: first[0].Text, Credentials: map[string]string{}}
	for _, f := range first {
		if name, ok := strings.CutPrefix(f.Path, Credentials+"/"); ok {
			site.Credentials[name] = strings.TrimSpace(f.Text)
		}
	}
	second, err := Plan(answers(), site)
	if err != nil || !reflect.DeepEqual(second, first) {
		t.Errorf("%+v\nafter %+v, %v", second, first, err)
	}
	if len(site.Credentials) != 4 || site.Credentials["pkcs11-pin"] != "12345678" || !HasPassword(site.Credentials["owner-database-url"]) {
		t.Errorf("credentials %q", site.Credentials)
	}
	for _, f := range first {
		for _, name := range []string{"database-url", "owner-database-url", "source-database-url", "pkcs11-pin"} {
			_, password, _ := strings.Cut(site.Credentials[name], ":")
			_, password, _ = strings.Cut(password, ":")
			password, _, _ = strings.Cut(password, "@")
			if name == "pkcs11-pin" {
				password = "12345678"
			}
			if !strings.HasPrefix(f.Path, Credentials) && strings.Contains(f.Text, password) {
				t.Errorf("%s holds the secret %s", f.Path, name)
			}
		}
		if secret := strings.HasSuffix(f.Path, ".sql") || strings.HasPrefix(f.Path, Credentials); secret != (f.Mode == 0o600) {
			t.Errorf("%s has mode %o", f.Path, f.Mode)
		}
	}
	if dropIn := first[5].Text; !strings.Contains(first[0].Text, "\nEGISSOGW_SMEV_SCHEMA=1.2\n") || !strings.Contains(dropIn, "LoadCredential=pkcs11-pin:") || strings.Contains(dropIn, "owner") {
		t.Errorf("%s\n%s", first[0].Text, dropIn)
	}
}

// TestQuestionsAreOfSettings: each is about a variable there is, and its standard answer is right.
func TestQuestionsAreOfSettings(t *testing.T) {
	for _, q := range Questions {
		if _, secret, known := config.Named(q.Variable); !known || secret != (q.Secret || q.Database()) {
			t.Errorf("%s: known %v, secret %v", q.Variable, known, secret)
		}
		if q.Standard != "" && config.Check(t.Context(), q.Variable, q.Standard) != "" {
			t.Errorf("%s: %q: %s", q.Variable, q.Standard, config.Check(t.Context(), q.Variable, q.Standard))
		}
	}
}

// psql is told a port it would not find by itself; several servers have no single one.
func TestPorts(t *testing.T) {
	for address, want := range map[string]string{
		"postgres://egisso_gateway@127.0.0.1:5433/egisso": "5433", "postgres://egisso_gateway@db/egisso": "",
		"postgres://egisso_gateway@a:5433,b:5434/egisso": "", "host=db port=5433": "",
	} {
		a := Answers{"EGISSOGW_DATABASE_URL": address, "EGISSOGW_SOURCE_DATABASE_URL": address}
		if a.Port() != want || a.SourcePort() != want {
			t.Errorf("%s: %q, %q", address, a.Port(), a.SourcePort())
		}
	}
}
