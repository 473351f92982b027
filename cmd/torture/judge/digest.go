package judge

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// A content is compared as the bag of its values: the names of columns and of
// elements differ, what is said does not.

// values appends the scalars of a JSON value, as PostgreSQL made it.
func values(list []string, v any) []string {
	switch v := v.(type) {
	case map[string]any:
		for name, part := range v {
			if name != "type" { // an element's name in ЕГИССО, no text
				list = values(list, part)
			}
		}
	case []any:
		for _, part := range v {
			list = values(list, part)
		}
	case string:
		list = append(list, v)
	case float64:
		list = append(list, strconv.FormatFloat(v, 'f', -1, 64))
	case bool:
		list = append(list, strconv.FormatBool(v))
	}
	return list
}

// notCompared are elements that have no column of their own in the source.
var notCompared = []string{"/uuid", "/lmszId", "/categoryId", "/lmszProviderCode"}

// heldValues are the values of a fact in the register. Codeless leaves out the code of
// the organisation, which the source does not know.
func heldValues(leaves []string, codeless bool) (list []string) {
	for _, leaf := range leaves {
		path, text, _ := strings.Cut(leaf, "=")
		if !slices.Contains(notCompared, path) && !(codeless && path == "/oszCode") {
			list = append(list, text)
		}
	}
	return list
}

// digest is the same for two contents that say the same.
func digest(list []string) string {
	for i, text := range list {
		list[i] = plain(text)
	}
	slices.Sort(list)
	list = slices.DeleteFunc(list, func(text string) bool { return text == "" })
	h := sha256.New()
	for _, text := range list {
		_, _ = io.WriteString(h, fmt.Sprintf("%d:%s;", len(text), text)) // a hash takes everything
	}
	return hex.EncodeToString(h.Sum(nil))
}

// plain is one form of a text: 4.000, 4.00 and 4 are one number.
func plain(text string) string {
	text = strings.TrimSpace(text)
	if number, err := strconv.ParseFloat(text, 64); err == nil && strings.Contains(text, ".") {
		text = strconv.FormatFloat(number, 'f', -1, 64)
	}
	return text
}
