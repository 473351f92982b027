package smev

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
)

// TestRepliesOfManyNamespaces: bindings of makers declare all they know on whatever
// element they begin with, which no signature sees as long as nothing uses them.
func TestRepliesOfManyNamespaces(t *testing.T) {
	all, trust := believables(t)
	for _, n := range []int{71, 125, 1000, 1025} {
		var declared strings.Builder
		for i := range n {
			fmt.Fprintf(&declared, ` xmlns:jns%d="urn://egisso-ru/types/of-a-program/%d"`, i, i)
		}
		for _, b := range all {
			for _, tag := range []string{"Envelope", "SIGNED_BY_SMEV", "MessagePrimaryContent"} {
				at := strings.Index(b.text, tag)
				if at < 0 {
					continue
				}
				got, err := valuesOfReply(b.op, insertInTag(declared.String())(b.text, at), trust)
				switch {
				case n > 1024 && (err == nil || !strings.Contains(err.Error(), "more than 1024 namespace declarations")):
					t.Errorf("%s, %d on %s: %v", b.op, n, tag, err)
				case n <= 1024 && (err != nil || !reflect.DeepEqual(got, b.want)):
					t.Errorf("%s, %d on %s: %v", b.op, n, tag, err)
				}
			}
		}
	}
}
