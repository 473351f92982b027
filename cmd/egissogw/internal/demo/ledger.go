package demo

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
)

// ledgerCount is what the simulator's ledger says happened.
type ledgerCount struct {
	facts    int // facts ЕГИССО holds
	measures int // accepted versions of local measures
	twice    int // elements that came again after they were accepted
	faults   int // calls the bus refused
}

// ledgerLine is the part of a line of the ledger the demo looks at.
type ledgerLine struct {
	Attempt *struct {
		Fault    string `json:"fault"`
		Scripted string `json:"scripted"`
	} `json:"attempt"`
	Processed *struct {
		Records []struct {
			ID       string `json:"id"`
			Kind     string `json:"kind"`
			Target   string `json:"target"`
			Accepted bool   `json:"accepted"`
		} `json:"records"`
	} `json:"processed"`
}

// readLedger counts what the simulator wrote down.
func readLedger(path string) (c ledgerCount, err error) {
	file, err := os.Open(path)
	if err != nil {
		return c, fmt.Errorf("read the simulator's ledger: %w", err)
	}
	defer file.Close()
	accepted, facts := map[string]bool{}, map[string]bool{}
	scanner := bufio.NewScanner(file)
	scanner.Buffer(nil, 64<<20)
	for scanner.Scan() {
		var line ledgerLine
		if err := json.Unmarshal(scanner.Bytes(), &line); err != nil {
			return c, fmt.Errorf("read the simulator's ledger: %w", err)
		}
		if line.Attempt != nil && line.Attempt.Fault != "" && line.Attempt.Scripted == "" {
			c.faults++
		}
		if line.Processed == nil {
			continue
		}
		for _, r := range line.Processed.Records {
			if accepted[r.ID] {
				c.twice++
			}
			if !r.Accepted {
				continue
			}
			accepted[r.ID] = true
			switch r.Kind {
			case "fact":
				facts[r.ID] = true
			case "errorsInvalidation", "duplicatesInvalidation":
				delete(facts, r.Target)
			case "localMSZ":
				c.measures++
			}
		}
	}
	c.facts = len(facts)
	if err := scanner.Err(); err != nil {
		return c, fmt.Errorf("read the simulator's ledger: %w", err)
	}
	return c, nil
}
