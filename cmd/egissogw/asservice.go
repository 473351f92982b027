package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"github.com/sethvargo/go-envconfig"

	"egissogw/cmd/egissogw/internal/screen"
	"egissogw/config"
)

// asService is `check --as-service`: the same check with the account, the variables and the
// credentials of the unit, and within its sandbox where systemd runs.
type asService struct {
	unit    string
	folders []string // where units stand
	asJSON  bool
}

// childExit is the exit code of a command that another process has carried out and told of.
type childExit struct{ code int }

func (e childExit) Error() string { return fmt.Sprintf("код завершения %d", e.code) }

func (s asService) run(ctx context.Context, a *app) error {
	if booted() {
		return s.bySystemd(ctx, a)
	}
	return s.byHand(ctx, a)
}

// bySystemd has systemd run the check in a transient unit with the properties of the unit.
func (s asService) bySystemd(ctx context.Context, a *app) error {
	var stdout, stderr bytes.Buffer
	cat := exec.CommandContext(ctx, "systemctl", "cat", "--", s.unit)
	cat.Stdout, cat.Stderr = &stdout, &stderr
	if err := cat.Run(); err != nil {
		return fmt.Errorf("systemctl cat %s: %s: %w", s.unit, strings.TrimSpace(stderr.String()), err)
	}
	args, err := s.transient(parseUnit(stdout.String()))
	if err != nil {
		return err
	}
	s.announce(a, "systemd-run со свойствами юнита "+s.unit+": его учётная запись, переменные, учётные данные и ограничения")
	c := exec.CommandContext(ctx, "systemd-run", args...)
	c.Stdout, c.Stderr = a.stdout, a.stderr
	return notStarted(ended(c.Run()))
}

// unitExits are codes by which systemd says that it could not start a program (systemd.exec(5)).
var unitExits = map[int]string{
	203: "программы из ExecStart= нет, или её нельзя запустить",
	216: "группы из Group= нет",
	217: "учётной записи из User= нет",
	226: "нет каталога, названного в ограничениях юнита (ReadWritePaths= и подобных)",
	238: "каталог StateDirectory= не создаётся",
	243: "нет файла, названного в LoadCredential=",
}

// notStarted says in Russian why the program was not started, if it was not.
func notStarted(err error) error {
	var child childExit
	if errors.As(err, &child) && unitExits[child.code] != "" {
		return fmt.Errorf("служба не запустится: %s (код %d)", unitExits[child.code], child.code)
	}
	return err
}

// transient are the arguments of systemd-run.
func (s asService) transient(unit unitService) ([]string, error) {
	program, err := unit.program()
	if err != nil {
		return nil, err
	}
	args := []string{"--quiet", "--wait", "--pipe", "--collect", "--service-type=exec"}
	for _, p := range unit.properties() {
		args = append(args, "--property="+p)
	}
	return append(append(args, "--", program), s.arguments()...), nil
}

// arguments are those of the program the check is carried out by.
func (s asService) arguments() []string {
	args := []string{"check", "--config", noSettings}
	if s.asJSON {
		args = append(args, "--json")
	}
	return args
}

func (s asService) announce(a *app, how string) {
	w := a.stdout
	if s.asJSON {
		w = a.stderr
	}
	screen.Fprintf(w, "Проверка от имени службы: %s\n", how)
}

func ended(err error) error {
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() > 0 {
		return childExit{exit.ExitCode()}
	}
	return err
}

// byHand does what systemd would, without its sandbox.
func (s asService) byHand(ctx context.Context, a *app) error {
	path, text, err := readUnit(s.unit, s.folders)
	if err != nil {
		return err
	}
	unit := parseUnit(text)
	program, err := unit.program()
	if err != nil {
		return err
	}
	who, err := accountOf(unit)
	if err != nil {
		return err
	}
	environment, err := unitEnvironment(unit)
	if err != nil {
		return err
	}
	if err := who.stateFolder(unit); err != nil {
		return err
	}
	credentials, err := who.credentials(unit)
	if credentials != "" {
		defer os.RemoveAll(credentials)
	}
	if err != nil {
		return err
	}
	s.announce(a, fmt.Sprintf("systemd здесь не работает, поэтому учётная запись %s, переменные и учётные данные взяты из юнита %s, а его ограничения (ProtectSystem= и другие) не действовали", who.name, path))
	c := exec.CommandContext(ctx, program, s.arguments()...)
	c.Dir, c.Stdout, c.Stderr = "/", a.stdout, a.stderr
	c.Env = append(environment, "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin", "USER="+who.name, "LOGNAME="+who.name, "HOME="+who.home, "CREDENTIALS_DIRECTORY="+credentials)
	if who.uid != os.Geteuid() {
		c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(who.uid), Gid: uint32(who.gid), Groups: who.groups}}
	}
	return ended(c.Run())
}

