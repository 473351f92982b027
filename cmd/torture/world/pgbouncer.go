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
	"syscall"
	"time"
)

// PgBouncer is a pool of connections before the servers, in transaction mode.
type PgBouncer struct {
	process *process
	port    int
	login   *url.Userinfo
}

// tolerated are settings of a session that a pool can be told to pass over.
const tolerated = "extra_float_digits,options,idle_in_transaction_session_timeout,tcp_user_timeout,statement_timeout,lock_timeout,timezone,search_path"

// StartPgBouncer starts one before the databases of the МИС and of the gateway. Settings of
// a session that it does not know it refuses or, if it is tolerant, passes over.
func (w *World) StartPgBouncer(ctx context.Context, tolerant bool) (*PgBouncer, error) {
	b, cmd, err := w.preparePgBouncer(tolerant)
	if err == nil {
		b.process, err = startProcess(cmd)
	}
	if err != nil {
		return nil, fmt.Errorf("start PgBouncer: %w", err)
	}
	return b, Until(ctx, "PgBouncer answers", func(context.Context) (bool, error) {
		conn, err := net.DialTimeout("tcp", fmt.Sprintf("127.0.0.1:%d", b.port), time.Second)
		if err == nil {
			err = conn.Close()
		}
		return err == nil, nil
	})
}

func (w *World) preparePgBouncer(tolerant bool) (*PgBouncer, *exec.Cmd, error) {
	own, err := url.Parse(w.Own.URL(DatabaseGateway))
	source, sourceErr := url.Parse(w.MIS.URL(DatabaseMIS))
	port, portErr := freePort()
	dir, dirErr := os.MkdirTemp(w.Dir, "pgbouncer-")
	account, accountErr := user.Current()
	if os.Geteuid() == 0 { // which it refuses to run as
		account, accountErr = user.Lookup("postgres")
	}
	if err := errors.Join(err, sourceErr, portErr, dirErr, accountErr); err != nil {
		return nil, nil, err
	}
	settings := fmt.Sprintf("[databases]\n%s = host=%s port=%s\n%s = host=%s port=%s\n", DatabaseGateway, own.Hostname(), own.Port(), DatabaseMIS, source.Hostname(), source.Port()) +
		fmt.Sprintf("[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = %d\nunix_socket_dir =\npool_mode = transaction\nauth_type = plain\nauth_file = %s\n", port, filepath.Join(dir, "users"))
	if tolerant {
		settings += "ignore_startup_parameters = " + tolerated + "\n"
	}
	password, _ := own.User.Password()
	uid, _ := strconv.Atoi(account.Uid) // numbers on Linux
	gid, _ := strconv.Atoi(account.Gid)
	err = os.Chown(dir, uid, gid)
	for name, text := range map[string]string{"ini": settings, "users": fmt.Sprintf("%q %q\n", own.User.Username(), password)} {
		file := filepath.Join(dir, name)
		err = errors.Join(err, os.WriteFile(file, []byte(text), 0o600), os.Chown(file, uid, gid))
	}
	cmd := exec.Command("pgbouncer", "-q", filepath.Join(dir, "ini"))
	if os.Geteuid() == 0 {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
	}
	return &PgBouncer{port: port, login: own.User}, cmd, err
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
