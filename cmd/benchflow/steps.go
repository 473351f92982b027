package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"time"
)

// Step is one step of the way while it was at work, beside all the others.
type Step struct {
	Name    string  `json:"name"`
	Lines   int     `json:"lines"` // how often it reported
	Rows    int     `json:"rows"`  // what it reported, 0 if it does not count rows
	Began   float64 `json:"began"` // seconds after the first line of the log
	Seconds float64 `json:"seconds"`
}

// stepMessages are the lines in the gateway's log by which a step reports.
var stepMessages = []struct{ name, message string }{
	{"collect", "source rows changed"},
	{"decide", "rows decided"},
	{"form", "package formed"},
	{"sign", "package signed"},
	{"send", "message sent"},
	{"apply", "answer applied"},
}

var (
	logTime    = regexp.MustCompile(`time=(\S+)`)
	logMessage = regexp.MustCompile(`msg="([^"]*)"`)
	logRows    = regexp.MustCompile(` (?:rows|records|decided)=(\d+)`)
)

// steps reads when each step was at work from the log of the gateway.
func steps(logFile string) ([]Step, error) {
	file, err := os.Open(logFile)
	if err != nil {
		return nil, fmt.Errorf("read the gateway's log: %w", err)
	}
	defer file.Close()
	list := make([]Step, len(stepMessages))
	var start time.Time
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		line := lines.Text()
		text := logTime.FindStringSubmatch(line)
		if text == nil {
			continue
		}
		at, err := time.Parse(time.RFC3339Nano, text[1])
		if err != nil {
			return nil, fmt.Errorf("time of a line of the gateway's log: %w", err)
		}
		if start.IsZero() {
			start = at
		}
		message := logMessage.FindStringSubmatch(line)
		for i, step := range stepMessages {
			if message != nil && message[1] == step.message {
				list[i].add(step.name, at.Sub(start).Seconds(), line)
			}
		}
	}
	if list[len(list)-1].Lines == 0 {
		return nil, errors.New("the gateway's log does not say that an answer was applied: has the wording changed?")
	}
	return list, lines.Err()
}

func (s *Step) add(name string, at float64, line string) {
	if s.Lines == 0 {
		s.Name, s.Began = name, at
	}
	s.Lines++
	s.Seconds = at - s.Began
	if rows := logRows.FindStringSubmatch(line); rows != nil {
		n, _ := strconv.Atoi(rows[1]) // digits
		s.Rows += n
	}
}
