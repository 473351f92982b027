package setup

import (
	"cmp"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"egissogw/config"
)

// Where the files stand.
const (
	Folder      = "/etc/egissogw"
	Credentials = Folder + "/credentials"
	Roles       = Folder + "/roles.sql"
	SourceRole  = Folder + "/source-role.sql"
	DropIn      = "/etc/systemd/system/egissogw.service.d/credentials.conf"
)

// File is one to be written.
type File struct {
	Path string
	Text string
	Mode fs.FileMode
}

// Site is what there is before.
type Site struct {
	Environment string            // text of the file of settings
	Credentials map[string]string // by their names, without the newline at the end
}

// Plan makes the files of complete answers and of what there is; both keep what they are not
// asked about. It chooses passwords that are missing.
func Plan(a Answers, before Site) ([]File, error) {
	for _, name := range []string{database, owner, source} {
		if old := before.Credentials[credentialOf(name)]; a[name] == "" {
			a[name] = old
		}
	}
	if err := a.givePasswords(before.Credentials); err != nil {
		return nil, err
	}
	credentials, values := map[string]string{}, map[string]string{}
	for name, text := range before.Credentials {
		credentials[name] = text + "\n"
	}
	for name, text := range a {
		switch {
		case text == "":
		case Hidden(name):
			credentials[credentialOf(name)] = strings.TrimRight(text, "\n") + "\n"
		default:
			values[name] = text
		}
	}
	files := []File{{config.EnvironmentFile, fill(cmp.Or(before.Environment, config.Example), values), 0o644}}
	for _, name := range slices.Sorted(maps.Keys(credentials)) {
		files = append(files, File{filepath.Join(Credentials, name), credentials[name], 0o600})
	}
	if text := dropIn(credentials); text != "" {
		files = append(files, File{DropIn, text, 0o644})
	}
	roles, err := a.roles()
	if err != nil {
		return nil, err
	}
	sourceRole, err := a.sourceRole(cmp.Or(a[config.Prefix+"SOURCE_SCHEMA"], "egisso_source"))
	return append(files, File{Roles, roles, 0o600}, File{SourceRole, sourceRole, 0o600}), err
}

// Hidden tells whether an answer becomes a credential: secrets, and keys in files.
func Hidden(name string) bool {
	_, secret, _ := config.Named(name)
	return secret || name == key || name == config.Prefix+"LISTEN_KEY_FILE"
}

func credentialOf(name string) string {
	credential, _, _ := config.Named(name)
	return credential
}

// byUnit are the credentials the unit hands over, or never does.
var byUnit = []string{credentialOf(database), credentialOf(source), credentialOf(owner)}

// dropIn hands the other credentials to the service.
func dropIn(credentials map[string]string) string {
	text := ""
	for _, name := range slices.Sorted(maps.Keys(credentials)) {
		if !slices.Contains(byUnit, name) {
			text += "LoadCredential=" + name + ":" + filepath.Join(Credentials, name) + "\n"
		}
	}
	if text == "" {
		return ""
	}
	return "# Написано egissogw setup: секреты, которых нет в юните.\n[Service]\n" + text
}

// Wrong says what the addresses of the gateway's database must be beyond what config checks: the
// names of its roles are part of the schema.
func (a Answers) Wrong() (wrong []config.Problem) {
	for name, role := range map[string]string{database: gatewayRole, owner: ownerRole} {
		if user := userOf(a[name]); user != "" && user != role {
			wrong = append(wrong, config.Problem{Variable: name, Text: "имя роли постоянно: " + role})
		}
	}
	for _, name := range []string{database, owner, source} {
		if a[name] != "" && userOf(a[name]) == "" {
			wrong = append(wrong, config.Problem{Variable: name, Text: "ожидается postgres://пользователь@узел/база"})
		}
	}
	slices.SortFunc(wrong, func(a, b config.Problem) int { return cmp.Compare(a.Variable, b.Variable) })
	return wrong
}
