package main

import (
	"io"
	"log"
	"log/slog"
	"runtime"
	"runtime/debug"
	"strings"
	"syscall"

	"egissogw/cmd/egissogw/internal/screen"
	"egissogw/jobs"
)

// libraryLog stands where libraries print on their own, package log: net/http does, with
// bytes of what the other side sent. Only which function printed, and how much, goes on.
type libraryLog struct{ log *slog.Logger }

// hushLibraries sends what libraries print to our own log, without its content.
func hushLibraries(to *slog.Logger) {
	log.SetFlags(0)
	log.SetPrefix("")
	log.SetOutput(libraryLog{to})
}

// Write implements io.Writer.
func (l libraryLog) Write(p []byte) (int, error) {
	l.log.Warn("a library printed something, which is not repeated", "origin", printer(), "bytes", len(p))
	return len(p), nil
}

// printer is the function that called package log or log/slog.
func printer() string {
	var pcs [16]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs[:])])
	for logging := false; ; {
		frame, more := frames.Next()
		ofLog := strings.HasPrefix(frame.Function, "log.") || strings.HasPrefix(frame.Function, "log/slog.")
		if logging && !ofLog || !more {
			return frame.Function
		}
		logging = logging || ofLog
	}
}

// noDumps keeps the memory of the process, and of programs it starts, off the disk:
// people and keys are in it. A crash still prints its stack, which holds addresses only.
func noDumps() {
	_ = syscall.Setrlimit(syscall.RLIMIT_CORE, &syscall.Rlimit{}) // lowering is always allowed
	debug.SetTraceback("single")
}

// crashed ends a command that panicked. The value of a panic may hold anything and is
// printed only where it is the runtime's own.
func crashed(w io.Writer, command string, value any) {
	screen.Fprintf(w, "egissogw %s: внутренняя ошибка программы: %v\n", command, jobs.PanicError(value))
	_, _ = w.Write(debug.Stack())
}
