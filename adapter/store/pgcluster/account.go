package pgcluster

import (
	"errors"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// serverUser is the account PostgreSQL's Debian packages create.
const serverUser = "postgres"

// account says whose rights the server runs with. The zero value means ours.
type account struct {
	name       string
	credential *syscall.Credential
}

// serverAccount picks the account for initdb and postgres: ourselves, or the
// user "postgres" when we are root, because both programs refuse root.
func serverAccount() (account, error) {
	if os.Geteuid() != 0 {
		return account{}, nil
	}
	u, err := user.Lookup(serverUser)
	if err != nil {
		return account{}, fmt.Errorf("PostgreSQL does not run as root and there is no user %q "+
			"(on Debian the package postgresql-common creates it; or run as an ordinary user): %w", serverUser, err)
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return account{}, fmt.Errorf("read the uid of user %q: %w", serverUser, err)
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return account{}, fmt.Errorf("read the gid of user %q: %w", serverUser, err)
	}
	return account{name: serverUser, credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}, nil
}

// own gives path to the account.
func (a account) own(path string) error {
	if a.credential == nil {
		return nil
	}
	if err := os.Lchown(path, int(a.credential.Uid), int(a.credential.Gid)); err != nil {
		return fmt.Errorf("give %s to user %s: %w", path, a.name, err)
	}
	return nil
}

// ErrNoEntry means that the user PostgreSQL runs as may not enter a folder above the cluster's.
var ErrNoEntry = errors.New("the user PostgreSQL runs as cannot get to the directory of the cluster, choose another one")

// checkReach tells which folder above dir the account cannot enter. Without it
// initdb would only say "Permission denied".
func (a account) checkReach(dir string) error {
	if a.credential == nil {
		return nil
	}
	for parent := filepath.Dir(dir); ; parent = filepath.Dir(parent) {
		info, err := os.Stat(parent)
		if err != nil {
			return fmt.Errorf("look at %s: %w", parent, err)
		}
		var bit os.FileMode = 0o001
		if st, ok := info.Sys().(*syscall.Stat_t); ok {
			switch {
			case st.Uid == a.credential.Uid:
				bit = 0o100
			case st.Gid == a.credential.Gid:
				bit = 0o010
			}
		}
		if info.Mode().Perm()&bit == 0 {
			return fmt.Errorf("%w: %s may not enter %s", ErrNoEntry, a.name, parent)
		}
		if parent == filepath.Dir(parent) {
			return nil
		}
	}
}
