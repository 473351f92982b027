package main

import (
	"context"
	"crypto/rand"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"egissogw/adapter/mis/refmis"
	"egissogw/adapter/smev/smevtest/filestore"
	"egissogw/adapter/store"
	"egissogw/adapter/store/pgtest"
	"egissogw/cmd/egissogw/internal/demo"
	"egissogw/crypto/cert"
	"egissogw/crypto/gost3410"
	"egissogw/crypto/softkey"
)

// The schemas are installed once: every test gets a copy of the database.
func gatewayDatabase(t *testing.T) string {
	t.Helper()
	return pgtest.DatabaseFrom(t, "gateway", migrateDatabase)
}

func sourceDatabase(t *testing.T) string {
	t.Helper()
	return pgtest.DatabaseFrom(t, "source", installSource)
}

func migrateDatabase(ctx context.Context, url string) error {
	_, _, err := store.Migrate(ctx, url)
	return err
}

func installSource(ctx context.Context, url string) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	return refmis.Install(ctx, conn)
}

// migrated is the configuration of a gateway database with its schema.
func migrated(t *testing.T) map[string]string {
	t.Helper()
	return map[string]string{"EGISSOGW_DATABASE_URL": gatewayDatabase(t)}
}

// ready is a configuration in which everything is in order: two databases, keys,
// and something that listens where the bus and the file storage are expected. Tests
// that only look may change a copy of it.
func ready(t *testing.T) map[string]string {
	t.Helper()
	env := migrated(t)
	key, certificate := keyPair(t, time.Now().Add(-time.Hour), time.Now().Add(90*24*time.Hour))
	_, busCertificate := keyPair(t, time.Now().Add(-time.Hour), time.Now().Add(90*24*time.Hour))
	mux := http.NewServeMux()
	mux.HandleFunc("/ws", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusMethodNotAllowed) })
	bus := httptest.NewServer(mux)
	t.Cleanup(bus.Close)
	for name, value := range map[string]string{
		"SOURCE_DATABASE_URL": sourceDatabase(t), "PROVIDER_CODE": demo.ProviderCode, "SMEV_URL": bus.URL + "/ws", "SMEV_CERTIFICATES": busCertificate, "SMEV_SENDERS": "EGISSO",
		"FTP_ADDRESS": fileStorage(t), "SIGNER": "softkey", "SOFTKEY_KEY_FILE": key, "SOFTKEY_CERTIFICATE_FILE": certificate,
	} {
		env["EGISSOGW_"+name] = value
	}
	return env
}

// fileStorage is a file storage of the bus.
func fileStorage(t *testing.T) string {
	t.Helper()
	server, err := filestore.Start("127.0.0.1:0", t.TempDir(), filestore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	return server.Addr()
}

// keyPair writes a test-only key and its certificate into files.
func keyPair(t *testing.T, from, to time.Time) (key, certificate string) {
	t.Helper()
	private, err := gost3410.GenerateKey(gost3410.TC26_256B(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := cert.SelfSigned(private, cert.Template{
		Serial: big.NewInt(7), Subject: cert.Name{CommonName: "Проверочный ключ"}, NotBefore: from, NotAfter: to, KeyUsage: cert.DigitalSignature,
	}, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	text, err := softkey.MarshalPKCS8(private)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	key, certificate = filepath.Join(dir, "key.pem"), filepath.Join(dir, "cert.pem")
	for path, content := range map[string][]byte{key: text, certificate: cert.EncodePEM(der)} {
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return key, certificate
}

// listenerThatCloses is an address nobody listens on.
func listenerThatCloses(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}
