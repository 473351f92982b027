package main

import (
	"cmp"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// unitSetting is one line of a unit's [Service] section.
type unitSetting struct{ key, value string }

// unitService is the [Service] section of a unit with its drop-ins, in order.
type unitService []unitSetting

// unitFolders are where units stand, the first counts most (systemd.unit(5)).
var unitFolders = []string{"/etc/systemd/system", "/run/systemd/system", "/usr/local/lib/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system"}

// readUnit reads a unit and its drop-ins from these folders, as systemctl cat prints them.
func readUnit(name string, folders []string) (path, text string, err error) {
	for _, folder := range folders {
		data, err := os.ReadFile(filepath.Join(folder, name))
		if err == nil {
			path, text = filepath.Join(folder, name), string(data)
			break
		}
		if !os.IsNotExist(err) {
			return "", "", fileError(filepath.Join(folder, name), err)
		}
	}
	if path == "" {
		return "", "", fmt.Errorf("юнита %s нет ни в одном из каталогов: %s", name, strings.Join(folders, ", "))
	}
	dropIns := map[string]string{} // name -> path
	for _, folder := range slices.Backward(folders) {
		found, err := filepath.Glob(filepath.Join(folder, name+".d", "*.conf"))
		if err != nil {
			return "", "", err
		}
		for _, f := range found {
			dropIns[filepath.Base(f)] = f
		}
	}
	for _, name := range slices.Sorted(maps.Keys(dropIns)) {
		data, err := os.ReadFile(dropIns[name])
		if err != nil {
			return "", "", fileError(dropIns[name], err)
		}
		text += "\n" + string(data)
	}
	return path, text, nil
}

// parseUnit takes the [Service] section out of the text of a unit and its drop-ins.
func parseUnit(text string) (s unitService) {
	text = strings.ReplaceAll(text, "\\\n", " ")
	section := ""
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' || line[0] == ';' {
			continue
		}
		if line[0] == '[' {
			section = line
			continue
		}
		if key, value, ok := strings.Cut(line, "="); ok && section == "[Service]" {
			s = append(s, unitSetting{strings.TrimSpace(key), strings.TrimSpace(value)})
		}
	}
	return s
}

// list is what a setting that may stand several times holds: an empty one forgets those before.
func (s unitService) list(key string) (values []string) {
	for _, setting := range s {
		switch {
		case setting.key != key:
		case setting.value == "":
			values = nil
		default:
			values = append(values, setting.value)
		}
	}
	return values
}

// last is what a setting that stands once holds.
func (s unitService) last(key string) string {
	values := s.list(key)
	if len(values) == 0 {
		return ""
	}
	return values[len(values)-1]
}

// program is the program the unit starts.
func (s unitService) program() (string, error) {
	words := strings.Fields(strings.TrimLeft(s.last("ExecStart"), "@-:+!"))
	if len(words) == 0 || !filepath.IsAbs(words[0]) {
		return "", fmt.Errorf("в юните нет ExecStart= с полным путём программы")
	}
	return words[0], nil
}

// ofTheService are settings that are about starting, watching and ending the service, not about
// what it sees. RuntimeDirectory= would be removed at the end of the check, under the service.
var ofTheService = []string{"Type", "NotifyAccess", "PIDFile", "BusName", "RemainAfterExit", "GuessMainPID", "SuccessExitStatus", "WatchdogSec", "WatchdogSignal",
	"RuntimeDirectory", "StandardInput", "StandardOutput", "StandardError", "Sockets", "FileDescriptorStoreMax"}

// properties are the settings a transient unit is given to see what the service sees.
func (s unitService) properties() (properties []string) {
	for _, setting := range s {
		about := strings.HasPrefix(setting.key, "Exec") || strings.HasPrefix(setting.key, "Restart") || strings.HasPrefix(setting.key, "Timeout")
		if !about && !slices.Contains(ofTheService, setting.key) {
			properties = append(properties, setting.key+"="+setting.value)
		}
	}
	return properties
}

// booted tells whether systemd runs this machine, as sd_booted(3) does.
func booted() bool {
	info, err := os.Lstat("/run/systemd/system")
	return err == nil && info.IsDir()
}

// unitMode is the mode of a folder the unit asks for.
func unitMode(text string) (mode fs.FileMode, err error) {
	_, err = fmt.Sscanf(cmp.Or(text, "0755"), "%o", &mode)
	return mode, err
}
