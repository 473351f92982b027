package history

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// lines record what ЕГИССО holds at the end, element by element, and what the gateway
// holds back: kind, id, digest of the content, state; of a fact also says, id, its
// elements with digests of their texts; or held, register, key, state, codes of the reason.
// The last line is a digest of what the МИС shows. Ids derive from the source, so two programs can be compared.
func (p *play) lines(held []heldRow) (lines []string) {
	line := func(parts ...string) { lines = append(lines, strings.Join(parts, "\t")) }
	h := p.bus.Held()
	for id, f := range h.Facts {
		state := "live"
		if f.Ended {
			state = "ended"
		}
		line("fact", id, contents(f.Leaves), state)
		line(append([]string{"says", id}, elements(f.Leaves)...)...)
	}
	for _, id := range p.bus.Ledger().AcceptedIDs("fact") {
		if _, live := h.Facts[id]; !live {
			line("fact", id, "-", "removed")
		}
	}
	for kind, ids := range map[string]map[string]bool{"lmsz": h.Measures, "organization": h.Organizations, "point": h.Points} {
		for id := range maps.Keys(ids) {
			line(kind, id, "-", "live") // its id says what it holds
		}
	}
	for _, id := range p.bus.Ledger().AcceptedIDs("application") {
		line("application", id, "-", "accepted")
	}
	for _, r := range held {
		line("held", r.register, r.key, r.state, strings.Join(r.codes(), " "))
	}
	slices.Sort(lines)
	return lines
}

// contents is a digest of what a fact says, whatever the order of its elements.
func contents(leaves []string) string {
	sum := sha256.Sum256([]byte(strings.Join(slices.Sorted(slices.Values(leaves)), "\n")))
	return hex.EncodeToString(sum[:8])
}

// elements are the elements of a fact, each with a digest of all the texts it has.
func elements(leaves []string) (list []string) {
	texts := map[string][]string{}
	for _, leaf := range leaves {
		path, text, _ := strings.Cut(leaf, "=")
		texts[path] = append(texts[path], text)
	}
	for path, of := range texts {
		list = append(list, path+"="+contents(of))
	}
	slices.Sort(list)
	return list
}

// recorded are the lines of a seed.
func recorded(seed uint64, o outcome) string {
	var b strings.Builder
	for _, line := range o.lines {
		fmt.Fprintf(&b, "%d\t%s\n", seed, line)
	}
	for _, kind := range o.awaited {
		fmt.Fprintf(&b, "%d\tawaits\t%s\n", seed, kind)
	}
	for _, problem := range o.problems {
		kind, _, _ := strings.Cut(problem, ":")
		fmt.Fprintf(&b, "%d\twrong\t%s\n", seed, kind)
	}
	return b.String()
}
