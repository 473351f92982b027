package world

import (
	"fmt"
	"os"
	"strings"
	"time"
)

// Usage is what the gateways took at most.
type Usage struct {
	Memory      int64 // peak resident memory of one process, bytes
	Descriptors int   // open files of one process
}

// measure looks at the gateways until the world ends.
func (w *World) measure() {
	ticker := time.NewTicker(300 * time.Millisecond)
	defer ticker.Stop()
	for {
		select {
		case <-w.stop:
			return
		case <-ticker.C:
		}
		for _, g := range w.Gateways {
			if pid := g.pid.Load(); pid != 0 {
				u := usage(pid)
				w.mu.Lock()
				w.peak.Memory = max(w.peak.Memory, u.Memory)
				w.peak.Descriptors = max(w.peak.Descriptors, u.Descriptors)
				w.mu.Unlock()
			}
		}
	}
}

// Peak is what the gateways took at most so far.
func (w *World) Peak() Usage {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.peak
}

// usage is that of one process; zero when it has ended.
func usage(pid int64) (u Usage) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return u
	}
	for line := range strings.Lines(string(text)) {
		var kilobytes int64
		if _, err := fmt.Sscanf(line, "VmHWM: %d kB", &kilobytes); err == nil {
			u.Memory = kilobytes * 1024
		}
	}
	if files, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid)); err == nil {
		u.Descriptors = len(files)
	}
	return u
}
