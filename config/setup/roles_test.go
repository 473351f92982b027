package setup

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestEveryRoleIsMade: the SQL makes each role that the document makes by hand.
func TestEveryRoleIsMade(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../dist/README.md")
	if err != nil {
		t.Fatal(err)
	}
	roles, err := Answers{database: "postgres://egisso_gateway@db/egisso", owner: "postgres://egisso_owner@db/egisso"}.roles()
	if err != nil {
		t.Fatal(err)
	}
	made := regexp.MustCompile(`(?m)^create role (egisso_\w+)`).FindAllStringSubmatch(string(text), -1)
	if len(made) < 7 {
		t.Errorf("%d roles in the document", len(made))
	}
	for _, m := range made {
		if !strings.Contains(strings.ReplaceAll(roles, `"`, ""), "create role "+m[1]) {
			t.Errorf("%s is not made", m[1])
		}
	}
}