// account is who the unit runs as.
type account struct {
	name, home string
	uid, gid   int
	groups     []uint32
}

func accountOf(unit unitService) (*account, error) {
	name := unit.last("User")
	if name == "" {
		name = "root"
	}
	u, err := user.Lookup(name)
	if err != nil {
		return nil, fmt.Errorf("учётной записи %s из User= нет: systemd-sysusers её заводит", name)
	}
	w := &account{name: name, home: u.HomeDir}
	w.uid, _ = strconv.Atoi(u.Uid) // numbers on Linux
	w.gid, _ = strconv.Atoi(u.Gid)
	if group := unit.last("Group"); group != "" {
		g, err := user.LookupGroup(group)
		if err != nil {
			return nil, fmt.Errorf("группы %s из Group= нет", group)
		}
		w.gid, _ = strconv.Atoi(g.Gid)
	}
	ids, err := u.GroupIds()
	if err != nil {
		return nil, fmt.Errorf("группы учётной записи %s: %w", name, err)
	}
	for _, id := range ids {
		n, _ := strconv.Atoi(id)
		w.groups = append(w.groups, uint32(n))
	}
	if w.uid != os.Geteuid() && os.Geteuid() != 0 {
		return nil, fmt.Errorf("нужны права root, чтобы проверить от имени %s: sudo egissogw check --as-service", name)
	}
	return w, nil
}

// unitEnvironment are the variables the unit gives.
func unitEnvironment(unit unitService) (environment []string, err error) {
	for _, text := range unit.list("Environment") {
		environment = append(environment, strings.Fields(strings.ReplaceAll(text, `"`, ""))...)
	}
	for _, path := range unit.list("EnvironmentFile") {
		path, optional := strings.CutPrefix(path, "-")
		o, err := config.Over(envconfig.MapLookuper(nil), path)
		switch {
		case o == nil && optional && os.IsNotExist(err):
			continue
		case o == nil:
			return nil, settingsFault(path, err)
		case err != nil:
			return nil, err
		}
		environment = append(environment, o.Entries()...)
	}
	return environment, nil
}

// stateFolder makes the folder of StateDirectory= as systemd does at every start.
func (w *account) stateFolder(unit unitService) error {
	mode, err := unitMode(unit.last("StateDirectoryMode"))
	if err != nil {
		return fmt.Errorf("StateDirectoryMode=: %w", err)
	}
	for _, name := range strings.Fields(unit.last("StateDirectory")) {
		path := filepath.Join("/var/lib", name)
		if _, err := os.Stat(path); err == nil || !os.IsNotExist(err) {
			continue
		}
		if err := errors.Join(os.MkdirAll(path, mode), os.Chown(path, w.uid, w.gid)); err != nil {
			return fmt.Errorf("каталог StateDirectory= не создаётся: %w", err)
		}
	}
	return nil
}

// credentials copies those of LoadCredential= to a folder of the account in memory, where there
// is such a place. The folder is to be removed even if there is an error.
func (w *account) credentials(unit unitService) (dir string, err error) {
	place := "/dev/shm"
	if _, err := os.Stat(place); err != nil {
		place = ""
	}
	if dir, err = os.MkdirTemp(place, "egissogw-check-"); err != nil {
		return "", err
	}
	for _, text := range unit.list("LoadCredential") {
		name, path, _ := strings.Cut(text, ":")
		if !filepath.IsAbs(path) {
			return dir, fmt.Errorf("LoadCredential=%s: без systemd берётся только полный путь файла", text)
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return dir, fmt.Errorf("учётные данные %s, без которых служба не запустится: %w", name, fileError(path, err))
		}
		to := filepath.Join(dir, filepath.Base(name))
		if err := errors.Join(os.WriteFile(to, data, 0o400), os.Chown(to, w.uid, w.gid)); err != nil {
			return dir, err
		}
	}
	return dir, os.Chown(dir, w.uid, w.gid)
}
