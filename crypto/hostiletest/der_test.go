package hostiletest

import (
	"bytes"
	"testing"
)

func TestNest(t *testing.T) {
	got := Nest([]byte{1, 2}, Element{Tag: 4}, Element{Tag: 0x30, Before: []byte{5, 0}, After: []byte{6, 1, 7}})
	if want := []byte{0x30, 9, 5, 0, 4, 2, 1, 2, 6, 1, 7}; !bytes.Equal(got, want) {
		t.Errorf("% x, want % x", got, want)
	}
	long := Nest(Fill([]byte{9}, 300), Element{Tag: 4})
	if want := []byte{4, 0x82, 1, 44, 9}; len(long) != 304 || !bytes.HasPrefix(long, want) {
		t.Errorf("% x", long[:8])
	}
}
