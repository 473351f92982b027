package smev

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"
)

// rawStore is a file storage that says what it likes. answer writes what is said
// to a command, "" for the greeting; false hangs up.
func rawStore(t testing.TB, answer func(conn net.Conn, command string) bool) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			ok := answer(conn, "")
			for lines := bufio.NewScanner(conn); ok && lines.Scan(); {
				command, _, _ := strings.Cut(lines.Text(), " ")
				ok = answer(conn, command)
			}
			conn.Close()
		}
	}()
	t.Cleanup(func() { l.Close(); <-done })
	return l.Addr().String()
}

// say writes text for as long as somebody listens.
func say(conn io.Writer, texts ...string) bool {
	for _, text := range texts {
		if _, err := io.WriteString(conn, text); err != nil {
			return false
		}
	}
	return true
}

func endlessly(conn io.Writer, text string) bool {
	block := strings.Repeat(text, 1+4096/len(text))
	for say(conn, block) {
	}
	return false
}

// drip writes text over and over, a byte now and then.
func drip(conn io.Writer, text string) bool {
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for i := 0; say(conn, text[i%len(text):i%len(text)+1]); i++ {
		<-tick.C
	}
	return false
}

// polite gives the ordinary answers up to a transfer; data is what the data
// connection carries.
func polite(t testing.TB, data func(net.Conn)) func(net.Conn, string) bool {
	var passive net.Listener
	t.Cleanup(func() {
		if passive != nil {
			passive.Close()
		}
	})
	return func(conn net.Conn, command string) bool {
		switch command {
		case "":
			return say(conn, "220 ready\r\n")
		case "USER":
			return say(conn, "331 password\r\n")
		case "PASS":
			return say(conn, "230 welcome\r\n")
		case "FEAT":
			return say(conn, "211 no features\r\n")
		case "TYPE":
			return say(conn, "200 binary\r\n")
		case "EPSV":
			var err error
			if passive, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
				return false
			}
			return say(conn, "229 go ahead (|||"+strconv.Itoa(passive.Addr().(*net.TCPAddr).Port)+"|)\r\n")
		case "RETR":
			say(conn, "150 here it is\r\n")
			link, err := passive.Accept()
			passive.Close()
			if err != nil {
				return false
			}
			data(link)
			link.Close()
			return say(conn, "226 done\r\n")
		case "QUIT":
			say(conn, "221 bye\r\n")
			return false
		}
		return say(conn, "502 no\r\n")
	}
}

func get(s *FileStore, limit int64) error {
	_, err := s.Download(context.Background(), FSAttachment{UUID: testFolder, UserName: "u", Password: "secret", FileName: "/f.xml"}, io.Discard, limit)
	return err
}

// TestReplyCutOff: a reply without the end of its line is none, whatever its code says.
func TestReplyCutOff(t *testing.T) {
	for at, text := range map[string]string{"": "220 read", "USER": "331 pass", "PASS": "230 wel", "TYPE": "200 bin", "EPSV": "229 go ahead (|||21|)"} {
		ordinary := polite(t, func(net.Conn) {})
		addr := rawStore(t, func(conn net.Conn, command string) bool {
			if command == at {
				say(conn, text)
				return false
			}
			return ordinary(conn, command)
		})
		err := get(testStore(addr), 1000)
		var e *FileStoreError
		if !errors.Is(err, io.ErrUnexpectedEOF) || !errors.As(err, &e) || e.Class() != ClassRetry {
			t.Errorf("%s cut off: error %v", text, err)
		}
	}
}

// TestLineThatIsTooLong: what was read of it until then is no reply.
func TestLineThatIsTooLong(t *testing.T) {
	ordinary := polite(t, func(net.Conn) {})
	addr := rawStore(t, func(conn net.Conn, command string) bool {
		if command == "USER" {
			return say(conn, "220 "+strings.Repeat("a", replyBytes+100))
		}
		return ordinary(conn, command)
	})
	if err := get(testStore(addr), 1000); !errors.Is(err, ErrLongReply) {
		t.Errorf("error %v", err)
	}
}

func TestServerWithoutEnd(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"line":             "220 aaaaaaaa",
		"reply":            "220-hello\r\n",
		"reply of no text": "220-\r\n",
		"empty lines":      "220-\r\n" + strings.Repeat("\r\n", 5000),
	} {
		for _, at := range []string{"", "USER", "FEAT", "EPSV", "RETR"} {
			t.Run(name+" "+at, func(t *testing.T) {
				t.Parallel()
				ordinary := polite(t, func(net.Conn) {})
				addr := rawStore(t, func(conn net.Conn, command string) bool {
					if command == at {
						return endlessly(conn, text)
					}
					return ordinary(conn, command)
				})
				err := get(testStore(addr), 1000)
				var e *FileStoreError
				if !errors.Is(err, ErrLongReply) || !errors.As(err, &e) || e.Class() != ClassRetry {
					t.Errorf("error %v", err)
				}
				if len(err.Error()) > 1000 {
					t.Errorf("error of %d bytes", len(err.Error()))
				}
			})
		}
	}
}

