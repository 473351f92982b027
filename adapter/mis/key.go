package mis

import (
	"crypto/md5" //nolint:gosec // only a name: what every server of a МИС can compute
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

// numberBytes is how long the number people know a record by may be.
const numberBytes = 1000

// findingNoKey is what is wrong with a row without a key.
var findingNoKey = finding("row_key", "столбец row_key (ключ записи): не заполнено, запись нельзя отличить от других")

// hugeKey is from how many bytes on a key is not even fetched, as keys.sql has it: it
// cannot be a place to go on from.
const hugeKey = 4096

// findingHugeKey is what is wrong with such a key.
const findingHugeKey = "длиннее 4096 байт"

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
	if len(key) > hugeKey {
		sum := md5.Sum([]byte(key))
		r.substitute("md5:"+hex.EncodeToString(sum[:]), findingHugeKey)
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

// substitute makes the row one whose key was not fetched. It has no place: the byte
// before its name stands in no text.
func (r *sourceRow) substitute(key, problem string) {
	r.sourceKey, r.Key = "\xff"+key, key
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
