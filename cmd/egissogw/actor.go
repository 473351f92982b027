package main

import (
	"os"
	"os/user"
	"strings"
)

// actor says who commands, for the log of operations: whoever uses the gateway's
// settings has the same role in the database. It is only stated: --by is what the
// person says, and an account's name can be made up by whoever rules the machine.
func (a *app) actor() string {
	var parts []string
	if a.by != "" {
		parts = append(parts, a.by)
	}
	account := loginAccount()
	if account != "" {
		parts = append(parts, "учётная запись "+account)
	}
	if name := os.Getenv("SUDO_USER"); name != "" && name != account {
		parts = append(parts, "SUDO_USER "+name)
	}
	return strings.Join(parts, ", ")
}

// noLogin is /proc/self/loginuid of a process nobody logged in for.
const noLogin = "4294967295"

// loginAccount is the account somebody logged in with, which sudo and su leave as it
// is; where the system does not keep it, the account of the process.
func loginAccount() string {
	if id, err := os.ReadFile("/proc/self/loginuid"); err == nil && strings.TrimSpace(string(id)) != noLogin {
		if u, err := user.LookupId(strings.TrimSpace(string(id))); err == nil {
			return u.Username
		}
	}
	u, err := user.Current()
	if err != nil {
		return ""
	}
	return u.Username
}