func TestServerThatDrips(t *testing.T) {
	t.Parallel()
	for _, at := range []string{"", "PASS", "EPSV", "RETR"} {
		t.Run("control "+at, func(t *testing.T) {
			t.Parallel()
			ordinary := polite(t, func(net.Conn) {})
			addr := rawStore(t, func(conn net.Conn, command string) bool {
				if command == at {
					return drip(conn, "220-a\r\n")
				}
				return ordinary(conn, command)
			})
			s := NewFileStore(addr, "", "", 100*time.Millisecond)
			s.attempts = 1
			var timeout net.Error
			if err := get(s, 1000); !errors.As(err, &timeout) || !timeout.Timeout() {
				t.Errorf("error %v", err)
			}
		})
	}
	t.Run("data", func(t *testing.T) {
		t.Parallel()
		addr := rawStore(t, polite(t, func(link net.Conn) { drip(link, "x") }))
		s := NewFileStore(addr, "", "", time.Second)
		err := get(s, 1<<20)
		var e *FileStoreError
		if !errors.Is(err, ErrTooSlow) || !errors.As(err, &e) || e.Class() != ClassRetry || !strings.Contains(err.Error(), "8192 in a second") {
			t.Errorf("error %v", err)
		}
	})
	t.Run("all in all", func(t *testing.T) {
		t.Parallel()
		addr := rawStore(t, polite(t, func(link net.Conn) { drip(link, "x") }))
		s := testStore(addr).WithLimits(FileStoreLimits{Rate: 1, Total: 200 * time.Millisecond})
		err := get(s, 1<<20)
		if !errors.Is(err, ErrTooSlow) || !strings.Contains(err.Error(), "not done within 200ms") {
			t.Errorf("error %v", err)
		}
		if strings.Count(err.Error(), "file storage") != 1 {
			t.Errorf("error %v", err)
		}
	})
}

// TestSlowUpload: a server that does not take the bytes holds nothing up either.
func TestSlowUpload(t *testing.T) {
	t.Parallel()
	ordinary := polite(t, func(net.Conn) {})
	hold := make(chan struct{})
	addr := rawStore(t, func(conn net.Conn, command string) bool {
		switch command {
		case "MKD":
			return say(conn, "257 \"made\"\r\n")
		case "CWD":
			return say(conn, "250 there\r\n")
		case "STOR":
			say(conn, "150 go\r\n")
			<-hold
			return false
		}
		return ordinary(conn, command)
	})
	t.Cleanup(func() { close(hold) })
	s := NewFileStore(addr, "", "", 100*time.Millisecond)
	s.attempts = 1
	err := s.Upload(t.Context(), testFolder, "f.xml", bytes.NewReader(make([]byte, 32<<20)))
	var timeout net.Error
	if !errors.Is(err, ErrTooSlow) && !(errors.As(err, &timeout) && timeout.Timeout()) {
		t.Errorf("error %v", err)
	}
}

// TestReplyTheLibraryFails: its reader of PASV takes the text between brackets
// without looking where they are.
func TestReplyTheLibraryFails(t *testing.T) {
	t.Parallel()
	ordinary := polite(t, func(net.Conn) {})
	addr := rawStore(t, func(conn net.Conn, command string) bool {
		switch command {
		case "EPSV":
			return say(conn, "500 what\r\n")
		case "PASV":
			return say(conn, "227 )(\r\n")
		}
		return ordinary(conn, command)
	})
	if err := get(testStore(addr), 1000); err == nil || !strings.Contains(err.Error(), "cannot be understood") {
		t.Errorf("error %v", err)
	}
}

// TestWordsOfTheServerAreBounded: they go to the log and the database.
func TestWordsOfTheServerAreBounded(t *testing.T) {
	t.Parallel()
	addr := rawStore(t, func(conn net.Conn, _ string) bool {
		return say(conn, "421 \x00\x1b[2J\xff"+strings.Repeat("ж", 5000)+"\r\n")
	})
	err := get(testStore(addr), 1000)
	if err == nil || len(err.Error()) > 400 || strings.ContainsAny(err.Error(), "\x00\x1b\xff") || !strings.HasSuffix(err.Error(), "ж…") {
		t.Errorf("error %q", err)
	}
}
