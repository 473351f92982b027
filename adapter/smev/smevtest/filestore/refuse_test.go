package filestore_test

import (
	"bufio"
	"fmt"
	"net"
	"strings"
	"testing"

	"egissogw/adapter/smev/smevtest/filestore"
)

// A login that was used is used up, also by a download that broke off; the next
// delivery brings another.
func TestLoginEndsWithItsFirstUse(t *testing.T) {
	broken := true
	s := start(t, filestore.Options{
		Logins: filestore.Logins{FirstUse: true},
		Trouble: func(operation string) (trouble filestore.Trouble) {
			if operation == "RETR" && broken {
				trouble.CutAfter, broken = 2, false
			}
			return trouble
		},
	})
	a := put(t, s, "answer")
	if _, err := fetch(s, a, "", "/answer.xml"); err == nil {
		t.Fatal("the download did not break off")
	}
	if _, err := fetch(s, a, "", "/answer.xml"); err == nil {
		t.Error("the login was good a second time")
	}
	if got, err := fetch(s, s.Grant(folder), "", "/answer.xml"); got != "answer" || err != nil {
		t.Errorf("with a new login: %q, %v", got, err)
	}
}

func TestRefusedCommands(t *testing.T) {
	s := start(t, filestore.Options{NoEPSV: true, NoSIZE: true})
	conn, err := net.Dial("tcp", s.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	replies := bufio.NewReader(conn)
	for _, step := range []struct{ command, reply string }{
		{"", "220"}, {"USER anonymous", "331"}, {"PASS smev", "230"}, {"EPSV", "500"}, {"PASV", "227"},
	} {
		if step.command != "" {
			fmt.Fprintf(conn, "%s\r\n", step.command)
		}
		if line, err := replies.ReadString('\n'); err != nil || !strings.HasPrefix(line, step.reply) {
			t.Fatalf("%q: %q, %v", step.command, line, err)
		}
	}
	c := dial(t, s)
	if err := c.MakeDir(folder); err != nil {
		t.Fatal(err)
	}
	if err := c.Stor(folder+"/a.xml", strings.NewReader("answer")); err != nil {
		t.Errorf("a file cannot be stored: %v", err)
	}
	if _, err := c.FileSize(folder + "/a.xml"); err == nil {
		t.Error("SIZE was answered")
	}
}
