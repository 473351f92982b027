package world

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// PgBouncer is a pool of connections before the servers, in transaction mode.
type PgBouncer struct {
	process *process
	port    int
	login   *url.Userinfo
}

// StartPgBouncer starts one before the databases of the МИС and of the gateway.
func (w *World) StartPgBouncer(ctx context.Context) (*PgBouncer, error) {
	server, err := url.Parse(w.Own.URL(DatabaseGateway))
	if err != nil {
		return nil, fmt.Errorf("start PgBouncer: %w", err)
	}
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	dir := filepath.Join(w.Dir, "pgbouncer")
	account, err := user.Lookup("postgres")
	if os.Geteuid() != 0 {
		account, err = user.Current()
	}
	if err := errors.Join(err, os.Mkdir(dir, 0o700)); err != nil {
		return nil, fmt.Errorf("start PgBouncer: %w", err)
	}
	password, _ := server.User.Password()
	database := func(u string) string {
		parsed, _ := url.Parse(u) // as above
		return fmt.Sprintf("host=%s port=%s dbname=%s", parsed.Hostname(), parsed.Port(), strings.TrimPrefix(parsed.Path, "/"))
	}
	settings := fmt.Sprintf(`[databases]
%s = %s
%s = %s
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = %d
unix_socket_dir =
pool_mode = transaction
auth_type = plain
auth_file = %s
ignore_startup_parameters = extra_float_digits,application_name,options,idle_in_transaction_session_timeout,tcp_user_timeout,statement_timeout,lock_timeout,timezone,search_path
`, DatabaseGateway, database(w.Own.URL(DatabaseGateway)), DatabaseMIS, database(w.MIS.URL(DatabaseMIS)), port, filepath.Join(dir, "users"))
	for name, text := range map[string]string{
		"pgbouncer.ini": settings, "users": fmt.Sprintf("%q %q\n", server.User.Username(), password),
	} {
		err = errors.Join(err, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	uid, _ := strconv.Atoi(account.Uid)
	gid, _ := strconv.Atoi(account.Gid)
	for _, name := range []string{".", "pgbouncer.ini", "users"} {
		err = errors.Join(err, os.Chown(filepath.Join(dir, name), uid, gid))
	}
	if err != nil {
		return nil, fmt.Errorf("start PgBouncer: %w", err)
	}
	cmd := exec.Command("pgbouncer", "-q", filepath.Join(dir, "pgbouncer.ini"))
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
	b := &PgBouncer{port: port, login: server.User}
	if b.process, err = startProcess(cmd); err != nil {
		return nil, fmt.Errorf("start PgBouncer: %w", err)
	}
	return b, Until(ctx, "PgBouncer answers", func(context.Context) (bool, error) {
		conn, err := net.DialTimeout("tcp", fmt.Sprintf("127.0.0.1:%d", port), time.Second)
		if err == nil {
			err = conn.Close()
		}
		return err == nil, nil
	})
}

// URL is the address of a database behind it.
func (b *PgBouncer) URL(database string) string {
	u := url.URL{Scheme: "postgres", User: b.login, Host: fmt.Sprintf("127.0.0.1:%d", b.port), Path: database, RawQuery: "sslmode=disable"}
	return u.String()
}

// Stop ends it.
func (b *PgBouncer) Stop() {
	if b.process.alive() {
		b.process.signal(syscall.SIGKILL)
		<-b.process.done
	}
}

// freePort is one nobody listened at a moment ago.
func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("look for a port: %w", err)
	}
	return l.Addr().(*net.TCPAddr).Port, l.Close()
}
