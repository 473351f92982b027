package mis

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// keyBytes is how long a key may be. Keys are indexed, in the gateway's database
// and in those of others that read its journal.
const keyBytes = 200

// findingNoKey is what is wrong with a row without a key.
var findingNoKey = finding("row_key", "столбец row_key (ключ записи): не заполнено, запись нельзя отличить от других")

// findingTwice is what is wrong with a key the view shows more than once.
var findingTwice = finding("row_key", "столбец row_key (ключ записи): встречается в представлении несколько раз, а должен один")

// identify gives the row its key. A key that cannot be kept makes the row
// unreadable; it is then known under a substitute derived from that key, always
// the same one.
func (r *sourceRow) identify(key string) {
	r.sourceKey, r.Key = key, key
	if key == "" {
		r.Findings = append(r.Findings, findingNoKey)
		return
	}
	problem := badName(key)
	if problem == "" && len(key) > keyBytes {
		problem = fmt.Sprintf("длиннее %d байт", keyBytes)
	}
	if problem == "" {
		return
	}
	sum := sha256.Sum256([]byte(key))
	r.Key = "sha256:" + hex.EncodeToString(sum[:])
	r.report("row_key", "ключ записи", problem+"; запись показана под заменяющим ключом")
}

// placed reports whether the row has a place in an order by keys from which the
// source can be asked to go on.
func (r *sourceRow) placed() bool { return r.sourceKey != "" && utf8.ValidString(r.sourceKey) }

// badText says why a text of the source cannot be kept, "" if it can.
func badText(s string) string {
	switch {
	case !utf8.ValidString(s):
		return "текст не в кодировке UTF-8"
	case strings.ContainsRune(s, 0):
		return "в тексте есть знак с кодом U+0000"
	}
	return ""
}

// badName says why a text cannot be what people know a record by: journal and
// terminals show it.
func badName(s string) string {
	if problem := badText(s); problem != "" {
		return problem
	}
	if strings.ContainsFunc(s, unicode.IsControl) {
		return "в тексте есть управляющий знак"
	}
	return ""
}

// badReference says what is wrong with the key of another row inside a list, ""
// if nothing is.
func badReference(key string) string {
	switch {
	case strings.TrimSpace(key) == "":
		return "не заполнен"
	case len(key) > keyBytes:
		return fmt.Sprintf("длиннее %d байт, такого ключа не бывает", keyBytes)
	}
	return ""
}
