package config

import (
	"reflect"
	"slices"
	"strings"
)

// UnknownVariable is a variable that looks like one of ours and is none.
type UnknownVariable struct {
	Name string
	Like string // the one that was probably meant, "" if none is close
}

// Problem is a text with the variable that was probably meant.
func (u UnknownVariable) Problem(text string) string {
	if u.Like == "" {
		return text
	}
	return text + "; похожа на " + u.Like
}

func (u UnknownVariable) String() string {
	return u.Name + ": " + u.Problem("такой переменной нет, она не действует")
}

// Unknown are the variables of an environment, given as os.Environ does, that begin as ours do,
// in whatever letters, and are none.
func Unknown(environ []string) (unknown []UnknownVariable) {
	var known []string
	for f := range fields(reflect.ValueOf(&Config{}).Elem()) {
		known = append(known, f.variables()...)
	}
	for _, entry := range environ {
		name, _, _ := strings.Cut(entry, "=")
		if strings.HasPrefix(strings.ToUpper(name), Prefix) && !slices.Contains(known, name) {
			unknown = append(unknown, UnknownVariable{name, closest(strings.ToUpper(name), known)})
		}
	}
	return unknown
}

// farthest is how many letters may be wrong in a name that is still recognised.
const farthest = 2

func closest(name string, known []string) (best string) {
	least := farthest + 1
	for _, k := range known {
		if d := editDistance(name, k, least); d < least {
			best, least = k, d
		}
	}
	return best
}

// editDistance is how many letters have to be put in, taken out or changed; limit if as many or more.
func editDistance(a, b string, limit int) int {
	if max(len(a)-len(b), len(b)-len(a)) >= limit {
		return limit
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, diagonal+1, row[j]+1)
		}
	}
	return min(row[len(b)], limit)
}
