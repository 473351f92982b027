package history

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// envCompare names two records, the older program's first: TestCompare says where they
// differ. Moments "before call N of the database" come otherwise with another program,
// which makes other calls: where the МИС ended otherwise, nothing follows.
const envCompare = "EGISSOGW_HISTORIES_COMPARE"

// TestCompare prints every kind of difference between two records, with its seeds.
func TestCompare(t *testing.T) {
	names := strings.Fields(os.Getenv(envCompare))
	if len(names) == 0 {
		t.Skip("no records to compare: ", envCompare)
	}
	if len(names) != 2 {
		t.Fatalf("%s must name two files", envCompare)
	}
	var records [2]map[int][][]string
	for i, name := range names {
		file, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		records[i], err = readRecord(file)
		if err := cmp.Or(err, file.Close()); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	kinds, both, same := map[string][]int{}, 0, 0
	for _, seed := range slices.Sorted(maps.Keys(records[0])) {
		after, played := records[1][seed]
		if !played {
			continue
		}
		both++
		found := differences(records[0][seed], after)
		if len(found) == 0 {
			same++
		}
		for _, kind := range found {
			kinds[kind] = append(kinds[kind], seed)
		}
	}
	fmt.Printf("%d histories, %d end the same\n", both, same)
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		fmt.Println(kind, slices.Compact(kinds[kind]))
	}
}

// readRecord reads a record: the lines of every seed, split.
func readRecord(r io.Reader) (map[int][][]string, error) {
	found := map[int][][]string{}
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		first, rest, _ := strings.Cut(lines.Text(), "\t")
		seed, err := strconv.Atoi(first)
		if err != nil {
			return nil, fmt.Errorf("a line begins with %q, and must with its seed", first)
		}
		found[seed] = append(found[seed], strings.Split(rest, "\t"))
	}
	return found, lines.Err()
}

// named is what a record says of one thing: its last words by its first.
type named map[string]string

// differences are the kinds in which the ends of a history differ.
func differences(before, after [][]string) (kinds []string) {
	old, elements := index(before)
	now, elementsNow := index(after)
	things := maps.Clone(old)
	maps.Copy(things, now)
	if old["source"] != now["source"] {
		return []string{"the МИС ended otherwise"}
	}
	for _, thing := range slices.Sorted(maps.Keys(things)) {
		a, b := old[thing], now[thing]
		if a == b {
			continue
		}
		kind, id, _ := strings.Cut(thing, "\t")
		of := strings.TrimSuffix(kind+" "+strings.SplitN(id, "\t", 2)[0], " ")
		if kind != "held" {
			of = kind
		}
		state, stateNow := lastWord(a), lastWord(b)
		if state == stateNow && kind == "fact" {
			kinds = append(kinds, "fact says something else: "+strings.Join(changed(elements[id], elementsNow[id]), " "))
			continue
		}
		kinds = append(kinds, fmt.Sprintf("%s: %s, now %s", of, cmp.Or(state, "none"), cmp.Or(stateNow, "none")))
	}
	return slices.Compact(slices.Sorted(slices.Values(kinds)))
}

// index finds what is said of a thing by its kind and id, and elements of facts by theirs.
func index(lines [][]string) (things named, elements map[string]named) {
	things, elements = named{}, map[string]named{}
	for _, l := range lines {
		switch {
		case l[0] == "says":
			elements[l[1]] = named{}
			for _, e := range l[2:] {
				at := strings.LastIndexByte(e, '=')
				elements[l[1]][e[:at]] = e[at+1:]
			}
		case l[0] == "held":
			things[strings.Join(l[:3], "\t")] = strings.Join(l[3:], " ")
		case l[0] == "source":
			things[l[0]] = l[1]
		default:
			things[strings.Join(l[:2], "\t")] = strings.Join(l[2:], "\t")
		}
	}
	return things, elements
}

func lastWord(text string) string { return text[strings.LastIndexByte(text, '\t')+1:] }

// changed are the elements that differ.
func changed(a, b named) (paths []string) {
	all := named{}
	maps.Copy(all, a)
	maps.Copy(all, b)
	for _, path := range slices.Sorted(maps.Keys(all)) {
		if a[path] != b[path] {
			paths = append(paths, path)
		}
	}
	return paths
}

func TestDifferences(t *testing.T) {
	read := func(text string) [][]string {
		lines, err := readRecord(strings.NewReader(strings.ReplaceAll(text, " ", "\t")))
		if err != nil {
			t.Fatal(err)
		}
		return lines[7]
	}
	const before = "7 fact a 11 live\n7 says a /x=1 /y=2\n7 held fact 5 waiting L-SEQ\n7 lmsz m - live\n7 source s\n"
	for after, want := range map[string]string{
		before: "",
		"7 fact a 12 live\n7 says a /x=1 /y=3\n7 held fact 5 waiting L-SEQ\n7 lmsz m - live\n7 source s\n": "fact says something else: /y",
		"7 fact a 11 ended\n7 says a /x=1 /y=2\n7 lmsz m - live\n7 wrong lost\n7 source s\n":               "fact: live, now ended; held fact: waiting L-SEQ, now none",
		"7 source other\n": "the МИС ended otherwise",
	} {
		got := strings.Join(differences(read(before), read(after)), "; ")
		if want == "" && got != "" || !strings.HasPrefix(got, want) {
			t.Errorf("after %q: %q, want %q", after, got, want)
		}
	}
}
