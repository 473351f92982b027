package smevtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
)

// Script makes trouble on demand. Each call looks for the first rule for its
// operation that still has calls to spend, and then lets chance decide if there
// is a Chaos. The zero Script makes none. Rules and chaos may be changed at any
// time.
type Script struct {
	mu       sync.Mutex
	rules    []Rule
	chaos    *dice
	pushes   []Push
	downtime []Downtime
	renames  []Rename
}

// scriptFile is a script as a file; the documentation of smevsim has an example.
type scriptFile struct {
	Rules    []Rule         `json:"rules"`
	Chaos    *Chaos         `json:"chaos"`
	Push     []scriptedPush `json:"push"`
	Downtime []Downtime     `json:"downtime"`
	Rename   []Rename       `json:"rename"`
}

// ReadScript reads a script from a JSON file. Files it names are relative to
// its own folder.
func ReadScript(path string) (*Script, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read script: %w", err)
	}
	var file scriptFile
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&file); err != nil {
		return nil, fmt.Errorf("read script %s: %w", path, err)
	}
	s := &Script{}
	for i, r := range file.Rules {
		if err := s.Add(r); err != nil {
			return nil, fmt.Errorf("read script %s: rule %d: %w", path, i+1, err)
		}
	}
	if file.Chaos != nil {
		if err := s.SetChaos(*file.Chaos); err != nil {
			return nil, fmt.Errorf("read script %s: chaos: %w", path, err)
		}
	}
	for i, p := range file.Push {
		push, err := p.read(filepath.Dir(path), i+1)
		if err != nil {
			return nil, fmt.Errorf("read script %s: push %d: %w", path, i+1, err)
		}
		s.pushes = append(s.pushes, push)
	}
	for i, d := range file.Downtime {
		if err := d.check(); err != nil {
			return nil, fmt.Errorf("read script %s: downtime %d: %w", path, i+1, err)
		}
	}
	s.downtime, s.renames = file.Downtime, file.Rename
	return s, nil
}

// Add appends a rule.
func (s *Script) Add(r Rule) error {
	if err := r.check(); err != nil {
		return err
	}
	if r.Times == 0 {
		r.Times = 1
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rules = append(s.rules, r)
	return nil
}

// Clear removes all rules and the chaos.
func (s *Script) Clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rules, s.chaos = nil, nil
}

// Left counts the rules that have calls to spend.
func (s *Script) Left() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, r := range s.rules {
		if r.Times != 0 {
			n++
		}
	}
	return n
}

// next spends one call of the rule for the operation.
func (s *Script) next(operation string) Rule {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.rules {
		r := &s.rules[i]
		if r.Times == 0 || r.On != operation && (r.On != "*" || slices.Contains(storageOperations, operation)) {
			continue
		}
		if r.Skip > 0 {
			r.Skip--
			return Rule{}
		}
		if r.Times > 0 {
			r.Times--
		}
		return *r
	}
	return s.chaos.roll(operation)
}
