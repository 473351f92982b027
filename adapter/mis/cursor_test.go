package mis_test

import (
	"testing"

	"egissogw/adapter/mis"
)

func TestCursorText(t *testing.T) {
	for _, text := range []string{
		"", "xid/8012", "xid/8012/key", "xid/8012/", "xid/18446744073709551615", "xid/7/a/b/c", "all/xid/8012/key", "all/xid/1/",
		"time/2025-03-01T10:00:00.000000Z", "time/2025-03-01T10:00:00.123456Z/ключ", "xid@7:1:9/8012/k@y", "all/time@7/2025-03-01T10:00:00.000000Z/a", "all/time/2025-03-01T10:00:00.000000Z/a",
	} {
		c, err := mis.ParseCursor(text)
		if err != nil {
			t.Errorf("%q: %v", text, err)
		}
		if c.String() != text {
			t.Errorf("%q became %q", text, c)
		}
		if c.IsZero() != (text == "") {
			t.Errorf("%q: zero is %v", text, c.IsZero())
		}
		var again mis.Cursor
		if b, err := c.MarshalText(); err != nil || again.UnmarshalText(b) != nil || again != c {
			t.Errorf("%q does not survive as text", text)
		}
	}
	for _, text := range []string{
		"8012", "xid", "xid/", "xid/-1", "xid/x", "xid/18446744073709551616", "all/", "all/xid/8012", "time/2025-03-01", "lsn/1", "xid@/8012",
	} {
		if c, err := mis.ParseCursor(text); err == nil || !c.IsZero() {
			t.Errorf("%q was read as %q", text, c)
		}
	}
}

func FuzzCursor(f *testing.F) {
	for _, text := range []string{"", "xid/1", "xid/1/k", "all/xid/1/k", "time/2025-03-01T10:00:00.000000Z/k"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := mis.ParseCursor(text)
		if err != nil {
			return
		}
		again, err := mis.ParseCursor(c.String())
		if err != nil || again != c {
			t.Errorf("%q became %q (%v)", text, again, err)
		}
	})
}
