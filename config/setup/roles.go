package setup

import (
	"fmt"
	"net/url"
	"strings"
)

// Names of the roles are part of the schema (config/dist/README.md#роли-в-базе).
const (
	ownerRole   = "egisso_owner"
	gatewayRole = "egisso_gateway"
)

// groups are the roles of people and screens, without a login.
var groups = []string{"egisso_operator", "egisso_reader", "egisso_agreer", "egisso_approver", "egisso_workplace"}

// roles is the SQL that makes the roles and the database, as often as one likes.
func (a Answers) roles() (string, error) {
	var b strings.Builder
	b.WriteString(`-- Роли и база шлюза, для администратора PostgreSQL; написано egissogw setup. Повторное выполнение ничего не портит.
-- Паролей здесь нет, только проверочные значения SCRAM.
\set ON_ERROR_STOP on
`)
	for _, name := range []string{owner, database} {
		if err := a.login(&b, name); err != nil {
			return "", err
		}
	}
	for _, role := range groups {
		create(&b, "role "+role, "pg_roles where rolname = '"+role+"'")
	}
	b.WriteString("alter role " + gatewayRole + " set log_parameter_max_length = 0;\n")
	u, err := url.Parse(a[database])
	if err != nil {
		return "", err
	}
	name := strings.TrimPrefix(u.Path, "/")
	create(&b, "database "+identifier(name)+" owner "+ownerRole+" encoding 'UTF8' template template0", "pg_database where datname = "+literal(name))
	return b.String(), nil
}

// sourceRole is the SQL of the role that reads in the МИС.
func (a Answers) sourceRole(schema string) (string, error) {
	u, err := url.Parse(a[source])
	if err != nil {
		return "", err
	}
	var b strings.Builder
	b.WriteString(`-- Роль, под которой шлюз читает представления, для администратора базы МИС; написано egissogw setup.
-- Выполняется в базе МИС, когда представления есть. Пароля здесь нет, только проверочное значение SCRAM.
\set ON_ERROR_STOP on
`)
	if err := a.login(&b, source); err != nil {
		return "", err
	}
	role, schema := identifier(u.User.Username()), identifier(schema)
	fmt.Fprintf(&b, "grant usage on schema %s to %s;\ngrant select on all tables in schema %s to %s;\n", schema, role, schema, role)
	return b.String(), nil
}

// login makes the role of an address and gives it the password there, if there is one.
func (a Answers) login(b *strings.Builder, variable string) error {
	u, err := url.Parse(a[variable])
	if err != nil || u.User == nil {
		return fmt.Errorf("%s: ожидается postgres://пользователь@узел/база", variable)
	}
	role := u.User.Username()
	create(b, "role "+identifier(role)+" login", "pg_roles where rolname = "+literal(role))
	password, has := u.User.Password()
	if !has {
		return nil
	}
	text, err := verifier(role, password)
	if err != nil {
		return err
	}
	fmt.Fprintf(b, "alter role %s password %s;\n", identifier(role), literal(text))
	return nil
}

// create makes what is not there yet; databases cannot be made in a block of code.
func create(b *strings.Builder, what, unless string) {
	fmt.Fprintf(b, "select %s where not exists (select from %s) \\gexec\n", literal("create "+what), unless)
}

func literal(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

func identifier(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }
