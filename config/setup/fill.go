package setup

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"egissogw/config"
)

// signerGroups begin the variables of each signer.
var signerGroups = map[string]string{
	config.SignerPKCS11: config.Prefix + "PKCS11_", config.SignerCommand: config.Prefix + "COMMAND_", config.SignerSoftkey: config.Prefix + "SOFTKEY_",
}

var line = regexp.MustCompile(`^(#?)(` + config.Prefix + `[A-Z0-9_]+)=`)

// fill writes values into a file of settings: where the variable stands, else where it stands
// after a #, else at the end. Lines of other signers are put after a #, all else stays.
func fill(text string, values map[string]string) string {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	place := map[string]int{}
	for i, l := range lines {
		m := line.FindStringSubmatch(l)
		if m == nil {
			continue
		}
		if at, seen := place[m[2]]; !seen || m[1] == "" && strings.HasPrefix(lines[at], "#") {
			place[m[2]] = i
		}
		for kind, prefix := range signerGroups {
			if m[1] == "" && values[signer] != "" && kind != values[signer] && strings.HasPrefix(m[2], prefix) {
				lines[i] = "#" + l
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		written := name + "=" + quote(values[name])
		if at, ok := place[name]; ok {
			lines[at] = written
		} else {
			lines = append(lines, written)
		}
	}
	return strings.Join(lines, "\n") + "\n"
}

// quote writes a value so that systemd and we read it back.
func quote(value string) string {
	switch {
	case !strings.ContainsAny(value, " \t#'\"\\$`"):
		return value
	case !strings.Contains(value, "'"):
		return "'" + value + "'"
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "`", "\\`", "$", `\$`).Replace(value) + `"`
}
