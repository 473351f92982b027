package main

import (
	"bytes"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestTransientUnitSeesWhatTheServiceSees(t *testing.T) {
	text := string(readFile(t, "../../config/dist/egissogw.service")) +
		"\n# /etc/systemd/system/egissogw.service.d/pin.conf\n[Service]\nLoadCredential=pkcs11-pin:/etc/pin\nMemoryDenyWriteExecute=no\n[Install]\nUser=root\n"
	args, err := asService{asJSON: true}.transient(parseUnit(text))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"User=egissogw", "Group=egissogw", "EnvironmentFile=/etc/egissogw/egissogw.env", "LoadCredential=database-url:/etc/egissogw/credentials/database-url",
		"LoadCredential=pkcs11-pin:/etc/pin", "ProtectSystem=strict", "SystemCallFilter=~@privileged @resources", "PrivateUsers=yes", "CapabilityBoundingSet=", "StateDirectory=egissogw"} {
		if !slices.Contains(args, "--property="+want) {
			t.Errorf("no %s in %q", want, args)
		}
	}
	if slices.Index(args, "--property=MemoryDenyWriteExecute=no") < slices.Index(args, "--property=MemoryDenyWriteExecute=yes") {
		t.Error("the drop-in does not come last")
	}
	for _, arg := range args {
		for _, not := range []string{"Exec", "Restart", "Watchdog", "Type", "Timeout", "User=root"} {
			if strings.HasPrefix(arg, "--property="+not) {
				t.Errorf("%s is about the service's life", arg)
			}
		}
	}
	if got, want := strings.Join(args[slices.Index(args, "--"):], " "), "-- /usr/bin/egissogw check --config none --json"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestServiceThatSystemdCannotStart(t *testing.T) {
	if err := notStarted(childExit{243}); !strings.Contains(err.Error(), "LoadCredential=") {
		t.Error(err)
	}
	if err := notStarted(childExit{1}); err != (childExit{1}) {
		t.Error(err)
	}
}

// TestWithoutSystemd: the check runs as the unit's account, with its variables and copies of its
// credentials, by its program, and its exit code is ours.
func TestWithoutSystemd(t *testing.T) {
	me, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	name := me.Username
	if os.Geteuid() == 0 {
		name = "nobody"
	}
	dir := t.TempDir()
	for d := dir; d != os.TempDir() && d != "/"; d = filepath.Dir(d) {
		if err := os.Chmod(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	program := writeFile(t, filepath.Join(dir, "program"), "#!/bin/sh\necho \"$(id -un) $EGISSOGW_A $EGISSOGW_B $* $(cat $CREDENTIALS_DIRECTORY/pin)\"\necho $CREDENTIALS_DIRECTORY\nexit 7\n")
	if err := os.Chmod(program, 0o755); err != nil {
		t.Fatal(err)
	}
	settings := writeFile(t, filepath.Join(dir, "env"), "EGISSOGW_A='of the file'\n")
	pin := writeFile(t, filepath.Join(dir, "pin"), "1234")
	for path, text := range map[string]string{
		"usr/g.service":          "[Service]\nExecStart=-" + program + " serve\nUser=nosuch\nEnvironmentFile=" + settings + "\nLoadCredential=gone:/gone\n",
		"usr/g.service.d/a.conf": "[Service]\nUser=root\n",
		"etc/g.service.d/a.conf": "[Service]\nUser=" + name + "\nLoadCredential=\nLoadCredential=pin:" + pin + "\nEnvironment=EGISSOGW_B=set \\\nOTHER=1\nEnvironmentFile=-/nowhere\n",
		"etc/lost.service":       "[Service]\nExecStart=" + program + "\nUser=" + name + "\nLoadCredential=pin:" + dir + "/lost\n",
		"etc/stranger.service":   "[Service]\nExecStart=" + program + "\nUser=nosuch\n",
	} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, path)), 0o755); err != nil {
			t.Fatal(err)
		}
		writeFile(t, filepath.Join(dir, path), text)
	}
	folders := []string{filepath.Join(dir, "etc"), filepath.Join(dir, "usr")}
	var out bytes.Buffer
	a := &app{stdout: &out, stderr: &out}
	err = asService{unit: "g.service", folders: folders}.byHand(t.Context(), a)
	want := name + " of the file set check --config none 1234\n"
	said, secrets, _ := strings.Cut(out.String(), want)
	if secrets = strings.TrimSpace(secrets); err != (childExit{7}) || secrets == "" || !strings.Contains(said, "ограничения (ProtectSystem= и другие) не действовали") {
		t.Errorf("error %v\n%swant %s", err, &out, want)
	}
	if _, err := os.Stat(secrets); !os.IsNotExist(err) {
		t.Errorf("secrets are left in %s: %v", secrets, err)
	}
	for unit, want := range map[string]string{"lost.service": "учётные данные pin", "stranger.service": "учётной записи nosuch", "none.service": "юнита none.service нет"} {
		if err := (asService{unit: unit, folders: folders}).byHand(t.Context(), a); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", unit, err, want)
		}
	}
}
